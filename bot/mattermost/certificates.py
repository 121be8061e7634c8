"""Why a certificate was refused, found in whatever was raised over it."""

from __future__ import annotations

import ssl

from chat.text import Text, raw, tr

EXPIRED, UNBORN = 10, 9
NAMED = frozenset({62, 64})
"""Another name, another address."""
UNKNOWN = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's codes (X509_V_ERR_…)."""
AUTHORITY = tr(
    "Donnez au robot l'autorité de ce certificat : SSL_CERT_FILE=/chemin/autorites.pem (avec les autorités publiques si le "
    "robot appelle aussi Slack)."
)
RENEW = tr("Faites renouveler le certificat du serveur Mattermost, et vérifiez l'heure de cette machine.")
ADDRESS = tr("Donnez à MATTERMOST_URL le nom qui est dans le certificat, ou faites ajouter ce nom au certificat.")


def refused(failure: BaseException) -> tuple[Text, Text] | None:
    """What is wrong with the certificate, and how to repair it; None when it is not about that."""
    found = _within(failure)
    if found is None:
        return None
    why = raw(found.verify_message)
    match found.verify_code:
        case code if code == EXPIRED:
            return tr("Le certificat de Mattermost a expiré ({why}).", why=why), RENEW
        case code if code == UNBORN:
            return tr("Le certificat de Mattermost n'est pas encore valable ({why}).", why=why), RENEW
        case code if code in NAMED:
            return tr("Le certificat de Mattermost n'est pas à ce nom ({why}).", why=why), ADDRESS
        case code if code in UNKNOWN:
            return tr(
                "Le certificat de Mattermost est d'une autorité inconnue de cette machine ({why}).", why=why
            ), AUTHORITY
        case _:
            return tr("Le certificat de Mattermost est refusé ({why}).", why=why), RENEW


def _within(failure: BaseException | None) -> ssl.SSLCertVerificationError | None:
    seen: set[int] = set()
    while failure is not None and id(failure) not in seen:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return failure
        seen.add(id(failure))
        failure = failure.__cause__ or failure.__context__
    return None
