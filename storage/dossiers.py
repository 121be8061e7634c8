"""The requests as they stand: one row each, read and saved under its version and its revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from atelier.dossier import Dossier, Person
from atelier.procedure import FINAL
from atelier.words import Reference, State
from storage.atelier_tables import groupements
from storage.errors import NotFound, Stale
from storage.rows import insert_new
from storage.tables import dossiers, members, territories
from storage.visible import FEW, counting, seen, sees_many, sight, unindexed

QUEUED = (State.TRANSMISE, State.EN_ECHANGE, State.A_COMPLETER)
UNDER_REVIEW = dossiers.c.state.in_(QUEUED)
LATEST = (dossiers.c.since.desc(), dossiers.c.ref.desc())
PAGE = 200
"""How many rows are read at a time when every one is wanted."""

WHOLE = select(dossiers.c.ref, dossiers.c.revision, cast(dossiers.c.data, Text).label("told"))
"""Requests as text: pydantic reads JSON faster than what was made of it."""
BRIEF = select(
    dossiers.c.ref,
    dossiers.c.state,
    dossiers.c.departement,
    dossiers.c.data["service"].as_string().label("service"),
    dossiers.c.data[("answers", "territoire", "value")].label("territory"),
)
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
MANY = WHOLE.where(dossiers.c.ref.in_(bindparam("refs", expanding=True)))
HELD = MANY.order_by(dossiers.c.ref).with_for_update()
QUEUE_LENGTH = select(func.count()).where(UNDER_REVIEW)
ARRIVED = (
    select(dossiers.c.arrival).where(UNDER_REVIEW, dossiers.c.arrival <= bindparam("last")).order_by(dossiers.c.arrival)
)
PLACE = QUEUE_LENGTH.where(
    dossiers.c.arrival
    <= select(dossiers.c.arrival).where(dossiers.c.ref == bindparam("of"), UNDER_REVIEW).scalar_subquery()
)
SAVE = (
    update(dossiers)
    .where(
        dossiers.c.ref == bindparam("of"),
        dossiers.c.version == bindparam("at"),
        dossiers.c.revision == func.coalesce(bindparam("read", type_=Integer), dossiers.c.revision),
    )
    .values(revision=dossiers.c.revision + 1)
)


@dataclass(frozen=True, slots=True)
class Brief:
    """A request in a few words: `territory` and `service` as people say them."""

    ref: Reference
    state: State
    departement: str
    service: str
    territory: str


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

    def held(self, refs: Iterable[Reference]) -> dict[Reference, Dossier]:
        """Several at once, in the same way and in order, so that two who hold the same ones wait and never cross."""
        return {dossier.ref: dossier for dossier in self._read(HELD, refs=list(refs))}

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
        here = {"of": dossier.ref, "at": version, "read": read}
        if self._connection.execute(SAVE, {**here, **_values(dossier)}).rowcount != 1:
            raise Stale(dossier.ref)
        if read is not None:
            self._revisions[dossier.ref] = read + 1
        self._around(dossier)

    def waiting_before(self, arrival: int) -> list[Reference]:
        """The requests transmitted earlier and not taken in charge yet, in order of arrival."""
        earlier = (dossiers.c.state == State.TRANSMISE) & (dossiers.c.arrival < arrival)
        found = select(dossiers.c.ref).where(earlier).order_by(dossiers.c.arrival)
        return [Reference(ref) for ref in self._connection.execute(found).scalars()]

    def queue_of(self, person: Person, limit: int) -> list[tuple[int, Dossier]]:
        """The requests under review that somebody has a part in, each after its place, the first arrived first."""
        sought = sight(person)
        first = _queue(sought.shape, along=sees_many(self._connection, sought))
        page = self._read(first, limit=limit, **sought.values)
        last = max((d.arrival or 0 for d in page), default=0)
        places = {
            arrival: n for n, arrival in enumerate(self._connection.execute(ARRIVED, {"last": last}).scalars(), 1)
        }
        return [(places[d.arrival], d) for d in page if d.arrival and d.roles_of(person)]

    def queued(self) -> int:
        """How many requests are under review."""
        return self._connection.execute(QUEUE_LENGTH).scalar_one()

    def place_in_queue(self, ref: Reference) -> tuple[int, int]:
        """The place of a request in the queue (from 1; 0 when it is not there), and how many are there."""
        return self._connection.execute(PLACE, {"of": ref}).scalar_one(), self.queued()

    def list_for(self, person: Person, limit: int) -> list[Dossier]:
        """The requests somebody has a part in, the last moved first, `limit` at most."""
        sought = sight(person)
        found = _latest(sought.shape, along=sees_many(self._connection, sought))
        return [d for d in self._read(found, limit=limit, **sought.values) if d.roles_of(person)]

    def listed(self, person: Person, limit: int, most: int, departement: str = "") -> tuple[list[Dossier], int]:
        """The same ones (of a département), and how many there are, counted up to `most`."""
        sought, somewhere = sight(person), bool(departement)
        values = {**sought.values, **({"departement": departement} if somewhere else {})}
        counted = counting(sought.shape, somewhere=somewhere)
        count = self._connection.execute(counted, {**values, "most": most}).scalar_one()
        found = _latest(sought.shape, along=somewhere or sought.everywhere or count > FEW, somewhere=somewhere)
        return [d for d in self._read(found, limit=limit, **values) if d.roles_of(person)], count

    def briefs_for(self, person: Person, limit: int, departement: str = "") -> list[Brief]:
        """The same ones in brief, `limit` at most: what words are looked for in."""
        sought, somewhere = sight(person), bool(departement)
        along = somewhere or sees_many(self._connection, sought)
        values = {**sought.values, **({"departement": departement} if somewhere else {}), "limit": limit}
        rows = self._connection.execute(_briefly(sought.shape, along=along, somewhere=somewhere), values)
        return [Brief(Reference(r.ref), r.state, r.departement, r.service, _labels(r.territory)) for r in rows]

    def many(self, refs: Iterable[str], person: Person) -> list[Dossier]:
        """Those of these requests that somebody has a part in, in the order of the references."""
        wanted = list(refs)
        found = {dossier.ref: dossier for dossier in self._read(MANY, refs=wanted) if dossier.roles_of(person)}
        return [found[Reference(ref)] for ref in wanted if ref in found]

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
        for table in (territories, members, groupements):
            self._connection.execute(delete(table).where(table.c.ref == dossier.ref))
        codes, people, groupement = found
        places = [{"ref": dossier.ref, "code": code} for code in codes]
        parts = [{"ref": dossier.ref, "person": person, "role": role} for person, role in people]
        asked = [{"ref": dossier.ref, "groupement": groupement}] if groupement else []
        for table, rows in ((territories, places), (members, parts), (groupements, asked)):
            if rows:
                self._connection.execute(insert(table), rows)


Findable = tuple[tuple[str, ...], tuple[tuple[str, str], ...], str]


def _findable(dossier: Dossier) -> Findable:
    """Its territories and its members, each once, and the groupement asked or designated."""
    parts = dict.fromkeys((str(m.person), str(m.role)) for m in dossier.members)
    asked = dossier.mission.groupement_scope() if dossier.mission else ""
    return tuple(dict.fromkeys(dossier.territory_codes())), tuple(parts), asked


def _refs(shape: frozenset[str], *, along: bool, somewhere: bool = False) -> Select[str]:
    """The references of a sight's requests (of a `departement`)."""
    found = select(dossiers.c.ref).where(seen(shape, along=along))
    return found.where(dossiers.c.departement == bindparam("departement")) if somewhere else found


