"""Who is told of a deadline: who owes it, or, when the directory has nobody left for that, who must know of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from atelier import audience, rules, transfers
from atelier.awaited import able
from atelier.dossier import Dossier, Person, Run
from atelier.words import PersonId, Role
from storage.errors import NotFound
from storage.unit import Unit

FALLBACK = ((Role.SVC,), (Role.AD1I, Role.AD1V))
"""Told in turn when nobody can be told of a deadline: the bearer service, then AD1. So nobody waits for ever."""


@dataclass(frozen=True, slots=True)
class Owing:
    """The people told of a deadline; `lacking` are the roles they are told in place of, when nobody holds these."""

    people: tuple[Person, ...]
    lacking: tuple[Role, ...] = ()


def owing(unit: Unit, dossier: Dossier, run: Run, now: datetime) -> Owing:
    """Who is told of a deadline at `now`; nobody at all only when neither the service nor AD1 has anybody either.

    Whoever's delegation of signature is not in force is not asked: they would be refused.
    """
    roles = rules.owed(run, dossier)
    held = listening(unit, dossier, roles)
    if any(holding.begins or holding.ends for person in held for holding in person.holdings):
        held = able(held, dossier, roles, now)
    if reached(unit, held):
        return Owing(held)
    for others in fallen_back(run, dossier):
        found = listening(unit, dossier, others)
        if reached(unit, found):
            return Owing(found, roles)
    return Owing(held)


def fallen_back(run: Run, dossier: Dossier) -> tuple[frozenset[Role], ...]:
    """Whom a deadline is told to when nobody who owes it can be: those of `FALLBACK` who may see it."""
    return tuple(audience.audience(run, dossier).intersection(roles) for roles in FALLBACK)


def listening(unit: Unit, dossier: Dossier, roles: Iterable[Role]) -> tuple[Person, ...]:
    """The active people who hold one of these roles, less what they have transferred to a colleague.

    Of those who examine for AD1, whoever took the dossier in charge speaks for the others.
    """
    asked = frozenset(roles)
    held = [(p, asked & held) for p, held in unit.people.around(dossier) if asked & held]
    if not dossier.transfers and dossier.instructor is None:
        return tuple(p for p, _ in held)
    others = frozenset({Role.AD1I}) if any(p.id == dossier.instructor for p, _ in held) else frozenset()
    left = ((p, roles - others if p.id != dossier.instructor else roles) for p, roles in held)
    if not dossier.transfers:
        return tuple(p for p, roles in left if roles)
    return tuple(p for p, roles in left if roles - transferred(unit, dossier, p))


def transferred(unit: Unit, dossier: Dossier, person: Person) -> frozenset[Role]:
    """The roles whose messages go to a colleague of theirs; back to them once that colleague has left."""
    return frozenset(t.role for t in transfers.given_by(dossier, person.id) if _here(unit, t.taken))


def reached(unit: Unit, people: Iterable[Person]) -> bool:
    """True when at least one of them has an account."""
    return any(unit.people.direct(person.id) is not None for person in people)


def _here(unit: Unit, person: PersonId) -> bool:
    try:
        return unit.people.get(person).active
    except NotFound:
        return False
