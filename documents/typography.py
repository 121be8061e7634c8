"""French typography: the spaces that must not break, and dates and hours as they are printed."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from babel.dates import format_date, format_skeleton

NBSP: Final = "\u00a0"
"""No-break space: before a colon, inside guillemets, within a date or an hour."""
NARROW: Final = "\u202f"
"""Narrow no-break space: before « ; ! ? »."""

OPENING: Final = re.compile(r"«[ \u00a0\u202f]*(?=\S)")
CLOSING: Final = re.compile(r"(?<=\S)[ \u00a0\u202f]*»")
HIGH: Final = re.compile(r"(?<=\S)[ \u00a0\u202f]+(?=[;!?](?:[\s;!?»)]|$))")
REFERENCE: Final = re.compile(r"(?<=[°§]) +(?=\w)")
APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)")
COLON: Final = re.compile(r"(?<=\S)[ \u00a0\u202f]+(?=:(?:\s|$))")


def french(text: str) -> str:
    """Some French text with its apostrophes curled and its spaces made unbreakable where typography wants them.

    Spaces are only changed where somebody typed one (guillemets aside): addresses, hours and code stay as they are.
    """
    text = APOSTROPHE.sub("’", REFERENCE.sub(NBSP, text))
    text = CLOSING.sub(f"{NBSP}»", OPENING.sub(f"«{NBSP}", text))
    return COLON.sub(NBSP, HIGH.sub(NARROW, text))


def french_day(day: date) -> str:
    """« 24 novembre 2026 », « 1er mars 2027 »; the number and its month stay together."""
    number = "d'er'" if day.day == 1 else "d"
    return format_date(day, f"{number}{NBSP}MMMM y", locale="fr")


def french_moment(when: date | datetime) -> str:
    """The day, and the hour if there is one, in the zone the instant carries: « 24 novembre 2026 à 10 h 42 »."""
    if not isinstance(when, datetime):
        return french_day(when)
    return f"{french_day(when.date())} à{NBSP}{when.hour}{NBSP}h{NBSP}{when.minute:02d}"


def short_day(day: date, locale: str, *, year: bool) -> str:
    """« 24 nov. », « 1er mars », with or without the year, in the order of the reader's `locale`."""
    told = format_skeleton("yMMMd" if year else "MMMd", day, locale=locale)
    return re.sub(r"^1(?= )", "1er", told) if locale.startswith("fr") else told


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between two words and followed by « … »; a single long word is cut where it must."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    whole = cut if flat[limit - 1] == " " else cut.rpartition(" ")[0]
    return (whole if len(whole) >= limit // 2 else cut).rstrip(" ,;:–-") + "…"
