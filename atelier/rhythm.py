"""When a deadline rings: before, the day itself, and after, on working days of whoever must act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, count

from atelier.calendar import add_working_days, is_working_day, local_day, zone

BEFORE = (14, 7, 2)
"""Calendar days before the due day; a short deadline (ten days or less) gets one day before instead."""
SHORT = 10
OVERDUE = (1, 5)
EVERY = 10
"""Overdue: after 1 and 5 working days, then every 10."""
AHEAD = 4
"""How many overdue reminders are written ahead of now: each one that leaves writes the next."""
HOUR = time(9, 0)
"""Reminders leave at nine, local time: after 8 h 30 and before 18 h."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One reminder of a deadline: its kind, its place in that kind, and the instant it leaves (UTC)."""

    kind: str
    ordinal: int
    at: datetime
    escalates: bool = False


@lru_cache(maxsize=256)  # asked again for each person whom the same deadline concerns
def rings(started: datetime, due: datetime, where: str, now: datetime | None = None) -> tuple[Ring, ...]:
    """Every reminder of a deadline, for a recipient who works in département `where`; none before it started.

    Overdue ones go on without end: they are listed up to a few after `now` (by default, after the due instant).
    The day itself is the recipient's last nine o'clock before the instant: who works east of where the deadline runs
    is already past that hour when the due day ends there. Two never leave together: the nearer one speaks.
    """
    first, last = local_day(started, where), _last_morning(due, where)
    short = (last - first).days <= SHORT
    same = Ring("jour", 0, _at(last, where))
    days = (1,) if short else BEFORE
    ahead = [ring for n in days if (ring := Ring("avant", n, _at(last - timedelta(days=n), where))).at < same.at]
    return tuple(r for r in (*ahead, same, *_late(last, where, max(now or due, due))) if r.at > started)


def _last_morning(due: datetime, where: str) -> date:
    day = local_day(due, where)
    return day if datetime.combine(day, HOUR, zone(where)) <= due else day - timedelta(days=1)


def _late(last: date, where: str, now: datetime) -> Iterator[Ring]:
    """One and five working days late, then every ten: all those passed at `now`, and a few more."""
    left = AHEAD
    for days in chain(OVERDUE, count(OVERDUE[-1] + EVERY, EVERY)):
        at = _at(add_working_days(last, days, where), where)
        yield Ring("retard", days, at, escalates=days == OVERDUE[1])
        left -= at > now
        if not left:
            return


def _at(day: date, where: str) -> datetime:
    """Nine o'clock of that day, or of the working day before when it is not worked."""
    while not is_working_day(day, where):
        day -= timedelta(days=1)
    return datetime.combine(day, HOUR, zone(where)).astimezone(UTC)
