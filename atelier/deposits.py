"""Files an atelier awaits beside those of the request: the note d'appropriation and the deliverable, and who may drop them."""

from __future__ import annotations

from dataclasses import dataclass

from atelier.appropriation import LIVRABLE, NOTE
from atelier.dossier import Dossier, Person
from atelier.words import Do, Role, State, fr


@dataclass(frozen=True, slots=True)
class Deposit:
    """One kind of file: its name, who may drop it, when, and the gesture that hands it in."""

    kind: str
    label: str
    by: tuple[Role, ...]
    states: tuple[State, ...]
    act: Do


DEPOSITS = (
    Deposit(
        NOTE,
        fr("Note d'appropriation"),
        (Role.MAND, Role.SVC),
        (State.APPROPRIATION, State.NOTE_REMISE),
        Do.REMETTRE_NOTE,
    ),
    Deposit(
        LIVRABLE,
        fr("Livrable"),
        (Role.MAND, Role.SVC),
        (State.RESTITUTION, State.AJOURNE, State.REJETE),
        Do.REMETTRE_LIVRABLE,
    ),
)
"""The service may drop either for a mandataire without an account."""


def deposits(dossier: Dossier, person: Person) -> tuple[Deposit, ...]:
    """What this person may drop now."""
    held = dossier.roles_of(person)
    return tuple(d for d in DEPOSITS if dossier.state in d.states and held & set(d.by))


def deposit_of(kind: str) -> Deposit | None:
    """The kind of file of this code, or None: then it is a piece of the request."""
    return next((d for d in DEPOSITS if d.kind == kind), None)
