"""The reminders as rows: each is sent once, by whichever worker claims it first.

States: waiting; unwanted (its deadline moved: it may be wanted again); sent and cancelled, which never change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from atelier.words import PersonId, Reference
from storage.errors import NotFound, Stale
from storage.tables import reminders

ADD = insert(reminders)
OF = select(reminders).where(reminders.c.ref == bindparam("ref")).with_for_update()
SET_ASIDE = update(reminders).where(reminders.c.id.in_(bindparam("ids", expanding=True))).values(state="unwanted")
Once = tuple[str, int, str, int, str]
"""What makes a reminder of a dossier the same one: rule, generation, kind, ordinal, recipient."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reminder that a deadline wants: `due` is aware, in UTC; `escalates` when it goes up the hierarchy."""

    rule: str
    generation: int
    kind: str
    ordinal: int
    recipient: PersonId
    due: datetime
    escalates: bool


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


class Reminders:
    """The reminders, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, ref: str, wanted: Iterable[Wanted], now: datetime) -> None:
        """Make the reminders of a dossier those that are wanted at `now` (the procedure's hour).

        Missing ones are added when their hour is still to come; waiting ones are moved with their deadline (a snooze
        holds while it does not move), or set aside when nobody wants them any more. What was sent or cancelled is never
        touched, nor sent again.
        """
        found = self._connection.execute(OF, {"ref": ref})
        known = {_once(row): row for row in found}
        asked = {_once(one): one for one in wanted}
        for once, one in asked.items():
            if once in known:
                self._fit(known[once], one)
        new = [_new(ref, one) for once, one in asked.items() if once not in known and one.due > now]
        if new:
            self._connection.execute(ADD, new)
        aside = [row.id for once, row in known.items() if once not in asked and row.state == "waiting"]
        if aside:
            self._connection.execute(SET_ASIDE, {"ids": aside})

    def _fit(self, row: Row[tuple[object, ...]], one: Wanted) -> None:
        same = row.state == "waiting" and row.planned == one.due and row.escalates == one.escalates
        if same or row.state not in {"waiting", "unwanted"}:
            return
        due = row.due if row.planned == one.due else one.due
        values = {"state": "waiting", "planned": one.due, "due": due, "escalates": one.escalates}
        self._connection.execute(update(reminders).where(reminders.c.id == row.id).values(values))

    def due(self, now: datetime, limit: int) -> list[Reminder]:
        """The reminders due at `now` (the procedure's hour), oldest first: this transaction alone has them."""
        late = select(reminders).where(reminders.c.state == "waiting", reminders.c.due <= now)
        ordered = late.order_by(reminders.c.due, reminders.c.id).limit(limit)
        return [_reminder(row) for row in self._connection.execute(ordered.with_for_update(skip_locked=True))]

    def sent(self, reminder: int) -> None:
        """It was sent. Raises NotFound, or Stale when it waits no more."""
        self._settle(reminder, state="sent")

    def cancel(self, reminder: int) -> None:
        """It never will be sent: what it reminds of is done. Raises NotFound, or Stale when it waits no more."""
        self._settle(reminder, state="cancelled")

    def snooze(self, reminder: int, until: datetime) -> None:
        """Move it, once. Raises NotFound, or Stale when it waits no more or was moved before."""
        one = select(reminders).where(reminders.c.id == reminder).with_for_update()
        row = self._connection.execute(one).one_or_none()
        if row is not None and row.due != row.planned:
            raise Stale(reminder)
        self._settle(reminder, due=until)

    def _settle(self, reminder: int, **values: object) -> None:
        waiting = update(reminders).where(reminders.c.id == reminder, reminders.c.state == "waiting")
        if self._connection.execute(waiting.values(values)).rowcount == 1:
            return
        if self._connection.execute(select(reminders.c.id).where(reminders.c.id == reminder)).first() is None:
            raise NotFound(reminder)
        raise Stale(reminder)

    def next_due(self) -> datetime | None:
        """When the next one falls due, or None when none waits."""
        return self.outstanding()[1]

    def outstanding(self) -> tuple[int, datetime | None]:
        """How many wait, and when the oldest falls (or fell) due."""
        waiting = select(func.count(), func.min(reminders.c.due)).where(reminders.c.state == "waiting")
        count, oldest = self._connection.execute(waiting).one()
        return count, oldest


def _once(one: Wanted | Row[tuple[object, ...]]) -> Once:
    return (str(one.rule), one.generation, str(one.kind), one.ordinal, one.recipient)


def _new(ref: str, one: Wanted) -> dict[str, object]:
    rule, generation, kind, ordinal, recipient = _once(one)
    return {
        "ref": ref, "rule": rule, "generation": generation, "kind": kind, "ordinal": ordinal, "recipient": recipient,
        "planned": one.due, "due": one.due, "escalates": one.escalates, "state": "waiting",
    }  # fmt: skip


def _reminder(row: Row[tuple[object, ...]]) -> Reminder:
    about = (Reference(row.ref), row.rule, row.generation, row.kind, row.ordinal)
    return Reminder(row.id, *about, PersonId(row.recipient), row.due, row.escalates)
