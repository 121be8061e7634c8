"""The requests as they stand: one row each, read and saved under its version and its revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from atelier.dossier import Dossier, Person
from atelier.procedure import FINAL
from atelier.words import Reference, Role, State
from storage.errors import NotFound, Stale
from storage.rows import insert_new
from storage.tables import dossiers, members, territories

QUEUED = (State.TRANSMISE, State.EN_ECHANGE, State.A_COMPLETER)
PAGE = 200
"""How many rows are read at a time when rights are checked one by one."""

WHOLE = select(dossiers.c.ref, dossiers.c.revision, cast(dossiers.c.data, Text).label("told"))
"""Requests as text: pydantic reads JSON faster than what was made of it."""
SHARING = (
    WHOLE.where(
        dossiers.c.ref.in_(
            select(territories.c.ref).where(
                territories.c.code.in_(bindparam("codes", expanding=True)), territories.c.ref != bindparam("but")
            )
        ),
        dossiers.c.state.not_in(FINAL),
    )
).order_by(dossiers.c.ref)
ONE = WHOLE.where(dossiers.c.ref == bindparam("ref")).with_for_update()


class Dossiers:
    """The requests, inside one transaction. What was read here is saved only if nobody saved it in between."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._revisions: dict[str, int] = {}
        self._findable: dict[str, Findable] = {}

    def add(self, dossier: Dossier) -> None:
        """Keep a new request. Raises Stale when its reference is taken."""
        if not insert_new(self._connection, dossiers, {**_values(dossier), "ref": dossier.ref, "revision": 1}):
            raise Stale(dossier.ref)
        self._revisions[dossier.ref] = 1
        self._around(dossier)

    def get(self, ref: Reference) -> Dossier:
        """The request of this reference; on PostgreSQL, others who read it so wait for us. Raises NotFound."""
        row = self._connection.execute(ONE, {"ref": ref}).one_or_none()
        if row is None:
            raise NotFound(ref)
        return self._dossier(row)

    def seen_by(self, person: Person, ref: Reference) -> Dossier:
        """The same, for somebody: raises NotFound too when they have no part in it."""
        dossier = self.get(ref)
        if not dossier.roles_of(person):
            raise NotFound(ref)
        return dossier

    def save(self, dossier: Dossier, version: int) -> None:
        """Save what was read at `version`. Raises Stale, and writes nothing, when somebody else saved it since.

        The version moves with the steps only: the revision, as last read in this transaction, catches two answers of
        co-writers, one of which would be lost.
        """
        read = self._revisions.get(dossier.ref)
        same = (dossiers.c.ref == dossier.ref) & (dossiers.c.version == version)
        here = same & (dossiers.c.revision == read if read is not None else true())
        values = {**_values(dossier), "revision": dossiers.c.revision + 1}
        if self._connection.execute(update(dossiers).where(here).values(values)).rowcount != 1:
            raise Stale(dossier.ref)
        if read is not None:
            self._revisions[dossier.ref] = read + 1
        self._around(dossier)

    def waiting_before(self, arrival: int) -> list[Reference]:
        """The requests transmitted earlier and not taken in charge yet, in order of arrival."""
        earlier = (dossiers.c.state == State.TRANSMISE) & (dossiers.c.arrival < arrival)
        found = select(dossiers.c.ref).where(earlier).order_by(dossiers.c.arrival)
        return [Reference(ref) for ref in self._connection.execute(found).scalars()]

    def queue(self) -> list[Dossier]:
        """Every request under review, in order of arrival."""
        return self._read(WHOLE.where(dossiers.c.state.in_(QUEUED)).order_by(dossiers.c.arrival))

    def place_in_queue(self, ref: Reference) -> tuple[int, int]:
        """The place of a request in the queue (from 1; 0 when it is not there), and how many are there."""
        queued = dossiers.c.state.in_(QUEUED)
        arrival = select(dossiers.c.arrival).where(dossiers.c.ref == ref, queued).scalar_subquery()
        before = select(func.count()).where(queued, dossiers.c.arrival <= arrival)
        total = select(func.count()).where(queued)
        return self._connection.execute(before).scalar_one(), self._connection.execute(total).scalar_one()

    def list_for(self, person: Person, limit: int) -> list[Dossier]:
        """The requests somebody has a part in, the last moved first, `limit` at most."""
        found: list[Dossier] = []
        likely = WHOLE.where(_likely(person)).order_by(dossiers.c.since.desc(), dossiers.c.ref.desc())
        for start in count(0, PAGE):
            page = self._read(likely.offset(start).limit(PAGE))
            found += [dossier for dossier in page if dossier.roles_of(person)]
            if len(page) < PAGE or len(found) >= limit:
                break
        return found[:limit]

    def same_territory(self, codes: Iterable[str], ref: Reference) -> list[Dossier]:
        """The other requests, not ended, that share a territory, drafts included: by reference."""
        return self._read(SHARING, codes=list(codes), but=ref)

    def every(self, states: Iterable[State]) -> Iterator[Dossier]:
        """Every request in one of these states, by reference, read as they are asked for."""
        last = ""
        while True:
            after = (dossiers.c.state.in_(list(states))) & (dossiers.c.ref > last)
            page = self._read(WHOLE.where(after).order_by(dossiers.c.ref).limit(PAGE))
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1].ref

    def _read(self, which: Select[tuple[object, ...]], **values: object) -> list[Dossier]:
        return [self._dossier(row) for row in self._connection.execute(which, values)]

    def _dossier(self, row: Row[tuple[object, ...]]) -> Dossier:
        self._revisions[row.ref] = row.revision
        dossier = Dossier.model_validate_json(row.told)
        self._findable[row.ref] = _findable(dossier)
        return dossier

    def _around(self, dossier: Dossier) -> None:
        """Its territories and members, as rows to look for it by; nothing to write when they are those last read."""
        found = _findable(dossier)
        if self._findable.get(dossier.ref) == found:
            return
        self._findable[dossier.ref] = found
        for table in (territories, members):
            self._connection.execute(delete(table).where(table.c.ref == dossier.ref))
        codes, people = found
        places = [{"ref": dossier.ref, "code": code} for code in codes]
        parts = [{"ref": dossier.ref, "person": person, "role": role} for person, role in people]
        for table, rows in ((territories, places), (members, parts)):
            if rows:
                self._connection.execute(insert(table), rows)


