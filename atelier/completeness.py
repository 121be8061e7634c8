"""What is there and what is missing. Completeness is derived from the fiche, never a state of its own."""

from __future__ import annotations

from pydantic import JsonValue

from atelier.dossier import Dossier
from atelier.fiche import Item, item, items
from atelier.words import Role

WORDS, NOTES = "texte", "fichiers"
"""What the seal of an answer that comes with files is made of."""


def is_answered(dossier: Dossier, item: Item) -> bool:
    """True when the question has its answer (a piece in force, for a letter)."""
    if item.is_piece:
        return dossier.piece(item.name) is not None
    return dossier.value(item.name) is not None


def missing_required(dossier: Dossier) -> tuple[Item, ...]:
    """The required questions without an answer, in order."""
    return tuple(i for i in items() if i.required and not is_answered(dossier, i))


def missing_letters(dossier: Dossier) -> tuple[Item, ...]:
    """The letters owed before validation (circulaire §5), in order."""
    return tuple(i for i in items() if i.asked.for_validation and not is_answered(dossier, i))


def is_complete(dossier: Dossier) -> bool:
    """Complete: the fiche, the collectivité's engagement letter and the préfet's support letter (circulaire §5)."""
    return not missing_required(dossier) and not missing_letters(dossier)


def progress(dossier: Dossier) -> tuple[int, int]:
    """How many questions have an answer, out of how many."""
    every = items()
    return sum(is_answered(dossier, i) for i in every), len(every)


def questions_for(role: Role) -> tuple[Item, ...]:
    """The questions this role is asked, in order: its own; SVC, who carries the request, is asked all that is its."""
    return tuple(i for i in items() if role in i.asked.who)


def seal(dossier: Dossier, field: str) -> JsonValue:
    """What a field holds, to be compared later: its value, its letter's sha256, or its words and its notes."""
    piece = dossier.piece(field)
    if piece is None:
        return dossier.value(field)
    if item(field).is_piece:
        return piece.sha256
    notes: list[JsonValue] = [[p.name, p.sha256] for p in dossier.pieces if p.kind == field and not p.replaced]
    return {WORDS: dossier.value(field), NOTES: notes}


def wanted_still(dossier: Dossier) -> frozenset[str]:
    """The fields and pieces that an open complement asks for, and that have not changed since it was asked."""
    asked = dossier.complement()
    if asked is None:
        return frozenset()
    return frozenset(w.field for w in asked.wanted if seal(dossier, w.field) == asked.before.get(w.field))
