"""Who sees which requests, in SQL: what `Dossier.roles_of` says, so that lists are paged and counted by the database.

The condition depends on the kinds of scopes somebody holds, their values are its parameters: built once, compiled once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
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
from storage.tables import dossiers, members, territories

SENT = or_(dossiers.c.arrival.is_not(None), dossiers.c.state.not_in([State.BROUILLON, *sorted(FINAL)]))
"""Transmitted once: AD1 sees no draft, nor what a draft ended as. The arrival is numbered at the first transmission."""
FEW = 500
"""So many requests are quicker looked at one by one than looked for along an order."""
KINDS = ("dep", "ref", "terr", "grp")
NOBODY, EVERYWHERE = "nobody", "*"
MINE = select(members.c.ref).where(members.c.person == bindparam("me"))


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
    if not person.active:
        return Sight(frozenset({NOBODY}), {"me": person.id})
    values: dict[str, list[str]] = {}
    for holding in sorted(person.holdings, key=lambda held: held.scope):
        kind, _, code = holding.scope.partition(":")
        if holding.role is Role.ADMIN or (holding.scope and kind not in KINDS):
            continue
        name = f"{'sent' if holding.role in AD1 else 'whole'}_{kind or EVERYWHERE}"
        values.setdefault(name, []).append(holding.scope if kind == "grp" else code)
    shape = frozenset(values)
    return Sight(shape, {name: held for name, held in values.items() if EVERYWHERE not in name} | {"me": person.id})


@cache
def seen(shape: frozenset[str], *, along: bool = False) -> ColumnElement[bool]:
    """The requests of a sight, as a condition on `dossiers` whose parameters are its values.

    `along`: said so that no index of departements or references fits, for who sees so many that they are found quicker
    along the order in which they are wanted. Rights are checked on each request read as well.
    """
    if NOBODY in shape:
        return and_(false(), dossiers.c.ref == bindparam("me"))
    ref, dep = dossiers.c.ref, dossiers.c.departement
    by = _By(unindexed(ref), unindexed(dep)) if along else _By(ref, dep)
    whole, sent = (list(by.within(shape, name)) for name in ("whole", "sent"))
    given = (
        by.ref.in_(MINE.where(members.c.role.not_in(AD1))),
        and_(SENT, by.ref.in_(MINE.where(members.c.role.in_(AD1)))),
    )
    return or_(*whole, *([and_(SENT, or_(*sent))] if sent else []), *given)


def sees_many(connection: Connection, sought: Sight) -> bool:
    """True for who sees more than a few requests."""
    if sought.everywhere:
        return True
    return bool(connection.execute(counting(sought.shape), {**sought.values, "most": FEW + 1}).scalar_one() > FEW)


@cache
def counting(shape: frozenset[str], *, somewhere: bool = False) -> Select[int]:
    """How many requests of a sight there are (of a `departement`), counted up to `most`."""
    some = select(literal(1)).select_from(dossiers).where(seen(shape)).limit(bindparam("most"))
    if somewhere:
        some = some.where(dossiers.c.departement == bindparam("departement"))
    return select(func.count()).select_from(some.subquery())


def unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same value, which no index holds: SQLite takes an index whenever there is one, and knows no better."""
    return column.concat("")


@dataclass(frozen=True, slots=True)
class _By:
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
