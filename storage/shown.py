"""Which running deadlines somebody may see, in SQL: what `atelier.audience` says, so that the database counts them.

Roles that see the same ones are looked for together; nearly everybody holds roles of one such group.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sqlalchemy import ColumnElement, Connection, and_, bindparam, false, not_, or_

from atelier.audience import View, views
from atelier.dossier import Person
from atelier.labels import AD1, EVERYBODY
from atelier.rule_table import RIGHT, RULES
from storage.tables import deadlines, dossiers, members
from storage.visible import EVERYWHERE, GIVEN, SENT, By, Sight, part_given, roles_given, sorted_by, unindexed

VIEWS = {f"v{number}": view for number, view in enumerate(views(sorted(EVERYBODY)))}
GROUPS = {role: name for name, view in VIEWS.items() for role in view.roles}
TURNS = sorted(row.id for row in RULES if row.turns)
RIGHTS = sorted(row.id for row in RULES if row.rhythm is RIGHT)
LASTS = not_(and_(deadlines.c.rule.in_(RIGHTS), deadlines.c.due < bindparam("now")))
"""A right to speak whose time is over, at `now`, is a deadline no more (`atelier.rules.lapsed`)."""


def look(connection: Connection, person: Person) -> Sight:
    """What somebody sees, group of roles by group; nothing once they are inactive."""
    return sorted_by(person, GROUPS.__getitem__, roles_given(connection, person))


@cache
def shown(shape: frozenset[str], *, along: bool = False) -> ColumnElement[bool]:
    """The deadlines of a sight (`look`), as a condition on `deadlines` and `dossiers`; `along` as in `visible.seen`."""
    ref, dep = dossiers.c.ref, dossiers.c.departement
    by = By(unindexed(ref), unindexed(dep)) if along else By(ref, dep)
    many = along or any(kind.endswith(EVERYWHERE) for kind in shape)
    return and_(LASTS, or_(false(), *(way for name in VIEWS for way in _ways(by, shape, name, one_by_one=many))))


def _ways(by: By, shape: frozenset[str], name: str, *, one_by_one: bool) -> Iterator[ColumnElement[bool]]:
    """The requests seen with the roles of one group, and of their deadlines those this group sees."""
    view = VIEWS[name]
    ways = list(by.within(shape, name))
    if f"{name}_{GIVEN}" in shape:
        ways.append(part_given(members.c.role.in_(sorted(view.roles)), one_by_one=one_by_one))
    if ways:
        yield and_(or_(*ways), *([SENT] if view.roles <= AD1 else []), *_seen(view))


def _seen(view: View) -> Iterator[ColumnElement[bool]]:
    if view.rules:
        yield deadlines.c.rule.not_in(sorted(view.rules))
    if view.states:
        yield not_(and_(deadlines.c.rule.in_(TURNS), unindexed(dossiers.c.state).in_(sorted(view.states))))
