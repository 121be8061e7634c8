"""The page's own sentences."""

from __future__ import annotations

from types import MappingProxyType

from chat.text import tr

PAGE = MappingProxyType(
    {
        "title": tr("Ateliers Flash — bac à sable"),
        "skip": tr("Aller aux messages"),
        "as": tr("En tant que"),
        "change": tr("Changer"),
        "places": tr("Conversations"),
        "direct": tr("Le bot Ateliers Flash"),
        "unread": tr("non lu"),
        "messages": tr("Messages"),
        "bot": tr("Atelier Flash"),
        "robot": tr("bot"),
        "alone": tr("Vous seul voyez ce message"),
        "edited": tr("modifié"),
        "empty": tr("Rien ici pour le moment. Tapez « /atelier » pour commencer, ou « /atelier aide »."),
        "nobody": tr("Personne n'est inscrit dans ce bac à sable."),
        "write": tr("Votre message"),
        "write_hint": tr("Tapez « /atelier … » pour une commande, ou déposez des fichiers."),
        "files": tr("Joindre des fichiers"),
        "send": tr("Envoyer"),
        "reply": tr("Répondre dans le fil"),
        "choose": tr("Choisir…"),
        "go": tr("Choisir"),
        "file_kind": tr("Fermez cette fenêtre et déposez le fichier dans la conversation."),
        "optional": tr("facultatif"),
        "cancel": tr("Annuler"),
        "date_hint": tr("Par exemple 24/11/2026."),
        "clock": tr("Date de la procédure"),
        "hour": tr("+1 heure"),
        "day": tr("+1 jour"),
        "week": tr("+1 semaine"),
        "problems": tr("À revoir ci-dessous."),
        "replies": tr("Réponses"),
        "back": tr("Revenir au bac à sable"),
        "unknown": tr("Cela n'existe pas, ou vous n'y avez pas accès."),
        "unread_form": tr("Cet envoi est illisible : rechargez la page et recommencez."),
    }
)
