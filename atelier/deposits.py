"""Files an atelier awaits beside those of the request: the note d'appropriation and the deliverable, and who may drop them."""

from __future__ import annotations

from dataclasses import dataclass

from atelier.appropriation import LIVRABLE, NOTE, file_for
from atelier.dossier import Dossier, Person, Piece
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


def deposit_for(act: Do) -> Deposit | None:
    """The kind of file a gesture hands in, or None."""
    return next((d for d in DEPOSITS if d.act is act), None)


def handed(dossier: Dossier, kind: str) -> Piece | None:
    """The file of the version that was handed in last, whatever was dropped since; None before, or without a file."""
    mission = dossier.mission
    last = (mission.note if kind == NOTE else mission.livrable) if mission else None
    return next((p for p in dossier.pieces if p.id == last.piece), None) if last else None


def waiting(dossier: Dossier, kind: str) -> Piece | None:
    """The file that was dropped and is not handed in yet, or None."""
    mission = dossier.mission
    if mission is None:
        return None
    done = mission.notes if kind == NOTE else mission.livrables
    return file_for(dossier, kind, {one.piece for one in done})


def files(dossier: Dossier) -> tuple[Piece, ...]:
    """The files in force: those of the request, what was handed in last, then what waits to be."""
    kinds = [d.kind for d in DEPOSITS]
    own = [p for p in dossier.pieces if p.kind not in kinds and not p.replaced]
    given = [handed(dossier, kind) for kind in kinds]
    left = [waiting(dossier, kind) for kind in kinds]
    return tuple(p for p in (*own, *given, *left) if p is not None)
