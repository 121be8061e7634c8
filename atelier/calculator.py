"""A deadline asked for in a sentence: « 15 jours depuis le 2 mars 2026 dans le 55 »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from atelier.calendar import local_day
from atelier.dates import parse_day
from atelier.deadlines import Delay
from atelier.words import Refused, fr

if TYPE_CHECKING:
    from datetime import date, datetime

    from atelier.places import Departement
    from atelier.territories import Territories

EXAMPLE: Final = "/atelier calculer 15 jours depuis le 2 mars 2026 dans le 55"
FROM: Final = re.compile(
    r" (?:(?:depuis|dès|apr[eè]s|[aà] (?:partir|compter) d[ue])(?!\w)|[aà] (?:partir|compter) d['’]"
    r"|(?:du|des)(?= (?:le )?(?:\d|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|hier|avant-hier|aujourd|demain)))",
    re.IGNORECASE,
)
"""Where the day of departure begins. « du » and « des » also begin names (« du Nord »): only before a day."""
IN: Final = re.compile(
    r",? (?:dans|en|aux?|[aà]|pour) (?P<named>.+)|(?:, ?| le | ?\(|(?<=\d{4}) )(?P<code>\d[\dAB]\d?)\)?$", re.IGNORECASE
)
"""Where the place begins: after a word that says so, or a code alone at the end (never a year's two digits)."""
DEPARTEMENT: Final = re.compile(
    r"(?:le )?d[ée]partement (?:de la |de l['’]|du |des |de |d['’])?|le (?=\d)", re.IGNORECASE
)
LONGEST: Final = 60
"""No département's name is longer."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be counted: a delay, the local day of its event, the département of execution."""

    delay: Delay
    start: date
    departement: Departement


def read(text: str, now: datetime, own: str, territories: Territories) -> Question:
    """Read « 15 jours depuis le 2 mars 2026 dans le 55 »; the place may come first, or be left out for `own` (a code).

    « Aujourd'hui » is the day it is, at `now` (aware), in the département. Raises `Refused` with the reason and an
    example: no delay, no departure, an impossible day, an unknown or uninhabited département.
    """
    plain = " ".join(text.split()).rstrip(" ?!.")
    if not plain:
        raise Refused(fr("Quel délai dois-je calculer ? Écrivez par exemple « {example} »."), example=EXAMPLE)
    found = FROM.search(plain)
    before, after = (plain[: found.start()], plain[found.end() :].strip().removeprefix("le ")) if found else (plain, "")
    after, where = _place(after)
    if not where:
        before, where = _place(before)
    delay = Delay.parse(before)
    if not after:
        raise Refused(
            fr("Depuis quel jour compter {delay} ? Écrivez par exemple « {example} »."),
            delay=str(delay),
            example=EXAMPLE,
        )
    departement = territories.departement(where[:LONGEST] or own)
    return Question(delay, parse_day(after, local_day(now, departement.code)), departement)


def _place(words: str) -> tuple[str, str]:
    """Part a place from what comes before it; no place is ""."""
    found = IN.search(words)
    if found is None:
        return words, ""
    return words[: found.start()].strip(), DEPARTEMENT.sub("", found["named"] or found["code"], count=1).strip()
