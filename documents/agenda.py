"""Dates as an iCalendar file (RFC 5545): per dossier or per person, to be downloaded or subscribed to.

An entry keeps its UID for ever; a date that moves comes back with a higher SEQUENCE, one that no longer stands as
CANCELLED. Due days take a whole day and leave it free; meetings carry their place's time zone, defined in the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

PRODID: Final = "-//DGALN//atelier-bot//FR"
MIME: Final = "text/calendar; charset=utf-8; method=PUBLISH"
DAY: Final = timedelta(days=1)
YEAR: Final = timedelta(days=366)


class Status(StrEnum):
    """Whether an entry stands; the value is iCalendar's."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant to a later one, both aware, in the IANA zone of the place (`ZoneInfo`)."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse what no calendar can show: a time without its zone, an end before its start."""
        if not (isinstance(self.start.tzinfo, ZoneInfo) and isinstance(self.end.tzinfo, ZoneInfo)):
            raise TypeError("a period wants instants in an IANA zone (ZoneInfo)")
        if self.end.timestamp() <= self.start.timestamp():
            raise ValueError("a period ends after it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One date: a whole day (something due) or a period (a meeting). `stamp` is when it was last written (UTC).

    `uid` is ours, stable and unique over dossiers; texts are in the reader's language; `url` is empty or absolute.
    """

    uid: str
    sequence: int
    summary: str
    description: str
    when: date | Period
    status: Status
    stamp: datetime
    url: str = ""

    def __post_init__(self) -> None:
        """Refuse what would break the file: a stamp that is not UTC, spaces or controls in an identifier or address."""
        if self.stamp.utcoffset() != timedelta(0):
            raise ValueError("stamp is in UTC")
        if isinstance(self.when, datetime):
            raise TypeError("an instant is a Period")
        if not self.uid or not all("!" <= char <= "~" for char in self.uid + self.url):
            raise ValueError("uid and url are printable ASCII, without spaces")


def agenda(name: str, entries: Iterable[Entry]) -> bytes:
    """A calendar named `name` (METHOD:PUBLISH), entries in the order given: the same bytes for the same input.

    Lines are folded at 75 bytes and end in CRLF. What people wrote is escaped, control characters are left out.
    """
    listed = list(entries)
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _line(name))
    calendar.add("name", _line(name))
    for zone in _zones(listed):
        calendar.add_component(zone)
    for entry in listed:
        calendar.add_component(_event(entry))
    content: bytes = calendar.to_ical(sorted=False)
    return content


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.stamp)
    event.add("last-modified", entry.stamp)
    event.add("sequence", entry.sequence)
    event.add("status", entry.status.value)
    event.add("summary", _line(entry.summary))
    if entry.description:
        event.add("description", _text(entry.description))
    start, end = _bounds(entry.when)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("transp", "OPAQUE" if isinstance(entry.when, Period) else "TRANSPARENT")
    if entry.url:
        event.add("url", entry.url)
    return event


def _bounds(when: date | Period) -> tuple[date, date]:
    """Start and end as iCalendar counts them: the end is not included."""
    return (when.start, when.end) if isinstance(when, Period) else (when, when + DAY)


def _zones(entries: Iterable[Entry]) -> list[Timezone]:
    """The rules of every zone in use, over the years of its entries, in the order of their names."""
    used: dict[str, list[date]] = {}
    for entry in entries:
        if isinstance(entry.when, Period):
            for moment in (entry.when.start, entry.when.end):
                used.setdefault(str(moment.tzinfo), []).append(moment.date())
    return [
        Timezone.from_tzid(key, first_date=min(days) - YEAR, last_date=max(days) + YEAR)
        for key, days in sorted(used.items())
    ]


def _line(text: str) -> str:
    """Some text on one line."""
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """Some text without the control characters RFC 5545 forbids; line ends become the one it escapes."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in plain if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})