def _page(what: Select[Any], refs: Select[str], *order: ColumnElement[Any]) -> Select[Any]:
    """Found first, read after: or the database would sort whole requests."""
    first = refs.order_by(*order).limit(bindparam("limit"))
    return what.where(dossiers.c.ref.in_(first.correlate(None))).order_by(*order)


@cache
def _latest(shape: frozenset[str], *, along: bool, somewhere: bool = False) -> Select[Any]:
    return _page(WHOLE, _refs(shape, along=along, somewhere=somewhere), *LATEST)


@cache
def _briefly(shape: frozenset[str], *, along: bool, somewhere: bool) -> Select[Any]:
    return _page(BRIEF, _refs(shape, along=along, somewhere=somewhere), *LATEST)


@cache
def _queue(shape: frozenset[str], *, along: bool) -> Select[Any]:
    queued = UNDER_REVIEW if along else unindexed(dossiers.c.state).in_(QUEUED)
    return _page(WHOLE, _refs(shape, along=along).where(queued), dossiers.c.arrival)


def _labels(territory: object) -> str:
    """As `Dossier.territory` says it."""
    labels = [t.get("label", "") for t in territory if isinstance(t, dict)] if isinstance(territory, list) else []
    return " ; ".join(str(label) for label in labels)


def _values(dossier: Dossier) -> dict[str, object]:
    return {
        "state": dossier.state, "version": dossier.version, "departement": dossier.departement, "arrival": dossier.arrival,
        "opened": dossier.opened, "since": dossier.since, "data": dossier,
    }  # fmt: skip
