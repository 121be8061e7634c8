"""The reminders as rows: each is sent once, by whichever worker claims it first.

Of each rhythm (a deadline, for somebody) only the next reminder is written: when it leaves, the one after is. What an
outage let pass is written too, to leave with it. States: waiting; unwanted (its deadline moved: it may be wanted again);
sent and cancelled, which never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, or_, select, update

from atelier.rhythm import Ring
from atelier.words import PersonId, Reference
from storage.errors import NotFound, Stale
from storage.prepared import Prepared
from storage.tables import reminders
from storage.visible import unindexed

WAITING = reminders.c.state == "waiting"
LEFT = unindexed(reminders.c.state) == "waiting"
"""The same where rows are found otherwise: or SQLite goes through all that wait."""
ADD = Prepared(insert(reminders))
OF = Prepared(
    select(reminders)
    .where(
        reminders.c.ref.in_(bindparam("refs", expanding=True)),
        or_(LEFT, reminders.c.rule.in_(bindparam("rules", expanding=True))),
    )
    .with_for_update()
)
"""What may still change: what waits, and whatever there was of the rules that run."""
LATE = select(reminders).where(WAITING, reminders.c.due <= bindparam("now"))
AWAITING = Prepared(
    select(
        reminders.c.recipient,
        func.count().label("count"),
        func.min(reminders.c.due).label("oldest"),
        func.min(case((reminders.c.kind == "jour", reminders.c.due))).label("urgent"),
    )
    .where(WAITING, reminders.c.due <= bindparam("now"))
    .group_by(reminders.c.recipient)
    .order_by(func.min(reminders.c.due), reminders.c.recipient)
)
THEIRS = reminders.c.recipient.in_(bindparam("people", expanding=True))
ABOUT = Prepared(
    select(reminders.c.ref, reminders.c.rule).where(WAITING, reminders.c.due <= bindparam("now"), THEIRS).distinct()
)
LATE_TO = Prepared(LATE.where(THEIRS).order_by(reminders.c.due, reminders.c.id).with_for_update(skip_locked=True))
WAITING_FOR = Prepared(
    select(reminders)
    .where(WAITING, reminders.c.ref == bindparam("ref"), reminders.c.recipient == bindparam("recipient"))
    .order_by(reminders.c.due, reminders.c.id)
    .with_for_update()
)
THIS = reminders.c.id == bindparam("this")
ONE, FIT = Prepared(select(reminders).where(THIS).with_for_update()), Prepared(update(reminders).where(THIS))
THESE = reminders.c.id.in_(bindparam("ids", expanding=True))
THERE, SETTLE = Prepared(select(reminders.c.id).where(THESE)), Prepared(update(reminders).where(THESE, LEFT))
SET_ASIDE = Prepared(update(reminders).where(THESE).values(state="unwanted"))
Stored = Any
Chain = tuple[Reference, str, int, str]
"""What makes a rhythm the same one: dossier, rule, generation, recipient."""
Once = tuple[Reference, str, int, str, int, str]
"""What makes a reminder the same one: dossier, rule, generation, kind, ordinal, recipient."""


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
    """Somebody who has reminders due: how many, since when; `urgent` is since when one of the last day is, if any."""

    recipient: PersonId
    count: int
    oldest: datetime
    urgent: datetime | None


class Reminders:
    """The reminders, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def follow(self, rhythms: Mapping[Reference, Sequence[Rhythm]], now: datetime) -> bool:
        """Make what waits for each dossier the next reminder of each of its rhythms at `now` (the procedure's hour).

        Beside it, what waits already and what an outage let pass since. However many dossiers: one reading, one writing.
        Returns True when this changed what is due.
        """
        known = self._known(rhythms, {str(one.rule) for asked in rhythms.values() for one in asked})
        chains: dict[Chain, dict[tuple[str, int], Stored]] = {}
        for row in known.values():
            chains.setdefault((row.ref, row.rule, row.generation, row.recipient), {})[row.kind, row.ordinal] = row
        wanted: list[tuple[Reference, Wanted]] = []
        for ref, asked in rhythms.items():
            for one in asked:
                rows = chains.get((ref, one.rule, one.generation, one.recipient), {})
                for ring in _next(one.rings, rows, now):
                    row = rows.get((ring.kind, ring.ordinal))
                    if row is not None and _as_wanted(row, ring.at, escalates=ring.escalates):
                        known.pop(_once(ref, row), None)  # nothing to do about it
                    else:
                        wanted.append((ref, _wanted(one, ring, missed=ring.at <= now)))
        return self._make(known, wanted, now)

    def keep(self, ref: Reference, wanted: Iterable[Wanted], now: datetime) -> None:
        """Make the reminders of a dossier those that are wanted at `now` (the procedure's hour).

        Missing ones are added when their hour is still to come; waiting ones are moved with their deadline (a snooze
        holds while it does not move), or set aside when nobody wants them any more. What was sent or cancelled is never
        touched, nor sent again.
        """
        asked = [(ref, one) for one in wanted]
        self._make(self._known((ref,), {str(one.rule) for _, one in asked}), asked, now)

    def _known(self, refs: Iterable[Reference], rules: set[str]) -> dict[Once, Stored]:
        rows = OF.rows(self._connection, {"refs": sorted(refs), "rules": sorted(rules)})
        return {_once(row.ref, row): row for row in rows}

    def _make(
        self, known: Mapping[Once, Stored], wanted: Iterable[tuple[Reference, Wanted]], now: datetime
    ) -> bool:  # fmt: skip
        asked = {_once(ref, one): one for ref, one in wanted}
        fitted = [self._fit(known[once], one) for once, one in asked.items() if once in known]
        new = [(once, one) for once, one in asked.items() if once not in known and (one.missed or one.due > now)]
        ADD.each(self._connection, [_new(once, one) for once, one in new])
        aside = [row.id for once, row in known.items() if once not in asked and row.state == "waiting"]
        if aside:
            SET_ASIDE.changed(self._connection, {"ids": aside})
        return bool(aside) or any(fitted) or any(one.due <= now for _, one in new)

    def _fit(self, row: Stored, one: Wanted) -> bool:
        """True when it was not as wanted."""
        if _as_wanted(row, one.due, escalates=one.escalates) or row.state not in {"waiting", "unwanted"}:
            return False
        due = row.due if row.planned == one.due else one.due
        values = {"state": "waiting", "planned": one.due, "due": due, "escalates": one.escalates}
        FIT.changed(self._connection, {"this": row.id, **values})
        return True

    def awaiting(self, now: datetime) -> list[Awaiting]:
        """Who has something due at `now`, whoever has waited longest first."""
        found = AWAITING.rows(self._connection, {"now": now})
        return [Awaiting(PersonId(recipient), *told) for recipient, *told in found]

    def about(self, people: Iterable[PersonId], now: datetime) -> list[tuple[Reference, str]]:
        """Which dossiers have something due to these people at `now`, by which rules: each once, nothing is held."""
        found = ABOUT.rows(self._connection, {"now": now, "people": list(people)})
        return [(Reference(ref), rule) for ref, rule in found]

    def due_to(self, people: Iterable[PersonId], now: datetime) -> list[Reminder]:
        """Everything due to these people at `now`, oldest first: this transaction alone has it."""
        return [_reminder(row) for row in LATE_TO.rows(self._connection, {"now": now, "people": list(people)})]

    def waiting(self, ref: str, recipient: PersonId) -> list[Reminder]:
        """What waits for somebody about a dossier, the nearest first."""
        about = {"ref": ref, "recipient": recipient}
        return [_reminder(row) for row in WAITING_FOR.rows(self._connection, about)]

    def sent(self, *settled: int) -> None:
        """They were sent. Raises NotFound, or Stale when one waits no more."""
        self._settle(settled, state="sent")

    def cancel(self, *settled: int) -> None:
        """They never will be sent: what they remind of is done. Raises NotFound, or Stale when one waits no more."""
        self._settle(settled, state="cancelled")

    def snooze(self, reminder: int, until: datetime) -> None:
        """Move it, once. Raises NotFound, or Stale when it waits no more or was moved before."""
        row = ONE.row(self._connection, {"this": reminder})
        if row is not None and row.due != row.planned:
            raise Stale(reminder)
        self._settle((reminder,), due=until)

    def _settle(self, settled: Iterable[int], **values: object) -> None:
        ids = list(settled)
        if not ids or SETTLE.changed(self._connection, {"ids": ids, **values}) == len(ids):
            return
        there = set(THERE.column(self._connection, {"ids": ids}))
        raise Stale(ids) if there.issuperset(ids) else NotFound(ids)

    def outstanding(self) -> tuple[int, datetime | None]:
        """How many wait, and when the oldest falls (or fell) due."""
        count, oldest = self._connection.execute(select(func.count(), func.min(reminders.c.due)).where(WAITING)).one()
        return count, oldest


