"""Who sees which requests, in SQL: what `Dossier.roles_of` says, so that lists are paged and counted by the database.

The condition depends on the kinds of scopes somebody holds, their values are its parameters: built once, compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from atelier.dossier import Person
from atelier.labels import AD1
from atelier.procedure import FINAL
from atelier.words import Role, State
from storage.atelier_tables import groupements
from storage.prepared import Prepared
from storage.tables import dossiers, members, territories

SENT = or_(dossiers.c.arrival.is_not(None), dossiers.c.state.not_in([State.BROUILLON, *sorted(FINAL)]))
"""Transmitted once: AD1 sees no draft, nor what a draft ended as. The arrival is numbered at the first transmission."""
FEW = 500
"""So many requests are quicker looked at one by one than looked for along an order."""
KINDS = ("dep", "ref", "terr", "grp")
NOBODY, EVERYWHERE, GIVEN = "nobody", "*", "given"
PARTS = Prepared(select(members.c.role).where(members.c.person == bindparam("me")).distinct())


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees: the kinds of scopes they hold (for AD1's roles after « sent »), and what these are."""

    shape: frozenset[str]
    values: dict[str, object]

    @property
    def everywhere(self) -> bool:
        """True for who holds something everywhere."""
        return any(kind.endswith(EVERYWHERE) for kind in self.shape)


def sight(person: Person) -> Sight:
    """What somebody sees; nothing once they are inactive."""
    return sorted_by(person, lambda role: "sent" if role in AD1 else "whole")


def sorted_by(person: Person, group: Callable[[Role], str], given: Iterable[Role] = ()) -> Sight:
    """The same, in groups of roles; `given` are the roles somebody was given in some request, when that is asked."""
    if not person.active:
        return Sight(frozenset({NOBODY}), {"me": person.id})
    values: dict[str, list[str]] = {}
    for holding in sorted(person.holdings, key=lambda held: held.scope):
        kind, _, code = holding.scope.partition(":")
        if holding.role is Role.ADMIN or (holding.scope and kind not in KINDS):
            continue
        name = f"{group(holding.role)}_{kind or EVERYWHERE}"
        values.setdefault(name, []).append(holding.scope if kind == "grp" else code)
    shape = frozenset((*values, *(f"{group(role)}_{GIVEN}" for role in given)))
    return Sight(shape, {name: held for name, held in values.items() if EVERYWHERE not in name} | {"me": person.id})


@cache
def seen(shape: frozenset[str], *, along: bool = False) -> ColumnElement[bool]:
    """The requests of a sight, as a condition on `dossiers` whose parameters are its values.

    `along`: said so that no index of departements or references fits, for who sees so many that they are found quicker
    along the order in which they are wanted. Rights are checked on each whole request read as well.
    """
    if NOBODY in shape:
        return and_(false(), dossiers.c.ref == bindparam("me"))
    ref, dep = dossiers.c.ref, dossiers.c.departement
    by = By(unindexed(ref), unindexed(dep)) if along else By(ref, dep)
    whole, sent = (list(by.within(shape, name)) for name in ("whole", "sent"))
    many = along or any(kind.endswith(EVERYWHERE) for kind in shape)
    given = (
        part_given(members.c.role.not_in(AD1), one_by_one=many),
        and_(SENT, part_given(members.c.role.in_(AD1), one_by_one=many)),
    )
    return or_(*whole, *([and_(SENT, or_(*sent))] if sent else []), *given)


def roles_given(connection: Connection, person: Person) -> frozenset[Role]:
    """The roles somebody was given in one request or another."""
    return frozenset(Role(role) for role in PARTS.column(connection, {"me": person.id}))


def part_given(roles: ColumnElement[bool], *, one_by_one: bool) -> ColumnElement[bool]:
    """The requests in which somebody was given a part: listed first, or asked of each one looked at."""
    if one_by_one:
        return exists().where(members.c.ref == dossiers.c.ref, members.c.person == bindparam("me"), roles)
    return dossiers.c.ref.in_(select(members.c.ref).where(members.c.person == bindparam("me"), roles))


def sees_many(connection: Connection, sought: Sight) -> bool:
    """True for who sees more than a few requests."""
    if sought.everywhere:
        return True
    return bool(counting(sought.shape).one(connection, {**sought.values, "most": FEW + 1})[0] > FEW)


@cache
def counting(shape: frozenset[str], *, somewhere: bool = False, going: bool = False) -> Prepared:
    """How many requests of a sight there are (of a `departement`, or not ended), counted up to `most`."""
    some = select(literal(1)).select_from(dossiers).where(seen(shape)).limit(bindparam("most"))
    if going:
        some = some.where(unindexed(dossiers.c.state).not_in(sorted(FINAL)))
    if somewhere:
        some = some.where(dossiers.c.departement == bindparam("departement"))
    return Prepared(select(func.count()).select_from(some.subquery()))


def unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same value, which no index holds: SQLite takes an index whenever there is one, and knows no better."""
    return column.concat("")


@dataclass(frozen=True, slots=True)
class By:
    """The columns that requests are looked for by."""

    ref: ColumnElement[str]
    departement: ColumnElement[str]

    def within(self, shape: frozenset[str], name: str) -> Iterator[ColumnElement[bool]]:
        """A condition for each kind of scope."""
        if f"{name}_{EVERYWHERE}" in shape:
            yield true()
            return
        held: dict[str, BindParameter[str]] = {kind: bindparam(f"{name}_{kind}", expanding=True) for kind in KINDS}
        ways = {
            "dep": self.departement.in_(held["dep"]),
            "ref": self.ref.in_(held["ref"]),
            "terr": self.ref.in_(select(territories.c.ref).where(territories.c.code.in_(held["terr"]))),
            "grp": self.ref.in_(select(groupements.c.ref).where(groupements.c.groupement.in_(held["grp"]))),
        }
        yield from (way for kind, way in ways.items() if f"{name}_{kind}" in shape)
