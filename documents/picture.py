"""What a timeline shows, as values: bars, marks, rows, and the words of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from documents.scale import Span, span
from documents.typography import short_day


class Kind(StrEnum):
    """What a bar stands for; each has its own pattern."""

    EXAMINATION = "examination"
    DESIGNATION = "designation"
    APPROPRIATION = "appropriation"
    ANIMATION = "animation"
    RESTITUTION = "restitution"
    VERIFICATION = "verification"
    SUSPENSION = "suspension"


class Standing(StrEnum):
    """Where a deadline or milestone stands; each has its own shape."""

    MET = "met"
    AHEAD = "ahead"
    LATE = "late"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Bar:
    """A phase: from its first day to its last, both counted. `label` is already in the reader's language."""

    label: str
    start: date
    end: date
    kind: Kind


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone or a deadline on its day."""

    label: str
    day: date
    state: Standing
    doubt: str = ""
    """Why a person should check the day before relying on it; empty: they need not."""


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier."""

    title: str
    bars: Sequence[Bar] = ()
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the picture and its text say, in the reader's language (`locale`, for dates).

    Blanks: `page` holds `{page}` and `{pages}`; `summary` holds `{count}` (rows), `{start}` and `{end}`; `late` holds
    `{list}`; `period` holds `{start}` and `{end}`.
    """

    locale: str
    today: str
    empty: str
    page: str
    summary: str
    late: str
    period: str
    columns: tuple[str, str, str, str, str]
    """Headers of the text table: dossier, what, from, to, state."""
    kinds: Mapping[Kind, str]
    standings: Mapping[Standing, str]
    verify: str = ""
    """What is said of a day to verify."""

    def standing(self, mark: Mark) -> str:
        """Where a mark stands, and that its day is to be verified when it is."""
        state = self.standings[mark.state]
        return f"{state}, {self.verify}" if mark.doubt else state

    def near(self, day: date) -> str:
        """A day of the scale, without its year: « 24 nov. »."""
        return short_day(day, self.locale, year=False)

    def day(self, day: date) -> str:
        """A day, short, with its year: « 24 nov. 2026 »."""
        return short_day(day, self.locale, year=True)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: rows in the order given, and the reader's `today`."""

    title: str
    today: date
    rows: Sequence[Row]
    words: Words

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why some of its days are to be verified, each reason once."""
        return doubts(self.rows)

    @property
    def span(self) -> Span:
        """From the first day drawn to the last, today among them."""
        days = [d for row in self.rows for bar in row.bars for d in (bar.start, bar.end)]
        return span([self.today, *days, *(mark.day for row in self.rows for mark in row.marks)])


def doubts(rows: Sequence[Row]) -> tuple[str, ...]:
    """Why some days of these rows are to be verified, each reason once, in the order they come."""
    return tuple(dict.fromkeys(mark.doubt for row in rows for mark in row.marks if mark.doubt))
