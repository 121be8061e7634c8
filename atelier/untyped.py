"""Conditions that hang on nothing typed: said before a form is opened, rather than once it has been filled."""

from __future__ import annotations

from typing import Final

from atelier import appropriation, needs, remise
from atelier.grammar import Attempt, Check, Step

UNTYPED: Final[frozenset[Check]] = frozenset(
    {
        needs.fiche_remplie,
        needs.deux_courriers,
        needs.pas_de_complement,
        appropriation.note_deposee,
        appropriation.trois_accords,
        remise.livrable_depose,
    }
)


def ready(attempt: Attempt, step: Step) -> None:
    """The step's conditions that hold or not whatever is typed next. Raises Refused with the first that does not."""
    for need in step.needs:
        if need in UNTYPED:
            need(attempt)
