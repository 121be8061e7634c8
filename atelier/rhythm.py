"""When a deadline rings: before, the day itself, and after, on working days of whoever must act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, count

from atelier.calendar import add_working_days, alike, is_working_day, local_day, next_working_day, zone

SHORT = 10
"""Calendar days: up to so many, a deadline is a short one."""
AHEAD = 4
"""How many overdue reminders are listed ahead of now: each one that leaves writes the next."""
HOUR, EVENING = time(9, 0), time(18, 0)
"""Reminders leave at nine, local time; late ones at any hour from then on, before six in the evening."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When the reminders of a rule leave. Days before are calendar days before the due day; days late, working days."""

    before: tuple[int, ...] = (14, 7, 2)
    short: tuple[int, ...] = (1,)
    """Instead of `before`, for a deadline of ten days or less."""
    overdue: tuple[int, ...] = (1, 5)
    """The second one goes up the hierarchy."""
    every: int = 10
    """After the last of those, one every so many working days; 0: no more."""
    that_day: bool = True
    """False when nothing leaves on the due day itself."""

    def late(self) -> Iterator[int]:
        """The working days late at which one leaves, without end unless `every` says so."""
        last = self.overdue[-1] if self.overdue else 0
        return chain(self.overdue, count(last + self.every, self.every) if self.every else ())

    def escalates(self, days: int) -> bool:
        """True for the overdue one that goes up."""
        return days in self.overdue[1:2]


USUAL = Rhythm()


@dataclass(frozen=True, slots=True)
class Ring:
    """One reminder of a deadline: its kind, its place in that kind, and the instant it leaves (UTC)."""

    kind: str
    ordinal: int
    at: datetime
    escalates: bool = False


def rings(
    started: datetime, due: datetime, where: str, now: datetime | None = None, rhythm: Rhythm = USUAL
) -> tuple[Ring, ...]:
    """Every reminder of a deadline, for a recipient who works in département `where`; none before it started.

    Overdue ones go on without end: they are listed up to a few after `now` (by default, after the due instant).
    The day itself is the recipient's last nine o'clock before the instant: who works east of where the deadline runs
    is already past that hour when the due day ends there. Two never leave together: the nearer one speaks.
    """
    first, last = local_day(started, where), _last_morning(due, where)
    every = _mornings(last, alike(where), max(now or due, due), rhythm, short=(last - first).days <= SHORT)
    return every if every[0].at > started else tuple(ring for ring in every if ring.at > started)


@lru_cache(maxsize=1024)  # many deadlines end the same day
def _mornings(last: date, where: str, now: datetime, rhythm: Rhythm, *, short: bool) -> tuple[Ring, ...]:
    """The mornings of a deadline whose last one is that day, however long ago it started; late ones up to after `now`."""
    same = Ring("jour", 0, _at(last, where))
    days = rhythm.short if short else rhythm.before
    ahead: list[Ring] = []
    for n in sorted(days):
        ring = Ring("avant", n, _at(last - timedelta(days=n), where))
        if ring.at < (ahead[0] if ahead else same).at:
            ahead.insert(0, ring)
    return (*ahead, *([same] if rhythm.that_day else []), *_late(last, where, now, rhythm))


def _last_morning(due: datetime, where: str) -> date:
    day = local_day(due, where)
    return day if datetime.combine(day, HOUR, zone(where)) <= due else day - timedelta(days=1)


def _late(last: date, where: str, now: datetime, rhythm: Rhythm) -> Iterator[Ring]:
    """The overdue ones: all those passed at `now`, and a few more."""
    left = AHEAD
    for days in rhythm.late():
        at = _at(add_working_days(last, days, where), where)
        yield Ring("retard", days, at, escalates=rhythm.escalates(days))
        left -= at > now
        if not left:
            return


def awake(now: datetime, where: str) -> bool:
    """True when somebody who works in this département may be told: a working day, between nine and six."""
    local = now.astimezone(zone(where))
    return HOUR <= local.time() < EVENING and is_working_day(local.date(), where)


def next_morning(day: date, where: str) -> datetime:
    """Nine o'clock (as UTC) of that day where somebody works, or of the next day worked."""
    return datetime.combine(next_working_day(day, where), HOUR, zone(where)).astimezone(UTC)


def _at(day: date, where: str) -> datetime:
    """Nine o'clock of that day, or of the working day before when it is not worked."""
    while not is_working_day(day, where):
        day -= timedelta(days=1)
    return datetime.combine(day, HOUR, zone(where)).astimezone(UTC)
