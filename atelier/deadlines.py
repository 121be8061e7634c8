"""Contractual deadlines, each date explained step by step (CCAG-PI 2009, article 3.2).

A delay starts the day after its event at 0 h and ends at midnight of its last day, in the département of execution.
Days are calendar days; months go « de quantième en quantième », or to the last day of the month. A last day that is a
Saturday, a Sunday or a public holiday moves to the next working day. Working days (« jours ouvrés ») skip all three.

One reading is ours: 3.2.4 says « premier jour ouvrable », and a Saturday can be « ouvrable ». But a delay that would
then end on a Saturday meets the condition of 3.2.4 again; so we roll over until a day is none of the three. It only
matters when a holiday is a Friday, and gives the holder the longer delay.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from atelier.calendar import holidays, is_working_day, why_to_verify, zone
from atelier.holidays import ALSACE_MOSELLE, AND, GOOD_FRIDAY
from atelier.words import Labels, Refused, fr

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unit(StrEnum):
    """What a delay is counted in; the value is a stable code."""

    JOURS = "jours"
    MOIS = "mois"
    JOURS_OUVRES = "jours_ouvres"


LONGEST: Final = MappingProxyType({Unit.JOURS: 3650, Unit.MOIS: 120, Unit.JOURS_OUVRES: 2500})
"""Ten years: a longer delay is a slip of the keyboard."""

DELAY_PATTERN: Final = re.compile(r"(?P<count>\d{1,6}) (?P<unit>mois|jours?(?: calendaires?)?|jours? ouvr[ée]s?)")


@dataclass(frozen=True, slots=True)
class Delay:
    """A duration of the contract: « 15 jours », « 2 mois », « 20 jours ouvrés »."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a delay of nothing, or of more than ten years."""
        if self.count < 1:
            raise Refused(fr("Un délai compte au moins un jour. Exemple : 15 jours."))
        if self.count > LONGEST[self.unit]:
            raise Refused(fr("Un délai de {delay} dépasse dix ans. Vérifiez le nombre."), delay=str(self))

    def __str__(self) -> str:
        """Write it as `parse` reads it."""
        if self.unit is Unit.MOIS:
            return f"{self.count} mois"
        plural = "s" if self.count > 1 else ""
        worked = f" ouvré{plural}" if self.unit is Unit.JOURS_OUVRES else ""
        return f"{self.count} jour{plural}{worked}"

    @classmethod
    def parse(cls, text: str) -> Delay:
        """Read « 15 jours », « 2 mois », « 20 jours ouvrés », or raise `Refused` with the three examples.

        « Jours ouvrables » and « jours francs » are other ways of counting: refused, not taken for another unit.
        """
        found = DELAY_PATTERN.fullmatch(" ".join(text.lower().split()))
        if found is None:
            raise Refused(
                fr(
                    "« {text} » n'est pas un délai que je sais compter. "
                    "Écrivez par exemple « 15 jours », « 2 mois » ou « 20 jours ouvrés »."
                ),
                text=text.strip()[:60],
            )
        return cls(int(found["count"]), _unit(found["unit"]))


@dataclass(frozen=True, slots=True)
class Explanation:
    """One step of a computation: a French sentence, and what fills its placeholders.

    Days stay `date` values, names of holidays stay `Labels`: each is told in the reader's language.
    """

    sentence: str
    args: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        """What it says may be told once and kept: its arguments are values."""
        return hash((self.sentence, frozenset(self.args.items())))


@dataclass(frozen=True, slots=True)
class Explained:
    """A due day and the steps that lead to it: what « Pourquoi cette date ? » lists."""

    due: date
    steps: tuple[Explanation, ...]

    def __hash__(self) -> int:
        """Of the day and of the last steps, which name it and where it counts: enough to tell nearly all apart."""
        return hash((self.due, self.steps[-2:]))

    @property
    def doubts(self) -> tuple[Explanation, ...]:
        """Why a person should check the day before relying on it: a holiday on its way is not confirmed."""
        return tuple(step for step in self.steps if step.sentence in {TO_VERIFY_NOTE, GOOD_FRIDAY_NOTE})

    @property
    def to_verify(self) -> bool:
        """True when there is a doubt."""
        return bool(self.doubts)