Findable = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


def _findable(dossier: Dossier) -> Findable:
    """Its territories and its members, each once."""
    parts = dict.fromkeys((str(m.person), str(m.role)) for m in dossier.members)
    return tuple(dict.fromkeys(dossier.territory_codes())), tuple(parts)


def _likely(person: Person) -> ColumnElement[bool]:
    """The requests somebody may have a part in, by their scopes: rights are checked on each afterwards."""
    scopes = {holding.scope for holding in person.holdings if holding.role is not Role.ADMIN}
    if "" in scopes:
        return true()
    codes = {kind: [s.partition(":")[2] for s in scopes if s.startswith(f"{kind}:")] for kind in ("dep", "ref", "terr")}
    mine = select(members.c.ref).where(members.c.person == person.id)
    there = select(territories.c.ref).where(territories.c.code.in_(codes["terr"]))
    return or_(
        dossiers.c.departement.in_(codes["dep"]), dossiers.c.ref.in_(codes["ref"]), dossiers.c.ref.in_(mine), dossiers.c.ref.in_(there),
    )  # fmt: skip


def _values(dossier: Dossier) -> dict[str, object]:
    return {
        "state": dossier.state, "version": dossier.version, "departement": dossier.departement, "arrival": dossier.arrival,
        "opened": dossier.opened, "since": dossier.since, "data": dossier.model_dump(mode="json"),
    }  # fmt: skip
