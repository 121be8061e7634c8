"""When a deadline rings: before, the day itself, and after, on working days of whoever must act (DESIGN §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from atelier.calendar import add_working_days, is_working_day, local_day, zone

BEFORE = (14, 7, 2)
"""Calendar days before the due day; a short deadline (ten days or less) gets one day before instead."""
SHORT = 10
OVERDUE = (1, 5)
EVERY = 10
"""Overdue: after 1 and 5 working days, then every 10."""
HORIZON = 6
"""How many overdue reminders are written ahead; the last one writes the next."""
HOUR = time(9, 0)
"""Reminders leave at nine, local time: after 8 h 30 and before 18 h (DESIGN §4)."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One reminder of a deadline: its kind, its place in that kind, and the instant it leaves (UTC)."""

    kind: str
    ordinal: int
    at: datetime
    escalates: bool = False


def rings(started: datetime, due: datetime, where: str) -> tuple[Ring, ...]:
    """Every reminder of a deadline, for a recipient who works in département `where`; none before it started."""
    first, last = local_day(started, where), local_day(due, where)
    short = (last - first).days <= SHORT
    ahead = [Ring("avant", n, _at(last - timedelta(days=n), where)) for n in ((1,) if short else BEFORE)]
    same = [Ring("jour", 0, _at(last, where))]
    return tuple(r for r in (*ahead, *same, *_late(last, where)) if r.at > started)


def _late(last: date, where: str) -> list[Ring]:
    days = [*OVERDUE, *(OVERDUE[-1] + EVERY * n for n in range(1, HORIZON - 1))]
    return [Ring("retard", n, _at(add_working_days(last, n, where), where), escalates=n == OVERDUE[1]) for n in days]


def _at(day: date, where: str) -> datetime:
    """Nine o'clock of that day, or of the working day before when it is not worked."""
    while not is_working_day(day, where):
        day -= timedelta(days=1)
    return datetime.combine(day, HOUR, zone(where)).astimezone(UTC)