CCAG_2009: Final = "CCAG-PI 2009"
ARTICLES: Final = MappingProxyType(
    {
        CCAG_2009: ("CCAG-PI 2009, article 3.2.1", "CCAG-PI 2009, article 3.2.4"),
        "CCAG-PI 2021": ("CCAG-PI 2021, article 3.2", "CCAG-PI 2021, article 3.2"),
    }
)
"""Where each CCAG says how a delay begins, and how its last day moves. Of 2021, the article alone: its paragraphs were
not read; the way to count is that of 2009, which the contract's documents may change."""
BEGINS: Final = fr("L'événement est du {start} : le délai commence le lendemain, {first}, à 0 h ({article}).")
SOURCE: Final = fr("Le délai vient de : {source}.")
COUNTED: Final = MappingProxyType(
    {
        Unit.JOURS: fr("Il est de {delay} : tous les jours du calendrier comptent."),
        Unit.MOIS: fr("Il est de {delay} : il va de quantième en quantième."),
        Unit.JOURS_OUVRES: fr("Il est de {delay} : samedis, dimanches et jours fériés ne comptent pas."),
    }
)
LAST: Final = fr("Le dernier jour compté est le {last}.")
LAST_OF_MONTH: Final = fr("Il n'y a pas de {quantieme} ce mois-là : le délai va au dernier jour du mois, le {last}.")
WEEKEND: Final = fr("Le {day} n'est pas ouvré.")
HOLIDAY: Final = fr("Le {day} est férié ({holiday}).")
ROLLED: Final = fr(
    "Le délai est prolongé jusqu'au premier jour qui n'est ni un samedi, ni un dimanche, ni férié ({article})."
)
ENDS: Final = fr("L'échéance est le {due} à minuit, heure locale du département {departement}.")
GOOD_FRIDAY_NOTE: Final = fr(
    "À vérifier : en Alsace-Moselle, le vendredi saint n'est férié que dans certaines communes."
)
TO_VERIFY_NOTE: Final = fr("À vérifier : les jours fériés du département {departement} ne sont pas confirmés. {why}")


@lru_cache(maxsize=4096)  # pure, and asked several times of the same deadline
def compute(start: date, delay: Delay, departement: str, source: str = "", ccag: str = CCAG_2009) -> Explained:
    """Give the last day of a delay, and why.

    `start` is the local day of the event (a reception, a notification); `source` names the rule's text, in French;
    `ccag` is the contract's own, whose articles are cited.
    Always ends on a working day of the département. Raises `Refused` for an unknown département or Clipperton.
    """
    count = _working_days if delay.unit is Unit.JOURS_OUVRES else _calendar
    begins, rolls = ARTICLES[ccag]
    due, counted = count(start, delay, departement)
    first = start + timedelta(days=1)
    steps = (
        Explanation(BEGINS, {"start": start, "first": first, "article": begins}),
        *([Explanation(SOURCE, {"source": source})] if source else []),
        Explanation(COUNTED[delay.unit], {"delay": str(delay)}),
        *(Explanation(ROLLED, {"article": rolls}) if step.sentence is ROLLED else step for step in counted),
        Explanation(ENDS, {"due": due, "departement": departement}),
    )
    return Explained(due, steps + _notes(steps, departement))


@lru_cache(maxsize=4096)  # many deadlines fall due the same day
def due_instant(day: date, departement: str) -> datetime:
    """Give the last second of a local day (23:59:59 in the département), as an aware UTC datetime."""
    return datetime.combine(day, time(23, 59, 59), zone(departement)).astimezone(UTC)


def _unit(word: str) -> Unit:
    if word == "mois":
        return Unit.MOIS
    return Unit.JOURS_OUVRES if " ouvr" in word else Unit.JOURS


def _calendar(start: date, delay: Delay, departement: str) -> tuple[date, list[Explanation]]:
    """Count calendar days or months, then roll over to a working day."""
    last = _after_months(start, delay.count) if delay.unit is Unit.MOIS else start + timedelta(days=delay.count)
    clamped = delay.unit is Unit.MOIS and last.day != start.day
    landing = Explanation(LAST_OF_MONTH, {"quantieme": start.day, "last": last}) if clamped else None
    due, skipped = last, []
    while not is_working_day(due, departement):
        skipped.append(_skipped(due, departement))
        due += timedelta(days=1)
    rolled = [*skipped, Explanation(ROLLED)] if skipped else []
    return due, [landing or Explanation(LAST, {"last": last}), *rolled]


def _working_days(start: date, delay: Delay, departement: str) -> tuple[date, list[Explanation]]:
    """Count working days one by one, noting each day skipped."""
    day, left, skipped = start, delay.count, []
    while left:
        day += timedelta(days=1)
        if is_working_day(day, departement):
            left -= 1
        else:
            skipped.append(_skipped(day, departement))
    return day, skipped


def _after_months(start: date, months: int) -> date:
    """Give the same quantième some months later, or the last day of that month when it has none."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _skipped(day: date, departement: str) -> Explanation:
    holiday = holidays(day.year, departement).get(day)
    if holiday:
        return Explanation(HOLIDAY, {"day": day, "holiday": Labels(holiday.split(AND))})
    return Explanation(WEEKEND, {"day": day})


def _notes(steps: tuple[Explanation, ...], departement: str) -> tuple[Explanation, ...]:
    """Say what a person should check before relying on the date."""
    skipped = {step.args.get("holiday") for step in steps}
    doubt = why_to_verify(departement)
    return (
        *([Explanation(GOOD_FRIDAY_NOTE)] if departement in ALSACE_MOSELLE and (GOOD_FRIDAY,) in skipped else []),
        *([Explanation(TO_VERIFY_NOTE, {"departement": departement, "why": Labels([doubt])})] if doubt else []),
    )
