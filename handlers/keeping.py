"""What is kept when an answer or a piece comes in: the dossier, the journal, the deadlines, the cards. One place."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from atelier import editing
from atelier.dossier import By, Dossier, Piece
from atelier.fiche import Item
from atelier.words import Role, State
from chat.cards import Message
from chat.text import Text, raw, tr
from handlers import clocks, names, notices
from handlers.here import Here, direct

ANSWERED, CLEARED, DEPOSITED, WITHDRAWN = "réponse", "réponse retirée", "pièce déposée", "pièce retirée"


def send(here: Here, message: Message, ref: str) -> None:
    """Say it in the direct conversation of the account that acts, by the outbox: not lost, and in order."""
    place = direct(here.event.sender)
    here.unit.outbox.put(place, message, ref=ref, due=here.now, lang=here.person.language)


def answer(here: Here, dossier: Dossier, question: Item, value: JsonValue) -> Dossier:
    """One answer kept. Raises Refused when this person may not write it now."""
    by = By(person=here.person.id, role=editing.may_write(dossier, here.person, question), at=here.now)
    moved = editing.answered(dossier, question, value, by)
    details = {"champ": question.name, "version": moved.answers[question.name].version, "valeur": value}
    return _kept(here, moved, by, ANSWERED, details)


def clear(here: Here, dossier: Dossier, question: Item) -> Dossier:
    """An optional answer taken back. Raises Refused for a required one, or when this person may not."""
    by = By(person=here.person.id, role=editing.may_write(dossier, here.person, question), at=here.now)
    return _kept(here, editing.cleared(dossier, question, by), by, CLEARED, {"champ": question.name})


def deposit(here: Here, dossier: Dossier, question: Item, piece: Piece) -> Dossier:
    """One piece kept; AD1 is told when the request is already with them."""
    alone = question.is_piece
    moved = editing.deposited(dossier, piece, alone=alone)
    details = {"champ": question.name, "sha256": piece.sha256, "nom": piece.name}
    kept = _kept(here, moved, piece.by, DEPOSITED, details)
    if kept.state is not State.BROUILLON:
        who = names.who(here.unit, piece.by)
        text = tr(
            "{who} a déposé : {short}, « {file} ».", who=who, short=tr(question.asked.short), file=raw(piece.name)
        )
        notices.in_review(here, kept, text)
    return kept


def handed(here: Here, dossier: Dossier, piece: Piece) -> Dossier:
    """The file of a note or a deliverable kept; the gesture that hands it in comes after."""
    moved = editing.deposited(dossier, piece, alone=True)
    return _kept(here, moved, piece.by, DEPOSITED, {"champ": piece.kind, "sha256": piece.sha256, "nom": piece.name})


def withdraw(here: Here, after: Dossier, piece: Piece, by: By, what: Text) -> None:
    """A piece taken back; AD1 is told when the request is already with them."""
    kept = _kept(here, after, by, WITHDRAWN, {"champ": piece.kind, "sha256": piece.sha256, "nom": piece.name})
    if kept.mission is None and kept.state is not State.BROUILLON:
        who = names.who(here.unit, by)
        text = tr("{who} a retiré : {short}, « {file} ».", who=who, short=what, file=raw(piece.name))
        notices.in_review(here, kept, text)


def _kept(here: Here, after: Dossier, by: By, what: str, details: Mapping[str, object]) -> Dossier:
    """`after` has the step's version of before: answers never stale a button."""
    here.unit.dossiers.save(after, after.version)
    here.unit.journal.write(
        after.ref, what=what, by=by, at=here.now, from_state=after.state, to_state=after.state, details=dict(details)
    )
    clocks.keep(here.unit, after, here.now)
    notices.refresh(here, after)
    return after


def twins(here: Here, dossier: Dossier) -> Text | None:
    """The warning when other requests concern the same territory: named only when this person may see them."""
    others = here.unit.dossiers.same_territory(list(dossier.territory_codes()), dossier.ref)
    if not others:
        return None
    seen = [d.ref for d in others if d.roles_of(here.person)]
    if seen:
        return tr("Attention : une autre demande concerne le même territoire ({refs}).", refs=", ".join(seen))
    if Role.SVC in dossier.roles_of(here.person) and any(d.transmitted for d in others):
        return tr("Attention : une autre demande concerne déjà ce territoire. Le bureau AD1 en jugera.")
    return None


def elsewhere(here: Here, dossier: Dossier) -> Text | None:
    """The warning when a territory lies in another département than the request's service."""
    territories = here.config.territories
    codes = [c for c in dossier.territory_codes() if territories.exact(c)]
    away = [t for t in map(territories.resolve, codes) if dossier.departement not in t.departements]
    if not away:
        return None
    listed = ", ".join(t.label for t in away)
    return tr(
        "Attention, hors du département {code} de la demande : {places}.",
        places=raw(listed),
        code=dossier.departement,
    )