def _as_wanted(row: Stored, due: datetime, *, escalates: bool) -> bool:
    """True when it waits as its deadline wants it."""
    return bool(row.state == "waiting" and row.planned == due and row.escalates == escalates)


def _next(rings: Iterable[Ring], known: Mapping[tuple[str, int], Stored], now: datetime) -> Iterator[Ring]:
    """What must wait: the next one; what waits already; and, after the first of these or the last settled, what is past.

    Nobody is reminded of what was past before they were first concerned.
    """
    begun, next_ = False, False
    for ring in rings:
        row = known.get((ring.kind, ring.ordinal))
        state = row.state if row is not None else ""
        settled = state in {"sent", "cancelled"}
        begun = begun or settled or state == "waiting"
        past = ring.at <= now
        if not settled and (state == "waiting" or (begun and past) or not (past or next_)):
            yield ring
        next_ = next_ or not (past or settled)


def _wanted(rhythm: Rhythm, ring: Ring, *, missed: bool) -> Wanted:
    about = (rhythm.rule, rhythm.generation, ring.kind, ring.ordinal, rhythm.recipient)
    return Wanted(*about, ring.at, ring.escalates, missed)


def _once(ref: Reference, one: Wanted | Stored) -> Once:
    return (ref, one.rule, one.generation, one.kind, one.ordinal, one.recipient)


def _new(once: Once, one: Wanted) -> dict[str, object]:
    ref, rule, generation, kind, ordinal, recipient = once
    return {
        "ref": ref, "rule": str(rule), "generation": generation, "kind": str(kind), "ordinal": ordinal, "recipient": recipient,
        "planned": one.due, "due": one.due, "escalates": one.escalates, "state": "waiting",
    }  # fmt: skip


def _reminder(row: Stored) -> Reminder:
    about = (Reference(row.ref), row.rule, row.generation, row.kind, row.ordinal)
    return Reminder(row.id, *about, PersonId(row.recipient), row.due, row.escalates, row.planned)
