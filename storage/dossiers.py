"""The requests as they stand: one row each, read and saved under its version and its revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from atelier.dossier import Dossier, Person
from atelier.glimpse import Glimpse
from atelier.procedure import FINAL
from atelier.spelling import key
from atelier.words import Reference, Role, State
from storage.atelier_tables import groupements
from storage.errors import NotFound, Stale
from storage.pages import BRIEF, LATEST, UNDER_REVIEW, WHOLE, Brief, Found, brief, briefly, latest, queue, said
from storage.prepared import Prepared
from storage.rows import insert_new
from storage.tables import dossiers, members, spoken, territories
from storage.visible import FEW, counting, roles_given, sees_many, sight

PAGE = 200
"""How many rows are read at a time when every one is wanted."""

SHARING = Prepared(
    WHOLE.where(
        dossiers.c.ref.in_(
            select(territories.c.ref).where(
                territories.c.code.in_(bindparam("codes", expanding=True)), territories.c.ref != bindparam("but")
            )
        ),
        dossiers.c.state.not_in(FINAL),
    ).order_by(dossiers.c.ref)
)
ONE = Prepared(WHOLE.where(dossiers.c.ref == bindparam("ref")).with_for_update())
THESE = WHOLE.where(dossiers.c.ref.in_(bindparam("refs", expanding=True)))
MANY, HELD = Prepared(THESE), Prepared(THESE.order_by(dossiers.c.ref).with_for_update())
BRIEFS = Prepared(BRIEF.where(dossiers.c.ref.in_(bindparam("refs", expanding=True))).order_by(*LATEST))
AFTER = Prepared(
    WHOLE.where(dossiers.c.state.in_(bindparam("states", expanding=True)), dossiers.c.ref > bindparam("last"))
    .order_by(dossiers.c.ref)
    .limit(PAGE)
)
LENGTH = select(func.count()).where(UNDER_REVIEW)
QUEUE_LENGTH = Prepared(LENGTH)
ARRIVED = Prepared(
    select(dossiers.c.arrival).where(UNDER_REVIEW, dossiers.c.arrival <= bindparam("last")).order_by(dossiers.c.arrival)
)
PLACE = Prepared(
    LENGTH.where(
        dossiers.c.arrival
        <= select(dossiers.c.arrival).where(dossiers.c.ref == bindparam("of"), UNDER_REVIEW).scalar_subquery()
    )
)
SAVE = Prepared(
    update(dossiers)
    .where(
        dossiers.c.ref == bindparam("of"),
        dossiers.c.version == bindparam("at"),
        dossiers.c.revision == func.coalesce(bindparam("read", type_=Integer), dossiers.c.revision),
    )
    .values(revision=dossiers.c.revision + 1)
)


class Dossiers:
    """The requests, inside one transaction. What was read here is saved only if nobody saved it in between."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._revisions: dict[str, int] = {}
        self._last: dict[str, Dossier] = {}

    def add(self, dossier: Dossier) -> None:
        """Keep a new request. Raises Stale when its reference is taken."""
        if not insert_new(self._connection, dossiers, {**_values(dossier), "ref": dossier.ref, "revision": 1}):
            raise Stale(dossier.ref)
        self._revisions[dossier.ref] = 1
        self._around(dossier)

    def get(self, ref: Reference) -> Dossier:
        """The request of this reference; on PostgreSQL, others who read it so wait for us. Raises NotFound."""
        row = ONE.row(self._connection, {"ref": ref})
        if row is None:
            raise NotFound(ref)
        return self._met(row, _read_again(row.told))

    def held(self, refs: Iterable[Reference]) -> dict[Reference, Dossier]:
        """Several at once, in the same way and in order, so that two who hold the same ones wait and never cross."""
        return {dossier.ref: dossier for dossier in self._read(HELD, refs=list(refs))}

    def glimpsed(self, refs: Iterable[Reference]) -> dict[Reference, Dossier]:
        """The same, less what the fiche says: for their deadlines. `save` refuses them."""
        rows = HELD.rows(self._connection, {"refs": list(refs)})
        return {row.ref: Glimpse.model_validate_json(row.told) for row in rows}

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
        if SAVE.changed(self._connection, {**here, **_values(dossier)}) != 1:
            raise Stale(dossier.ref)
        if read is not None:
            self._revisions[dossier.ref] = read + 1
        self._around(dossier)

    def waiting_before(self, arrival: int) -> list[Reference]:
        """The requests transmitted earlier and not taken in charge yet, in order of arrival."""
        earlier = (dossiers.c.state == State.TRANSMISE) & (dossiers.c.arrival < arrival)
        found = select(dossiers.c.ref).where(earlier).order_by(dossiers.c.arrival)
        return [Reference(ref) for ref in self._connection.execute(found).scalars()]

    def queue_of(self, person: Person, limit: int) -> list[tuple[int, Brief]]:
        """The requests under review that somebody has a part in, each after its place, the first arrived first."""
        sought = sight(person)
        first = queue(sought.shape, along=sees_many(self._connection, sought))
        page = first.rows(self._connection, {**sought.values, "limit": limit})
        last = max((row.arrival or 0 for row in page), default=0)
        places = {arrival: n for n, arrival in enumerate(ARRIVED.column(self._connection, {"last": last}), 1)}
        return [(places[row.arrival], brief(row)) for row in page if row.arrival]

    def in_queue(self, limit: int) -> list[Reference]:
        """The requests under review, the first arrived first."""
        found = select(dossiers.c.ref).where(UNDER_REVIEW).order_by(dossiers.c.arrival).limit(limit)
        return [Reference(ref) for ref in self._connection.execute(found).scalars()]

    def queued(self) -> int:
        """How many requests are under review."""
        return int(QUEUE_LENGTH.one(self._connection)[0])

    def place_in_queue(self, ref: Reference) -> tuple[int, int]:
        """The place of a request in the queue (from 1; 0 when it is not there), and how many are there."""
        return int(PLACE.one(self._connection, {"of": ref})[0]), self.queued()

    def list_for(self, person: Person, limit: int) -> list[Dossier]:
        """The requests somebody has a part in, the last moved first, `limit` at most."""
        sought = sight(person)
        found = latest(sought.shape, along=sees_many(self._connection, sought))
        return [d for d in self._read(found, limit=limit, **sought.values) if d.roles_of(person)]

    def going(self, person: Person, states: Iterable[State], limit: int, offset: int) -> list[Dossier]:
        """The same ones, in these states alone, page by page."""
        sought, within = sight(person), sorted(states)
        found = latest(sought.shape, along=sees_many(self._connection, sought), within=True)
        page = self._read(found, limit=limit, offset=offset, states=within, **sought.values)
        return [d for d in page if d.roles_of(person)]

    def count_going(self, person: Person, most: int) -> int:
        """How many of them have not ended, counted up to `most`."""
        sought = sight(person)
        return int(counting(sought.shape, going=True).one(self._connection, {**sought.values, "most": most})[0])

    def parts_of(self, person: Person) -> frozenset[Role]:
        """The roles somebody was given in one request or another."""
        return roles_given(self._connection, person)

    def listed(self, person: Person, limit: int, most: int, departement: str = "") -> tuple[list[Brief], int]:
        """The same ones (of a département) in brief, and how many there are, counted up to `most`."""
        sought, somewhere = sight(person), bool(departement)
        values = {**sought.values, **({"departement": departement} if somewhere else {})}
        counted = counting(sought.shape, somewhere=somewhere)
        count = int(counted.one(self._connection, {**values, "most": most})[0])
        found = briefly(sought.shape, along=somewhere or sought.everywhere or count > FEW, somewhere=somewhere)
        return [brief(row) for row in found.rows(self._connection, {**values, "limit": limit})], count

    def found_for(self, person: Person, limit: int, departement: str = "") -> list[Found]:
        """The words of the same ones, `limit` at most: what others are looked for in."""
        sought, somewhere = sight(person), bool(departement)
        along = somewhere or sees_many(self._connection, sought)
        values = {**sought.values, **({"departement": departement} if somewhere else {}), "limit": limit}
        rows = said(sought.shape, along=along, somewhere=somewhere).rows(self._connection, values)
        return [Found(ref, State(state), departement, words) for ref, state, departement, words in rows]

    def briefs(self, refs: Iterable[Reference]) -> list[Brief]:
        """These requests in brief, the last moved first; of those already found for somebody."""
        return [brief(row) for row in BRIEFS.rows(self._connection, {"refs": list(refs)})]

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
        wanted, last = list(states), ""
        while True:
            page = self._read(AFTER, states=wanted, last=last)
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1].ref

    def _read(self, which: Prepared, **values: object) -> list[Dossier]:
        rows = which.rows(self._connection, values)
        return [self._met(row, Dossier.model_validate_json(row.told)) for row in rows]

    def _met(self, row: Any, dossier: Dossier) -> Dossier:
        """As it stands in the database, for whoever saves it in this transaction."""
        self._revisions[row.ref] = row.revision
        self._last[row.ref] = dossier
        return dossier

    def _around(self, dossier: Dossier) -> None:
        """Its territories, members and words, as rows to look for it by; nothing to write when they are those it had."""
        last, self._last[dossier.ref] = self._last.get(dossier.ref), dossier
        if last is not None and _unmoved(last, dossier):
            return
        found = _findable(dossier)
        if last is not None and _findable(last) == found:
            return
        for table in (territories, members, groupements, spoken):
            self._connection.execute(delete(table).where(table.c.ref == dossier.ref))
        codes, people, groupement, words = found
        places = [{"ref": dossier.ref, "code": code} for code in codes]
        parts = [{"ref": dossier.ref, "person": person, "role": role} for person, role in people]
        asked = [{"ref": dossier.ref, "groupement": groupement}] if groupement else []
        told = [{"ref": dossier.ref, "words": words}]
        for table, rows in ((territories, places), (members, parts), (groupements, asked), (spoken, told)):
            if rows:
                self._connection.execute(insert(table), rows)


