"""« Reporter mon rappel »: until when, as people say it, and how far one may go."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from atelier import rules
from atelier.calendar import add_working_days, local_day
from atelier.dates import WEEKDAYS, parse_day
from atelier.dossier import Dossier, Run
from atelier.rhythm import next_morning
from atelier.spelling import key
from atelier.words import Refused, fr

LONGEST = 30
"""Days. A reminder is moved, not switched off: a month covers any leave, and an absence is declared for longer ones."""
COUNTED = re.compile(
    r"(?:dans |de |d )?(?P<count>\d{1,5}|un|une|deux|trois|quatre) (?P<unit>jours?(?: ouvres)?|semaines?|mois)"
)
COUNTS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4}
DAYS = {"jour": 1, "semaine": 7, "mois": 30}
FIXED = frozenset({"contractuel", "reglementaire"})
"""Deadlines with an effect of law: nobody may sleep through the last day."""


def until(text: str, run: Run, dossier: Dossier, now: datetime, where: str) -> datetime:
    """The instant a reminder moves to: nine o'clock of the day named, or of the next one worked in `where`.

    `text` is « 3 jours », « 1 semaine », « lundi », a date; « 3 jours » counts calendar days. Raises Refused for what
    is not read, is past, is over thirty days away, or, where the deadline has an effect of law, comes after its day.
    """
    today = local_day(now, where)
    day = read(text, today, where)
    if day <= today:
        raise Refused(fr("Un rappel se reporte à demain au plus tôt (j'ai lu le {day})."), day=day)
    if day - today > timedelta(days=LONGEST):
        raise Refused(
            fr(
                "Un rappel se reporte de {longest} jours au plus (j'ai lu le {day}). Pour plus longtemps, déclarez votre "
                "absence (« /atelier absence du 3 au 14 août Prénom Nom ») ou transférez le dossier."
            ),
            longest=LONGEST,
            day=day,
        )
    at = next_morning(day, where)
    due = rules.due(run, dossier)
    if rules.rule(run.rule).nature in FIXED and now <= due < at:
        raise Refused(
            fr(
                "Cette échéance a un effet de droit le {due} : son rappel ne peut pas partir après. "
                "Choisissez un jour avant cette date."
            ),
            due=rules.explained(run, dossier).due,
        )
    return at


def read(text: str, today: date, where: str) -> date:
    """The day a text means, counted from `today`. Raises Refused with examples."""
    said = key(text)
    counted = COUNTED.fullmatch(said) if not text.strip().startswith("-") else None
    if counted:
        count = COUNTS.get(counted["count"]) or int(counted["count"])
        unit = counted["unit"]
        if unit.endswith("ouvres"):
            return add_working_days(today, min(count, 2 * LONGEST), where)
        return today + timedelta(days=count * DAYS[unit.removesuffix("s") if unit != "mois" else unit])
    weekday = said.removesuffix(" prochain")
    if weekday in WEEKDAYS:
        return today + timedelta(days=(WEEKDAYS.index(weekday) - today.weekday() - 1) % 7 + 1)
    try:
        return parse_day(text, today)
    except Refused:
        raise Refused(
            fr(
                "Je ne lis pas de durée dans « {text} ». Écrivez « 3 jours », « 1 semaine », « lundi », ou une date : « {example} »."
            ),
            text=text[:60],
            example=f"{today + timedelta(days=7):%d/%m/%Y}",
        ) from None
