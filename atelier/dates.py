"""Dates as people write them in French; what cannot be read is refused with a sentence and an example."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from atelier.words import Refused, fr

MONTHS: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
SHORTEST_ABBREVIATION: Final = 3
FIRST_YEAR, LAST_YEAR = 1900, 2100

RELATIVE: Final = {"avant-hier": -2, "hier": -1, "aujourd'hui": 0, "demain": 1}
NUMBERS: Final = re.compile(r"(?P<day>\d{1,2})(?P<sep>[/.-])(?P<month>\d{1,2})(?P=sep)(?P<year>\d{1,4})")
ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
WORDS: Final = re.compile(
    rf"(?:le )?(?:(?P<weekday>{'|'.join(WEEKDAYS)}) )?"
    r"(?P<day>\d{1,2})(?:er)? (?P<month>[a-z]+)\.?(?: (?P<year>\d{1,4}))?"
)
MONTH_FORMS: Final = (
    re.compile(r"(?P<month>[a-z]+)\.? (?P<year>\d{1,4})"),
    re.compile(r"(?P<month>\d{1,2})[/.-](?P<year>\d{1,4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})"),
)


def parse_day(text: str, today: date) -> date:
    """Read a day: « 24/11/2026 », « 2026-11-24 », « mardi 24 novembre 2026 », « 1er mars 2026 », « hier ».

    `today` is the local day of the person who writes. Raises `Refused`, saying what is wrong and giving an example.
    """
    plain = _plain(text)
    if plain in RELATIVE:
        return today + timedelta(days=RELATIVE[plain])
    example = f"{today:%d/%m/%Y}"
    found = NUMBERS.fullmatch(plain) or ISO.fullmatch(plain) or WORDS.fullmatch(plain)
    if found is None:
        raise Refused(
            fr("Je ne lis pas de date dans « {text} ». Écrivez le jour, le mois et l'année, par exemple {example}."),
            text=_shown(text),
            example=example,
        )
    parts = found.groupdict()
    year = _year(parts["year"], example)
    day = _existing(year, _month(parts["month"], example), int(parts["day"]), example)
    _check_weekday(parts.get("weekday"), day)
    return day


def parse_month(text: str) -> date:
    """Read a month (« mars 2027 », « 03/2027 », « 2027-03 ») as its first day. Raises `Refused` with an example."""
    plain = _plain(text)
    found = next((match for form in MONTH_FORMS if (match := form.fullmatch(plain))), None)
    example = "mars 2027"
    if found is None:
        raise Refused(
            fr("Je ne lis pas de mois dans « {text} ». Écrivez le mois et l'année, par exemple {example}."),
            text=_shown(text),
            example=example,
        )
    return date(_year(found["year"], example), _month(found["month"], example), 1)


def _plain(text: str) -> str:
    """Fold case, accents, apostrophes and spaces: « Aujourd’hui » and « FÉVR. » are read like any other."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def _shown(text: str) -> str:
    return " ".join(text.split())[:60]


def _year(digits: str | None, example: str) -> int:
    if digits is None:
        raise Refused(fr("Il manque l'année. Écrivez par exemple {example}."), example=example)
    if len(digits) != len("2026"):
        raise Refused(
            fr("Écrivez l'année avec quatre chiffres, par exemple {example} (j'ai lu « {year} »)."),
            year=digits,
            example=example,
        )
    if not FIRST_YEAR <= int(digits) <= LAST_YEAR:
        raise Refused(
            fr("L'année {year} est hors du calendrier que je connais. Écrivez par exemple {example}."),
            year=digits,
            example=example,
        )
    return int(digits)


def _month(word: str, example: str) -> int:
    """Read a month's number or name, abbreviated or not (« nov », « sept », « janv »)."""
    if word.isdigit():
        number = int(word)
        if 1 <= number <= len(MONTHS):
            return number
        raise Refused(
            fr("Il n'y a pas de mois numéro {month}. Le jour vient avant le mois, par exemple {example}."),
            month=number,
            example=example,
        )
    matches = [n for n, name in enumerate(MONTHS, start=1) if _plain(name).startswith(word)]
    if len(matches) == 1 and len(word) >= SHORTEST_ABBREVIATION:
        return matches[0]
    raise Refused(
        fr("« {month} » n'est pas un mois que je connais. Écrivez par exemple {example}."), month=word, example=example
    )


def _existing(year: int, month: int, day: int, example: str) -> date:
    longest = monthrange(year, month)[1]
    if not 1 <= day <= longest:
        raise Refused(
            fr("Le {day} {month} {year} n'existe pas : ce mois a {longest} jours. Écrivez par exemple {example}."),
            day=day,
            month=MONTHS[month - 1],
            year=str(year),
            longest=longest,
            example=example,
        )
    return date(year, month, day)


def _check_weekday(written: str | None, day: date) -> None:
    actual = WEEKDAYS[day.weekday()]
    if written and written != actual:
        raise Refused(
            fr("Le {date} est un {actual}, pas un {written}. Corrigez le jour ou la date."),
            date=f"{day:%d/%m/%Y}",
            actual=actual,
            written=written,
        )