@lru_cache(maxsize=256)  # a request is read again for its preview, its decision, and each of its cards
def _read_again(told: str) -> Dossier:
    """A request is never changed: the same text is the same one."""
    return Dossier.model_validate_json(told)


def _unmoved(last: Dossier, dossier: Dossier) -> bool:
    """True when the step left alone what it is looked for by: then both share it."""
    same = last.answers is dossier.answers and last.members is dossier.members and last.mission is dossier.mission
    return same and last.service == dossier.service


Findable = tuple[tuple[str, ...], tuple[tuple[str, str], ...], str, str]


def _findable(dossier: Dossier) -> Findable:
    """Its territories and its members, each once, the groupement asked or designated, and the words said of it."""
    parts = dict.fromkeys((str(m.person), str(m.role)) for m in dossier.members)
    asked = dossier.mission.groupement_scope() if dossier.mission else ""
    words = _folded(f"{dossier.territory()} {dossier.service}")
    return tuple(dict.fromkeys(dossier.territory_codes())), tuple(parts), asked, words


@lru_cache(maxsize=1024)  # what is read is saved soon, and has the same words
def _folded(text: str) -> str:
    return key(text)


def _values(dossier: Dossier) -> dict[str, object]:
    return {
        "state": dossier.state, "version": dossier.version, "departement": dossier.departement, "arrival": dossier.arrival,
        "opened": dossier.opened, "since": dossier.since, "data": dossier,
    }  # fmt: skip
