"""The reminders as rows: each is sent once, by whichever worker claims it first.

Of each rhythm (a deadline, for somebody) only the next reminder is written: when it leaves, the one after is. What an
outage let pass is written too, to leave with it. States: waiting; unwanted (its deadline moved: it may be wanted again);
sent and cancelled, which never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, insert, or_, select, update

from atelier.rhythm import Ring
from atelier.words import PersonId, Reference
from storage.errors import NotFound, Stale
from storage.tables import reminders

WAITING = reminders.c.state == "waiting"
ADD = insert(reminders)
OF = (
    select(reminders)
    .where(reminders.c.ref == bindparam("ref"), or_(WAITING, reminders.c.rule.in_(bindparam("rules", expanding=True))))
    .with_for_update()
)
"""What may still change: what waits, and whatever there was of the rules that run."""
LATE = select(reminders).where(WAITING, reminders.c.due <= bindparam("now"))
FIRST = LATE.order_by(reminders.c.due, reminders.c.id).limit(bindparam("most")).with_for_update(skip_locked=True)
AWAITING = (
    select(
        reminders.c.recipient,
        func.count().label("count"),
        func.sum(case((reminders.c.kind == "jour", 1), else_=0)).label("urgent"),
    )
    .where(WAITING, reminders.c.due <= bindparam("now"))
    .group_by(reminders.c.recipient)
    .order_by(func.min(reminders.c.due), reminders.c.recipient)
)
LATE_TO = (
    LATE.where(reminders.c.recipient.in_(bindparam("people", expanding=True)))
    .order_by(reminders.c.due, reminders.c.id)
    .with_for_update(skip_locked=True)
)
WAITING_FOR = (
    select(reminders)
    .where(WAITING, reminders.c.ref == bindparam("ref"), reminders.c.recipient == bindparam("recipient"))
    .order_by(reminders.c.due, reminders.c.id)
    .with_for_update()
)
THIS = reminders.c.id == bindparam("this")
ONE, FIT = select(reminders).where(THIS).with_for_update(), update(reminders).where(THIS)
THESE = reminders.c.id.in_(bindparam("ids", expanding=True))
THERE, SETTLE = select(reminders.c.id).where(THESE), update(reminders).where(THESE, WAITING)
SET_ASIDE = update(reminders).where(THESE).values(state="unwanted")
Stored = Row[Any]
Chain = tuple[str, int, str]
"""What makes a rhythm of a dossier the same one: rule, generation, recipient."""
Once = tuple[str, int, str, int, str]
"""What makes a reminder of a dossier the same one: rule, generation, kind, ordinal, recipient."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reminder that a deadline wants: `due` is aware, in UTC; `escalates` when it goes up the hierarchy.

    `missed`: its hour passed while nobody rang; without this, none is made in the past.
    """

    rule: str
    generation: int
    kind: str
    ordinal: int
    recipient: PersonId
    due: datetime
    escalates: bool
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every reminder of a deadline for somebody, from the first to a few after now (`atelier.rhythm.rings`)."""

    rule: str
    generation: int
    recipient: PersonId
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that waits to be sent."""

    id: int
    ref: Reference
    rule: str
    generation: int
    kind: str
    ordinal: int
    recipient: PersonId
    due: datetime
    escalates: bool
    planned: datetime
    """What the deadline wants: `due` differs once it was moved."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Somebody who has reminders due: how many; `urgent` when one is of the last day."""

    recipient: PersonId
    count: int
    urgent: bool


