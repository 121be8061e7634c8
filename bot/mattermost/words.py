"""The adapter's own sentences."""

from __future__ import annotations

from chat.text import Text, raw, tr

NO_CHOICE = tr("Aucun choix")
DROP_FILE = tr("Fermez cette fenêtre et déposez le fichier dans la conversation.")
OPEN_FORM = tr("Ouvrir le formulaire")
LATE_FORM = tr("Mattermost n'a pas pu ouvrir la fenêtre à temps. Rien n'est perdu : ouvrez-la avec ce bouton.")
FORGED = tr("Ce bouton n'est pas reconnu : rien n'a été changé. Tapez « /atelier » pour repartir.")
EXPIRED = tr("Ce bouton a fait son temps : rien n'a été changé. Tapez « /atelier » pour repartir.")
UNREADABLE = tr(
    "Mattermost a envoyé quelque chose d'illisible : rien n'a été changé. Tapez « /atelier » pour repartir."
)
UNOPENED = tr(
    "Ce formulaire n'est pas reconnu : rien n'a été changé. Fermez-le, puis rouvrez-le depuis le robot ou avec « /atelier »."
)
ELSEWHERE = tr("La réponse est dans votre conversation avec le robot.")
MORE_ACTS = tr("D'autres gestes se tapent :")
WHAT = tr("Demander et suivre un atelier flash")
HINT = tr("aide · demande · liste · voir ADT-2026-0007")
DAY = tr("jj/mm/aaaa")
RETRY = tr(
    "Vérifiez l'accès réseau à Mattermost, MATTERMOST_URL et le mandataire HTTPS_PROXY, puis relancez « atelier doctor »."
)


def left_out(count: int) -> Text:
    """What found no place."""
    return tr("… et {count} autre(s) élément(s) : un message n'en contient pas plus.", count=count)


def no_file(name: str) -> Text:
    """A file that the server did not give, or gave as a login page."""
    return tr(
        "Mattermost n'a pas donné le fichier « {name} » : déposez-le à nouveau. Si cela se répète, dites-le à "
        "l'administrateur du robot.",
        name=raw(name),
    )
