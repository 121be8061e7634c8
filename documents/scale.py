"""The scale of a timeline: where a day falls between the two edges, and which days get a tick."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from babel.dates import format_date, format_skeleton

from documents.typography import short_day

MOST_TICKS: Final = 8
MARGIN: Final = 0.03
DAY: Final = timedelta(days=1)
WEEK: Final = 7
STEPS: Final = (("day", 1), ("day", 2), ("week", 1), ("week", 2), ("month", 1), ("month", 2))
"""Tried in this order, then quarters, twice a year, and years; the first that needs few enough ticks is kept."""
LONG_STEPS: Final = (("month", 3), ("month", 6), ("month", 12), ("month", 24), ("month", 60), ("month", 120))
MONTHS: Final = 12
QUARTER: Final = 3


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a picture, both counted. Places are shares of the width, from 0 to 1."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    def start(self, day: date) -> float:
        """Where a day begins."""
        return (day - self.first).days / self.days

    def middle(self, day: date) -> float:
        """Noon of a day: where a mark stands."""
        return ((day - self.first).days + 0.5) / self.days

    def end(self, day: date) -> float:
        """Where a day ends."""
        return ((day - self.first).days + 1) / self.days


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale on the first instant of a day, and what is written there."""

    day: date
    label: str


def span(days: Iterable[date]) -> Span:
    """The days to draw, with a little air on each side: at least a day, about three per cent."""
    known = sorted(days)
    air = max(DAY, timedelta(days=round(((known[-1] - known[0]).days + 1) * MARGIN)))
    return Span(known[0] - air, known[-1] + air)


def ticks(axis: Span, locale: str) -> list[Tick]:
    """At most eight ticks: days, weeks (Mondays), months, quarters or years, named in `locale`."""
    for unit, step in (*STEPS, *LONG_STEPS):
        days = list(_days(axis, unit, step))
        if len(days) <= MOST_TICKS:
            break
    return [Tick(day, _label(day, unit, step, locale)) for day in days]


def _days(axis: Span, unit: str, step: int) -> Iterator[date]:
    day = _first(axis.first, unit, step)
    while day <= axis.last:
        yield day
        day = _months_later(day, step) if unit == "month" else day + DAY * step * (WEEK if unit == "week" else 1)


def _first(day: date, unit: str, step: int) -> date:
    """The first tick on or after a day: any day, a Monday, or the first of a month that starts a period."""
    if unit == "day":
        return day
    if unit == "week":
        return day + DAY * (-day.weekday() % WEEK)
    months = day.year * MONTHS + day.month - 1 + (day.day > 1)
    months += -months % step
    return date(months // MONTHS, months % MONTHS + 1, 1)


def _months_later(day: date, count: int) -> date:
    months = day.year * MONTHS + day.month - 1 + count
    return date(months // MONTHS, months % MONTHS + 1, 1)


def _label(day: date, unit: str, step: int, locale: str) -> str:
    if unit != "month":
        return short_day(day, locale, year=False)
    if step >= MONTHS:
        return str(day.year)
    if step == QUARTER:
        return format_date(day, "QQQ y", locale=locale)
    return format_skeleton("yMMM", day, locale=locale)
