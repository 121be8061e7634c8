"""What the pages of an installation say."""

from __future__ import annotations

from bot.slack.words import HOME
from chat.text import Text, raw, tr

INVITE = tr("Demandez à l'administrateur du robot un lien neuf : il l'écrit avec « atelier slack inviter ».")
OPEN_AGAIN = tr("Rouvrez le lien d'invitation que vous avez reçu, dans ce navigateur, et recommencez.")
OFFER = tr("Installer le robot « Atelier Flash » dans votre espace Slack")
OFFERED = tr(
    "Le robot répond aux personnes de l'annuaire qu'il connaît, ouvre un canal privé par atelier auquel elles ont part, et "
    "ne lit que les canaux où il est invité. Un administrateur de votre espace peut le retirer à tout moment."
)
CONTINUE = tr("Continuer chez Slack")
UNINVITED = tr("Il faut une invitation pour installer ce robot.")
FORGED = tr("Cette invitation n'est pas reconnue.")
EXPIRED = tr("Cette invitation a fait son temps.")
SERVED = tr("Cette invitation a déjà servi.")
DENIED = tr("Vous n'avez pas donné l'autorisation à Slack : rien n'a été installé.")
OTHER_BROWSER = tr(
    "Cette installation n'a pas été commencée dans ce navigateur, ou il refuse les cookies : rien n'a été fait."
)
STALE = tr("Cette page a déjà servi, ou plus de dix minutes ont passé : rien n'a été installé.")
NO_CODE = tr("Slack n'a pas renvoyé de quoi terminer l'installation : rien n'a été installé.")
ORGANISATION = tr(
    "Le robot s'installe dans un espace de travail, pas dans toute une organisation : rien n'a été gardé."
)
CHOOSE = tr("Rouvrez le lien d'invitation et choisissez un espace de travail.")
ROTATION = tr(
    "L'application Slack renouvelle ses jetons (« token rotation »), ce que le robot ne fait pas : rien n'a été gardé."
)
MANIFEST = tr("L'administrateur du robot recolle le manifeste de « atelier slack manifest » dans l'application.")
OTHER_TEAM = tr("Cette invitation est pour un autre espace de travail : rien n'a été gardé.")
OURS = tr("Cet espace est déjà servi, par le jeton des réglages : il n'y a rien à installer.")
AWAY = tr("Le robot n'a pas pu joindre sa base de données : rien n'a été gardé.")
LATER = tr("Réessayez dans quelques minutes avec le même lien d'invitation.")
TITLE = HOME


def installed(name: str) -> Text:
    """It is done."""
    return tr("Le robot est installé dans « {name} ».", name=raw(name))


NEXT = tr(
    "Chaque personne tape « /atelier » dans cet espace. Qui a déjà un compte ailleurs le relie avec « /atelier lier » ; un "
    "compte inconnu demande l'accès au robot."
)


def refused(code: str) -> Text:
    """Slack's own code of refusal."""
    return tr("Slack a refusé l'installation ({why}).", why=raw(code))


SETTINGS = tr(
    "L'administrateur du robot vérifie SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, et que l'adresse de retour de l'application "
    "Slack est celle du manifeste ; puis rouvrez le lien d'invitation."
)


def silent(why: str) -> Text:
    """No answer of Slack's."""
    return tr("Slack n'a pas répondu ({why}) : rien n'a été installé.", why=raw(why))


RETIRED = "retirer"
WHY = {
    "app_uninstalled": tr("retiré dans Slack"),
    "tokens_revoked": tr("jeton révoqué dans Slack"),
    RETIRED: tr("retiré avec « atelier slack retirer »"),
}
"""Why a workspace is gone, as the database keeps it."""
