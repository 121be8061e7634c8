"""Deadlines and reminders as rows: a cache of the pure rules, brought up to date each time a dossier moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache

from atelier import audience, rules
from atelier.deadlines import Explained, due_instant
from atelier.dossier import Dossier, Person, Run
from atelier.rhythm import rings
from atelier.words import Role
from handlers import owing
from handlers.here import told_steps
from handlers.owing import Owing
from storage.deadlines import DeadlineRow, told
from storage.engine import Written
from storage.errors import NotFound
from storage.reminders import Rhythm
from storage.unit import Unit

Owed = Callable[[Dossier, Run], Owing]
OVER = frozenset({"met", "superseded"})
OUTSIDE = frozenset({Role.COLL, Role.COLL_SIGN, Role.CAUE, Role.MAND})
"""Never escalated over: a commune is not the State's to report on."""


def keep(unit: Unit, dossier: Dossier, now: datetime) -> None:
    """Bring the rows of a dossier's deadlines, and the next reminder of each, up to `now` (the procedure's hour).

    Doing it twice changes nothing.
    """
    _deadlines(unit, dossier)
    follow(unit, (dossier,), now, lambda about, run: owing.owing(unit, about, run, now))


def follow(unit: Unit, dossiers: Iterable[Dossier], now: datetime, owed: Owed) -> bool:
    """The next reminder of each deadline of these dossiers alone: time passed, and nothing else did.

    `owed` says who is told of a deadline. Returns True when this changed what is due.
    """
    asked = tuple(dossiers)
    unit.people.gather(asked)
    return unit.reminders.follow({one.ref: tuple(_followed(unit, one, now, owed)) for one in asked}, now)


def _followed(unit: Unit, dossier: Dossier, now: datetime, owed: Owed) -> Iterator[Rhythm]:
    for run in rules.running(dossier):
        if not run.suspended:
            yield from _rhythms(unit, dossier, run, now, owed(dossier, run).people)


def _deadlines(unit: Unit, dossier: Dossier) -> None:
    """Those that run are written again; the others once, when they end."""
    written = unit.deadlines.states(dossier.ref)
    states = [(run, _state(run)) for run in dossier.runs]
    moved = [(r, s) for r, s in states if s not in OVER or written.get((str(r.rule), r.generation)) != s]
    unit.deadlines.keep(dossier.ref, [_row(run, dossier, state) for run, state in moved])


def _row(run: Run, dossier: Dossier, state: str) -> DeadlineRow:
    found = rules.explained(run, dossier)
    due = due_instant(found.due, rules.place(run, dossier))
    return DeadlineRow(run.rule, run.generation, run.started, due, state, _steps(found))


@lru_cache(maxsize=1024)  # a deadline that runs is written at each move of its request; those of a day are told alike
def _steps(explained: Explained) -> Written:
    return told(told_steps(explained))


def _state(run: Run) -> str:
    if run.ended is None:
        return "suspended" if run.suspended else "running"
    return "superseded" if run.replaced else "met"


def _rhythms(
    unit: Unit, dossier: Dossier, run: Run, now: datetime, owed: tuple[Person, ...]
) -> Iterator[Rhythm]:  # fmt: skip
    due, rhythm = rules.due(run, dossier), rules.rule(run.rule).rhythm
    for person in owed:
        yield Rhythm(run.rule, run.generation, person.id, rings(run.started, due, person.departement, now, rhythm))
    seen = audience.audience(run, dossier)
    above = (
        *unit.people.holding(seen.intersection(rules.rule(run.rule).escalates), dossier),
        *_superiors(unit, dossier, seen, owed),
    )
    known = {person.id for person in owed}
    for person in {p.id: p for p in above if p.id not in known}.values():
        late = tuple(r for r in rings(run.started, due, person.departement, now, rhythm) if r.escalates)
        yield Rhythm(run.rule, run.generation, person.id, late)


def _superiors(unit: Unit, dossier: Dossier, seen: frozenset[Role], owed: tuple[Person, ...]) -> Iterator[Person]:
    """Who is above those who owe it, inside the State, and has a part in the request by which they may see it."""
    for person in owed:
        if person.superior and dossier.roles_of(person) - OUTSIDE:
            try:
                superior = unit.people.get(person.superior)
            except NotFound:
                continue  # named in a table, not come yet
            if (dossier.roles_of(superior) & seen) - OUTSIDE:
                yield superior
