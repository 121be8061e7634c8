"""The legal table of public holidays, by year and département.

Sources: code du travail L3133-1 (the eleven common days), L3134-13 (Alsace-Moselle), L3422-2 (abolition of slavery).
Local customs that no text makes legal (Mi-Carême, 21 juillet…) are left out: a contractual deadline does not roll
over them. Known places where the table needs a person's check are in `TO_VERIFY`, never silently trusted.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from atelier.words import fr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIXED = (
    (1, 1, fr("1er janvier")),
    (5, 1, fr("1er mai")),
    (5, 8, fr("8 mai")),
    (7, 14, fr("14 juillet")),
    (8, 15, fr("15 août")),
    (11, 1, fr("1er novembre")),
    (11, 11, fr("11 novembre")),
    (12, 25, fr("25 décembre")),
)
"""Month, day, name: common to all (L3133-1)."""

AFTER_EASTER = ((1, fr("lundi de Pâques")), (39, fr("Ascension")), (50, fr("lundi de Pentecôte")))
"""Days after Easter Sunday, name: common to all (L3133-1)."""

ALSACE_MOSELLE = frozenset({"57", "67", "68"})
GOOD_FRIDAY = fr("vendredi saint")
SAINT_STEPHEN = fr("26 décembre")

ABOLITION = MappingProxyType(
    {
        "971": (5, 27),
        "972": (5, 22),
        "973": (6, 10),
        "974": (12, 20),
        "976": (4, 27),
        "977": (10, 9),
        "978": (5, 27),
    }
)
"""Département → month and day of the abolition of slavery (L3422-2)."""
ABOLITION_NAME = fr("abolition de l'esclavage")
AND = " et "
"""Between the names of two holidays on one day; no name holds it."""

TO_VERIFY = MappingProxyType(
    {
        "978": fr("Saint-Martin : le 27 mai selon la copie de 2019 de l'article L3422-2, le 28 mai ailleurs."),
        "984": fr("Terres australes et antarctiques françaises : le code du travail n'y fixe pas les jours fériés."),
        "986": fr("Wallis et Futuna : le code du travail n'y fixe pas les jours fériés."),
        "987": fr("Polynésie française : le code du travail n'y fixe pas les jours fériés."),
        "988": fr("Nouvelle-Calédonie : le code du travail n'y fixe pas les jours fériés."),
        "989": fr("Île de Clipperton : aucun habitant, aucun calendrier."),
    }
)
"""Where a person must check the calendar before relying on it, and why."""


@lru_cache(maxsize=1024)
def legal_table(year: int, departement: str) -> Mapping[date, str]:
    """Give the public holidays of one year, in order, for a département code that is already checked.

    Two holidays on one day (1er mai and Ascension, in 2008) are joined: « 1er mai et Ascension ».
    """
    table: dict[date, str] = {}
    for day, name in sorted(_days(year, departement)):
        table[day] = f"{table[day]}{AND}{name}" if day in table else name
    return MappingProxyType(table)


def easter(year: int) -> date:
    """Give Easter Sunday of a Gregorian year (the anonymous algorithm, « Meeus/Jones/Butcher »)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, leap_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _days(year: int, departement: str) -> Iterator[tuple[date, str]]:
    sunday = easter(year)
    yield from ((date(year, month, day), name) for month, day, name in FIXED)
    yield from ((sunday + timedelta(days=after), name) for after, name in AFTER_EASTER)
    if departement in ALSACE_MOSELLE:
        yield sunday - timedelta(days=2), GOOD_FRIDAY
        yield date(year, 12, 26), SAINT_STEPHEN
    if departement in ABOLITION:
        yield date(year, *ABOLITION[departement]), ABOLITION_NAME