class Reminders:
    """The reminders, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def follow(self, ref: str, rhythms: Iterable[Rhythm], now: datetime) -> None:
        """Make what waits for a dossier the next reminder of each rhythm at `now` (the procedure's hour).

        Beside it, what waits already and what an outage let pass since.
        """
        asked = list(rhythms)
        known = self._known(ref, {str(one.rule) for one in asked})
        chains: dict[Chain, list[Stored]] = {}
        for row in known.values():
            chains.setdefault((row.rule, row.generation, row.recipient), []).append(row)
        wanted = [w for one in asked for w in _next(one, chains.get(_chain(one), ()), now)]
        self._make(ref, known, wanted, now)

    def keep(self, ref: str, wanted: Iterable[Wanted], now: datetime) -> None:
        """Make the reminders of a dossier those that are wanted at `now` (the procedure's hour).

        Missing ones are added when their hour is still to come; waiting ones are moved with their deadline (a snooze
        holds while it does not move), or set aside when nobody wants them any more. What was sent or cancelled is never
        touched, nor sent again.
        """
        asked = list(wanted)
        self._make(ref, self._known(ref, {str(one.rule) for one in asked}), asked, now)

    def _known(self, ref: str, rules: set[str]) -> dict[Once, Stored]:
        return {_once(row): row for row in self._connection.execute(OF, {"ref": ref, "rules": sorted(rules)})}

    def _make(self, ref: str, known: Mapping[Once, Stored], wanted: Iterable[Wanted], now: datetime) -> None:
        asked = {_once(one): one for one in wanted}
        for once, one in asked.items():
            if once in known:
                self._fit(known[once], one)
        new = [_new(ref, one) for once, one in asked.items() if once not in known and (one.missed or one.due > now)]
        if new:
            self._connection.execute(ADD, new)
        aside = [row.id for once, row in known.items() if once not in asked and row.state == "waiting"]
        if aside:
            self._connection.execute(SET_ASIDE, {"ids": aside})

    def _fit(self, row: Stored, one: Wanted) -> None:
        same = row.state == "waiting" and row.planned == one.due and row.escalates == one.escalates
        if same or row.state not in {"waiting", "unwanted"}:
            return
        due = row.due if row.planned == one.due else one.due
        values = {"state": "waiting", "planned": one.due, "due": due, "escalates": one.escalates}
        self._connection.execute(FIT, {"this": row.id, **values})

    def due(self, now: datetime, limit: int) -> list[Reminder]:
        """The reminders due at `now` (the procedure's hour), oldest first: this transaction alone has them."""
        return [_reminder(row) for row in self._connection.execute(FIRST, {"now": now, "most": limit})]

    def awaiting(self, now: datetime) -> list[Awaiting]:
        """Who has something due at `now`, whoever has waited longest first."""
        found = self._connection.execute(AWAITING, {"now": now})
        return [Awaiting(PersonId(recipient), count, urgent > 0) for recipient, count, urgent in found]

    def due_to(self, people: Iterable[PersonId], now: datetime) -> list[Reminder]:
        """Everything due to these people at `now`, oldest first: this transaction alone has it."""
        return [_reminder(row) for row in self._connection.execute(LATE_TO, {"now": now, "people": list(people)})]

    def waiting(self, ref: str, recipient: PersonId) -> list[Reminder]:
        """What waits for somebody about a dossier, the nearest first."""
        about = {"ref": ref, "recipient": recipient}
        return [_reminder(row) for row in self._connection.execute(WAITING_FOR, about)]

    def sent(self, *settled: int) -> None:
        """They were sent. Raises NotFound, or Stale when one waits no more."""
        self._settle(settled, state="sent")

    def cancel(self, *settled: int) -> None:
        """They never will be sent: what they remind of is done. Raises NotFound, or Stale when one waits no more."""
        self._settle(settled, state="cancelled")

    def snooze(self, reminder: int, until: datetime) -> None:
        """Move it, once. Raises NotFound, or Stale when it waits no more or was moved before."""
        row = self._connection.execute(ONE, {"this": reminder}).one_or_none()
        if row is not None and row.due != row.planned:
            raise Stale(reminder)
        self._settle((reminder,), due=until)

    def _settle(self, settled: Iterable[int], **values: object) -> None:
        ids = list(settled)
        if self._connection.execute(SETTLE, {"ids": ids, **values}).rowcount == len(ids):
            return
        there = set(self._connection.execute(THERE, {"ids": ids}).scalars())
        raise Stale(ids) if there.issuperset(ids) else NotFound(ids)

    def next_due(self) -> datetime | None:
        """When the next one falls due, or None when none waits."""
        return self.outstanding()[1]

    def outstanding(self) -> tuple[int, datetime | None]:
        """How many wait, and when the oldest falls (or fell) due."""
        count, oldest = self._connection.execute(select(func.count(), func.min(reminders.c.due)).where(WAITING)).one()
        return count, oldest


def _next(rhythm: Rhythm, known: Iterable[Stored], now: datetime) -> Iterator[Wanted]:
    """What must wait: the next one; what waits already; and, after the first of these or the last settled, what is past.

    Nobody is reminded of what was past before they were first concerned.
    """
    states = {(row.kind, row.ordinal): row.state for row in known}
    begun, next_ = False, False
    for ring in rhythm.rings:
        state = states.get((ring.kind, ring.ordinal), "")
        settled = state in {"sent", "cancelled"}
        begun = begun or settled or state == "waiting"
        past = ring.at <= now
        if not settled and (state == "waiting" or (begun and past) or not (past or next_)):
            yield _wanted(rhythm, ring, missed=past)
        next_ = next_ or not (past or settled)


def _wanted(rhythm: Rhythm, ring: Ring, *, missed: bool) -> Wanted:
    about = (rhythm.rule, rhythm.generation, ring.kind, ring.ordinal, rhythm.recipient)
    return Wanted(*about, ring.at, ring.escalates, missed)


def _chain(one: Rhythm) -> Chain:
    return (str(one.rule), one.generation, one.recipient)


def _once(one: Wanted | Stored) -> Once:
    return (str(one.rule), one.generation, str(one.kind), one.ordinal, one.recipient)


def _new(ref: str, one: Wanted) -> dict[str, object]:
    rule, generation, kind, ordinal, recipient = _once(one)
    return {
        "ref": ref, "rule": rule, "generation": generation, "kind": kind, "ordinal": ordinal, "recipient": recipient,
        "planned": one.due, "due": one.due, "escalates": one.escalates, "state": "waiting",
    }  # fmt: skip


def _reminder(row: Stored) -> Reminder:
    about = (Reference(row.ref), row.rule, row.generation, row.kind, row.ordinal)
    return Reminder(row.id, *about, PersonId(row.recipient), row.due, row.escalates, row.planned)
