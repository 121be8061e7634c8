"""Working days, public holidays and time zones of the 109 départements and collectivités.

Codes are text, as in the official geographic code: « 01 », « 2A », « 971 ». Clipperton (989), where nobody lives, has
neither time zone nor calendar: every function refuses it, as it refuses an unknown code, with a sentence.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from atelier.holidays import ALSACE_MOSELLE, TO_VERIFY, legal_table
from atelier.words import Refused, fr

if TYPE_CHECKING:
    from collections.abc import Mapping

METROPOLE: Final = frozenset({f"{n:02d}" for n in range(1, 96)} - {"20"} | {"2A", "2B"})
"""The 96 départements of metropolitan France; Corse is 2A and 2B, 20 is no longer used."""

OVERSEAS_ZONES: Final = MappingProxyType(
    {
        "971": "America/Guadeloupe",
        "972": "America/Martinique",
        "973": "America/Cayenne",
        "974": "Indian/Reunion",
        "975": "America/Miquelon",  # the only one here with summer time
        "976": "Indian/Mayotte",
        "977": "America/St_Barthelemy",
        "978": "America/Marigot",
        "984": "Indian/Kerguelen",
        "986": "Pacific/Wallis",
        "987": "Pacific/Tahiti",  # the Marquises (-9:30) and the Gambier (-9) differ: not told apart by the code
        "988": "Pacific/Noumea",
    }
)
CLIPPERTON: Final = "989"
CODES: Final = METROPOLE | OVERSEAS_ZONES.keys() | {CLIPPERTON}
"""The 109 codes."""

SATURDAY: Final = 5


def holidays(year: int, departement: str) -> Mapping[date, str]:
    """Give the legal public holidays of a year in a département: date → French name, in order.

    Raises `Refused` for an unknown code and for Clipperton. Ask `is_verified` before relying on it overseas.
    """
    return legal_table(year, _inhabited(departement))


def is_verified(departement: str) -> bool:
    """Say whether the holiday table of a département was checked against the law (see `why_to_verify`)."""
    return why_to_verify(departement) == ""


def alike(departement: str) -> str:
    """Give one département for all those that have the same hours and holidays: Paris, for most of the mainland."""
    return "75" if departement in METROPOLE - ALSACE_MOSELLE else departement


def why_to_verify(departement: str) -> str:
    """Give the French sentence saying what is to be checked in a département's calendar, or ""."""
    return TO_VERIFY.get(_known(departement), "")


@lru_cache(maxsize=256)
def zone(departement: str) -> ZoneInfo:
    """Give the time zone of a département. Raises `Refused` for an unknown code and for Clipperton."""
    return ZoneInfo(OVERSEAS_ZONES.get(_inhabited(departement), "Europe/Paris"))


def local_day(instant: datetime, departement: str) -> date:
    """Give the calendar day it is, in a département, at an aware instant (ValueError for a naive one)."""
    if instant.tzinfo is None:
        msg = "an instant must carry its time zone"
        raise ValueError(msg)
    return instant.astimezone(zone(departement)).date()


def is_weekend(day: date) -> bool:
    """Say whether a day is a Saturday or a Sunday."""
    return day.weekday() >= SATURDAY


def is_working_day(day: date, departement: str) -> bool:
    """Say whether a day is « ouvré »: neither Saturday, nor Sunday, nor public holiday (CCAG-PI 2009, 3.2)."""
    return not is_weekend(day) and day not in holidays(day.year, departement)


def next_working_day(day: date, departement: str) -> date:
    """Give the day itself when it is worked, else the first worked day after it."""
    while not is_working_day(day, departement):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, n: int, departement: str) -> date:
    """Give the n-th working day after a day (before it when n is negative); the day itself when n is 0."""
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= is_working_day(day, departement)
    return day


def _known(departement: str) -> str:
    if departement not in CODES:
        raise Refused(
            fr("Le département « {code} » n'existe pas. Donnez son code, par exemple 55, 2A ou 971."), code=departement
        )
    return departement


def _inhabited(departement: str) -> str:
    if _known(departement) == CLIPPERTON:
        raise Refused(
            fr(
                "L'île de Clipperton (989) n'a pas d'habitants : elle n'a ni heure légale ni calendrier. "
                "Choisissez un autre département."
            )
        )
    return departement
