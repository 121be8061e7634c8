"""The adapter's own sentences."""

from __future__ import annotations

from chat.text import Text, raw, tr

CANCEL = tr("Annuler")
NO_CHOICE = tr("Aucun choix")
DROP_FILE = tr("Fermez cette fenêtre et déposez le fichier dans la conversation.")
OPEN_FORM = tr("Ouvrir le formulaire")
LATE_FORM = tr("Slack n'a pas pu ouvrir la fenêtre à temps. Rien n'est perdu : ouvrez-la avec ce bouton.")
FORGED = tr("Ce bouton n'est pas reconnu : rien n'a été changé. Tapez « /atelier » pour repartir.")
EXPIRED = tr("Ce bouton a fait son temps : rien n'a été changé. Tapez « /atelier » pour repartir.")
UNREADABLE = tr("Slack a envoyé quelque chose d'illisible : rien n'a été changé. Tapez « /atelier » pour repartir.")
HOME = tr("Atelier Flash")
WHAT = tr("Demander et suivre un atelier flash")
HINT = tr("aide · demande · liste · voir ADT-2026-0007")
ABOUT = tr("Porte chaque Atelier Flash de la première question à sa clôture")


GONE_AWAY = tr(
    "Cet espace de travail n'est plus relié au robot : rien n'a été changé. Demandez à qui l'a installé de recommencer."
)
LATE_DOOR = tr("Le robot démarre et n'a pas encore joint Slack : rien n'a été changé. Réessayez dans un instant.")


def no_file(name: str) -> Text:
    """A login page came in place of the file."""
    return tr(
        "Slack n'a pas donné le fichier « {name} » : il a envoyé une page de connexion. Demandez à l'administrateur du "
        "robot de vérifier l'autorisation « files:read », puis déposez le fichier à nouveau.",
        name=raw(name),
    )


def gone_file(name: str) -> Text:
    """Slack refuses the file, or no longer has it."""
    return tr(
        "Slack n'a pas donné le fichier « {name} » : il n'y est plus, ou le robot n'y a pas accès. Déposez-le à nouveau. "
        "Si cela se répète, dites-le à l'administrateur du robot.",
        name=raw(name),
    )


def outside_file(name: str) -> Text:
    """A file that Slack only points at."""
    return tr(
        "Le fichier « {name} » n'est pas chez Slack : téléchargez-le, puis déposez-le dans la conversation.",
        name=raw(name),
    )
