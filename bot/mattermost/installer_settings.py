"""The server's settings that the bot lives from, read and never changed: an administrator does it, told where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from atelier.contents import SIZE_LIMIT
from bot.findings import Finding, attention, faute, ok
from bot.mattermost.payload import number
from bot.mattermost.way_back import private
from bot.payload import Payload, part, text
from chat.text import Text, raw, tr

POINT = "mattermost.reglages"
SERVICE = "ServiceSettings"
NEEDED = (
    ("EnableBotAccountCreation", tr("Console système → Intégrations → Comptes de robot : activez leur création.")),
    ("EnableUserAccessTokens", tr("Console système → Intégrations → Gestion des intégrations : activez les jetons personnels.")),
    ("EnableCommands", tr("Console système → Intégrations → Gestion des intégrations : activez les commandes personnalisées.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """Where the bot is called."""

    public: str


def settings(found: Payload, served: Served) -> Iterator[Finding]:
    """What is not as the bot needs it; one line when all is well."""
    wrong = [*_switches(found), *_files(found), *_address(found, served)]
    yield from wrong or [ok(POINT, tr("Les réglages du serveur conviennent au robot."))]


def _switches(found: Payload) -> Iterator[Finding]:
    for name, repair in NEEDED:
        if part(found, SERVICE, name) is False:
            yield faute(POINT, _off(name), repair)
    if not text(found, SERVICE, "SiteURL"):
        said = tr("L'adresse du serveur (SiteURL) n'est pas réglée : les réponses tardives aux commandes se perdent.")
        yield attention(POINT, said, tr("Console système → Environnement → Serveur web : donnez l'adresse du serveur."))


def _files(found: Payload) -> Iterator[Finding]:
    if part(found, "FileSettings", "EnableFileAttachments") is False:
        repair = tr("Console système → Site → Partage de fichiers : activez-le, les courriers arrivent en fichiers.")
        yield faute(POINT, _off("EnableFileAttachments"), repair)
    most = number(found, "FileSettings", "MaxFileSize")
    if 0 < most < SIZE_LIMIT:
        said = tr("Mattermost refuse les fichiers de plus de {count} Mo ; le robot en prend de 20.", count=most >> 20)
        yield attention(POINT, said, tr("Console système → Environnement → Stockage : relevez MaxFileSize."))


def _address(found: Payload, served: Served) -> Iterator[Finding]:
    """A private address is refused unless it is named, by name, address or range (measured)."""
    host = urlsplit(served.public).hostname or ""
    allowed = text(found, SERVICE, "AllowedUntrustedInternalConnections")
    if host and private(host) and not allowed.strip():
        said = tr("« {host} » est une adresse intérieure que Mattermost n'a pas le droit d'appeler.", host=raw(host))
        repair = tr(
            "Console système → Environnement → Développeur : ajoutez « {host} » à AllowedUntrustedInternalConnections.",
            host=raw(host),
        )
        yield faute(POINT, said, repair)


def _off(name: str) -> Text:
    return tr("Le réglage {name} du serveur est désactivé.", name=raw(name))
