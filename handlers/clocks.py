"""Deadlines and reminders as rows: a cache of the pure rules, rewritten each time a dossier moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from atelier import rules
from atelier.dossier import Dossier, Person, Run
from atelier.rhythm import rings
from atelier.words import Role
from chat.text import tr
from handlers.here import told_args
from storage.deadlines import DeadlineRow
from storage.errors import NotFound
from storage.reminders import Wanted
from storage.unit import Unit

OUTSIDE = frozenset({Role.COLL, Role.COLL_SIGN, Role.CAUE, Role.MAND})
"""Never escalated over: a commune is not the State's to report on."""


def keep(unit: Unit, dossier: Dossier, now: datetime) -> None:
    """Rewrite the rows of a dossier's deadlines, and of the reminders still to come. Doing it twice changes nothing."""
    unit.deadlines.keep(dossier.ref, [_row(run, dossier) for run in dossier.runs])
    wanted = [w for run in rules.running(dossier) if not run.suspended for w in _wanted(unit, dossier, run, now)]
    unit.reminders.keep(dossier.ref, wanted, now)


def _row(run: Run, dossier: Dossier) -> DeadlineRow:
    due = rules.due(run, dossier)
    steps = tuple(tr(step.sentence, **told_args(step.args)) for step in rules.explained(run, dossier).steps)
    return DeadlineRow(run.rule, run.generation, run.started, due, _state(run, dossier), steps)


def _state(run: Run, dossier: Dossier) -> str:
    if run.ended is None:
        return "suspended" if run.suspended else "running"
    later = any(r.rule == run.rule and r.generation > run.generation and r.started == run.ended for r in dossier.runs)
    return "superseded" if later else "met"


def _wanted(unit: Unit, dossier: Dossier, run: Run, now: datetime) -> Iterator[Wanted]:
    row, due = rules.rule(run.rule), rules.due(run, dossier)
    owed = unit.people.holding(row.owed, dossier)
    for person in owed:
        yield from _rung(run, person, due, now, escalations=False)
    above = (*unit.people.holding(row.escalates, dossier), *_superiors(unit, dossier, owed))
    for person in {p.id: p for p in above if p not in owed}.values():
        yield from _rung(run, person, due, now, escalations=True)


def _superiors(unit: Unit, dossier: Dossier, owed: tuple[Person, ...]) -> Iterator[Person]:
    """Who is above those who owe it, inside the State, and has a part in the request themselves."""
    for person in owed:
        if person.superior and dossier.roles_of(person) - OUTSIDE:
            try:
                superior = unit.people.get(person.superior)
            except NotFound:
                continue  # named in a table, not come yet
            if dossier.roles_of(superior) - OUTSIDE:
                yield superior


def _rung(run: Run, person: Person, due: datetime, now: datetime, *, escalations: bool) -> Iterator[Wanted]:
    for ring in rings(run.started, due, person.departement, now):
        if ring.escalates or not escalations:
            yield Wanted(
                run.rule, run.generation, ring.kind, ring.ordinal, person.id, ring.at, escalates=ring.escalates
            )
