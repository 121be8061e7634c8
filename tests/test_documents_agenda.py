"""Calendars: what is written is read back the same, and nothing people wrote can break a line out of its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from documents.agenda import Entry, Period, Status, agenda

STAMP = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NINE = time(9)
DUE = Entry(
    uid="adt-2026-0007.note@atelier.example",
    sequence=2,
    summary="Note d'appropriation à remettre",
    description="Circulaire, § 4\nAtelier de Bar-le-Duc",
    when=date(2026, 12, 1),
    status=Status.CONFIRMED,
    stamp=STAMP,
    url="https://atelier.example/d/ADT-2026-0007?a=1,2;3",
)


def meeting(zone: str, day: date, hours: int = 8) -> Entry:
    """A session on site, from nine o'clock in its zone."""
    local = datetime.combine(day, NINE, ZoneInfo(zone))
    return replace(DUE, uid=f"session.{zone}@atelier.example", when=Period(local, local + timedelta(hours=hours)))


def parsed(content: bytes) -> Calendar:
    return Calendar.from_ical(content)


def only(content: bytes):
    (event,) = parsed(content).walk("VEVENT")
    return event


def test_a_due_day_is_read_back():
    calendar = parsed(agenda("Mes échéances", [DUE]))
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert calendar["PRODID"]
    assert calendar["X-WR-CALNAME"] == "Mes échéances"
    (event,) = calendar.walk("VEVENT")
    assert event["UID"] == DUE.uid
    assert event["SEQUENCE"] == 2
    assert event["SUMMARY"] == DUE.summary
    assert event["DESCRIPTION"] == DUE.description
    assert event["URL"] == DUE.url
    assert event["STATUS"] == "CONFIRMED"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["DTSTART"].dt == date(2026, 12, 1)
    assert event["DTEND"].dt == date(2026, 12, 2)
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == STAMP
    assert parsed(agenda("x", [DUE])).walk("VTIMEZONE") == []


@pytest.mark.parametrize(
    ("zone", "day", "utc_hour"),
    [
        ("Indian/Reunion", date(2027, 3, 1), 5),
        ("America/Miquelon", date(2027, 3, 1), 12),
        ("America/Miquelon", date(2027, 7, 1), 11),
        ("Europe/Paris", date(2027, 7, 1), 7),
        ("Europe/Paris", date(2027, 12, 1), 8),
        ("Pacific/Noumea", date(2027, 7, 1), 22),
    ],
)
def test_a_meeting_keeps_the_hour_of_its_place(zone, day, utc_hour):
    content = agenda("Atelier", [meeting(zone, day)])
    (rules,) = parsed(content).walk("VTIMEZONE")
    assert rules["TZID"] == zone
    event = only(content)
    assert event["DTSTART"].params["TZID"] == zone
    assert event["DTSTART"].dt.replace(tzinfo=None) == datetime.combine(day, NINE)
    assert event["DTSTART"].dt.astimezone(UTC).hour == utc_hour
    assert event["TRANSP"] == "OPAQUE"
    own = datetime.combine(day, NINE, rules.to_tz())
    assert own.astimezone(UTC).hour == utc_hour, "the rules in the file say the same as the system's"


def test_each_zone_is_defined_once_whatever_the_number_of_meetings():
    entries = [
        meeting("Europe/Paris", date(2027, 1, 1)),
        meeting("Europe/Paris", date(2029, 7, 1)),
        meeting("Indian/Reunion", date(2027, 1, 1)),
    ]
    zones = parsed(agenda("x", entries)).walk("VTIMEZONE")
    assert [zone["TZID"] for zone in zones] == ["Europe/Paris", "Indian/Reunion"]


def test_a_cancelled_entry_keeps_its_identifier():
    before, after = only(agenda("x", [DUE])), only(agenda("x", [replace(DUE, status=Status.CANCELLED, sequence=3)]))
    assert before["UID"] == after["UID"]
    assert after["STATUS"] == "CANCELLED"
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_no_entry_is_still_a_calendar():
    assert parsed(agenda("Vide", [])).walk("VEVENT") == []


def test_the_same_entries_are_the_same_bytes():
    entries = [DUE, meeting("America/Miquelon", date(2027, 3, 1))]
    assert agenda("x", entries) == agenda("x", list(entries))


WORDS = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from('\r\n\t,;:\\"^=é😀\u2028\u2029\x85\x0b\x00 ')), max_size=200
)


@given(WORDS, WORDS, WORDS)
def test_nothing_people_wrote_leaves_its_line(name, summary, description):
    content = agenda(name, [replace(DUE, summary=summary, description=description)])
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    names = [line.split(b":")[0].split(b";")[0] for line in lines[:-1] if not line.startswith(b" ")]
    known = [b"UID", b"DTSTAMP", b"LAST-MODIFIED", b"SEQUENCE", b"STATUS", b"SUMMARY"]
    event = names[names.index(b"BEGIN", 1) + 1 : -2]
    assert event == [*known, *([b"DESCRIPTION"] if description else []), b"DTSTART", b"DTEND", b"TRANSP", b"URL"]
    for line in lines:
        line.decode()


@given(WORDS, WORDS)
def test_what_people_wrote_is_read_back(summary, description):
    event = only(agenda("x", [replace(DUE, summary=summary, description=description)]))
    assert printable(event["SUMMARY"]) == printable(summary)
    assert "".join(str(event.get("DESCRIPTION", "")).split()) == "".join(seen(description).split())


def seen(text: str) -> str:
    """Text without what a calendar may not hold."""
    return "".join(
        char
        for char in text.replace("\r", "\n")
        if char in "\n\t" or (char >= " " and not "\x7f" <= char <= "\x9f" and not "\ud800" <= char <= "\udfff")
    )


def printable(text: str) -> str:
    return " ".join(seen(str(text)).split())


@pytest.mark.parametrize(
    "wrong",
    [
        {"stamp": datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Europe/Paris"))},
        {"stamp": STAMP.replace(tzinfo=None)},
        {"uid": ""},
        {"uid": "a b"},
        {"uid": "a\r\nATTENDEE:x"},
        {"url": "https://x.example/\r\nX:1"},
        {"url": "https://x.example/é"},
        {"when": datetime(2026, 11, 24, 9, tzinfo=UTC)},
    ],
)
def test_what_would_break_a_calendar_is_a_mistake(wrong):
    with pytest.raises((ValueError, TypeError)):
        replace(DUE, **wrong)


def test_a_period_has_a_zone_and_an_end():
    nine = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Europe/Paris"))
    with pytest.raises(ValueError, match="after it starts"):
        Period(nine, nine)
    with pytest.raises(TypeError, match="IANA"):
        Period(nine.replace(tzinfo=UTC), nine + timedelta(hours=1))
    with pytest.raises(TypeError, match="IANA"):
        Period(nine.replace(tzinfo=None), nine + timedelta(hours=1))
