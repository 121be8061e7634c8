"""Which deadlines of a dossier somebody may see: what the rows of the rule table say, and what a cascade hides.

A cascade is AD1's own: neither a date nor how many came before it may tell which groupements were asked, nor when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atelier import rules
from atelier.calendar import local_day
from atelier.dossier import Dossier, Person, Run
from atelier.rule_table import RULES, rule
from atelier.words import Role, RuleId, State


def audience(run: Run, dossier: Dossier) -> frozenset[Role]:
    """The roles that may see a deadline of a dossier, its name as its date, while it runs and once it is over."""
    row = rule(run.rule)
    if row.asked and _of_the_one_asked(run, dossier):
        return row.seen | row.asked
    if not row.turns:
        return row.seen
    state = dossier.state if run.ended is None else _turn(run, dossier)
    return next((seen for there, seen in row.turns if there is state), row.seen)


def may_see(run: Run, dossier: Dossier, roles: Iterable[Role]) -> bool:
    """True when one of these roles on the dossier may see that deadline."""
    return not audience(run, dossier).isdisjoint(roles)


def shown(dossier: Dossier, person: Person) -> tuple[Run, ...]:
    """The deadlines of a dossier that somebody may see, running or over, in the order they started."""
    held = dossier.roles_of(person)
    return tuple(run for run in dossier.runs if may_see(run, dossier, held))


def common(dossier: Dossier, roles: Iterable[Role]) -> tuple[Run, ...]:
    """The deadlines that each of these roles may see: what is shown where they all read."""
    asked = frozenset(roles)
    return tuple(run for run in dossier.runs if asked <= audience(run, dossier))


@dataclass(frozen=True, slots=True)
class View:
    """Roles from which the same running deadlines are hidden: those of these rules, and those of a turn in these states."""

    roles: frozenset[Role]
    rules: frozenset[RuleId]
    states: frozenset[State]


def views(roles: Iterable[Role]) -> tuple[View, ...]:
    """What is hidden from these roles while it runs, for who must choose without reading the dossiers."""
    found: dict[tuple[frozenset[RuleId], frozenset[State]], set[Role]] = {}
    for role in roles:
        found.setdefault(_hidden(role), set()).add(role)
    return tuple(View(frozenset(alike), *hidden) for hidden, alike in found.items())


def _hidden(role: Role) -> tuple[frozenset[RuleId], frozenset[State]]:
    never = frozenset(row.id for row in RULES if role not in row.seen | row.asked)
    states = (state for row in RULES for state, seen in row.turns if role not in seen)
    return never, frozenset(states)


def _of_the_one_asked(run: Run, dossier: Dossier) -> bool:
    """True for the delay to answer of the groupement asked last: the one that runs, or its own once it is over."""
    if run.ended is None:
        return True
    asked, where = dossier.mission.asked() if dossier.mission else None, rules.place(run, dossier)
    if asked is None or run.about != f"rang:{asked.rank}":
        return False
    return local_day(run.started, where) >= local_day(asked.sent.at, where)


def _turn(run: Run, dossier: Dossier) -> State | None:
    """A state like that in which a turn now over ran: of the cascade, of AD1's before it, or of none that hides it."""
    mission = dossier.mission
    first = mission.sollicitations[0].sent.at if mission and mission.sollicitations else None
    chosen = mission.designated.at if mission and mission.designated else None
    if first is not None and first <= run.started and (chosen is None or run.started < chosen):
        return State.CASCADE_EPUISEE
    return State.ACTE if run.where in {"", rules.PARIS} else None
