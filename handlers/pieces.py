"""Files dropped in the conversation: they answer the question that is asked, or are asked about."""

from __future__ import annotations

from atelier import editing
from atelier.dossier import By, Dossier
from atelier.fiche import Item
from atelier.words import Refused, fr
from chat.cards import Message
from chat.talk import Answer, Attached
from chat.text import tr
from handlers import flow, keeping, sorting, talks
from handlers.describing import describe, piece_of, received
from handlers.here import Here, answer
from handlers.sorting import NOTES
from handlers.talks import Talk


def attached(here: Here, event: Attached) -> Answer:
    """Files dropped outside any request's thread: they answer the question asked, or are asked about."""
    talk = talks.current(here)
    question = talk.question if talk else None
    if talk is not None and question is not None and question.name == NOTES:
        return _notes(here, talks.dossier_of(here, talk), talk, question, event)
    if len(event.files) > 1:
        raise Refused(
            fr("Déposez un seul fichier à la fois, pour que je sache lequel est lequel. Aucun n'a été gardé.")
        )
    if not event.files:
        raise Refused(fr("Je n'ai reçu aucun fichier : déposez-le de nouveau."))
    upload = event.files[0]
    if talk is not None and question is not None and question.is_piece:
        dossier = talks.dossier_of(here, talk)
        editing.may_write(dossier, here.person, question)
        return describe(here, dossier, talk, received(here, upload))
    return sorting.which(here, received(here, upload))


def _notes(here: Here, dossier: Dossier, talk: Talk, question: Item, event: Attached) -> Answer:
    """Notes de contexte: as many as wanted, with or without words; the question stays open for more."""
    role = editing.may_write(dossier, here.person, question)
    by = By(person=here.person.id, role=role, at=here.now)
    drafts = [received(here, upload) for upload in event.files]
    for one in drafts:
        dossier = keeping.deposit(here, dossier, question, piece_of(question.name, one, by))
    names_ = ", ".join(d.name for d in drafts)
    keeping.send(here, Message(text=tr("✓ Gardé : {names}.", names=names_)), dossier.ref)
    if event.text.strip():
        return flow.give(here, dossier, talk, question, event.text)
    flow.ask(here, dossier, talk, question)
    return answer(here)
