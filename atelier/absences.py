"""Absences as people say them: « du 3 au 14 août Prénom Nom ». An absence moves messages, never a power to decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from atelier.dates import parse_day
from atelier.dossier import Person
from atelier.words import Refused, Role, fr

LONGEST = timedelta(days=366)
WRAP = timedelta(days=183)
"""« du 28 décembre au 3 janvier » goes over the new year; « du 14 août au 3 août » is a slip."""
WORDS_OF_A_DAY = 5
BARE = re.compile(r"(?:le )?(?:[a-zé]+ )?(?P<day>\d{1,2})(?:er)?", re.IGNORECASE)
"""« 3 », « lundi 3 »: the month is that of the last day."""
NO_YEAR = re.compile(
    r"(?P<words>(?:[a-zéû]+ )?\d{1,2}(?:er)? [a-zéû]+\.?)|(?P<numbers>\d{1,2}(?P<sep>[/.-])\d{1,2})", re.IGNORECASE
)
PREFIX = re.compile(r"^(?:du|de|le|à partir du|dès le)\s+", re.IGNORECASE)
NAMED = re.compile(r"^(?:(?:remplac|supplé|rempla)\S*(?:\s+(?:par|:))?|par|:|,)\s+", re.IGNORECASE)
UNTIL = re.compile(r"\s+(?:au|jusqu'au|jusqu’au)\s+", re.IGNORECASE)
SHARED = frozenset({Role.SVC, Role.SVC_SIGN, Role.DREAL, Role.AD1I, Role.AD1V, Role.AD1B})
"""Roles of the State: two people who hold one may stand in for each other, whatever their service. Not so for
collectivités and groupements, each of which keeps its own business."""


@dataclass(frozen=True, slots=True)
class Away:
    """What was said: both days included, and the substitute's name as typed, maybe empty."""

    first: date
    last: date
    substitute: str


def parse(text: str, today: date) -> Away:
    """Read an absence. `today` is the local day of whoever is away. Raises Refused with an example.

    A year left out is the one that makes the absence end today or later.
    """
    said = PREFIX.sub("", " ".join(text.split()))
    start, *more = UNTIL.split(said, maxsplit=1)
    if more:
        last_said, name = _cut(more[0], today)
        first, last = _both(start, last_said, today)
    else:
        day, name = _cut(start, today)
        first = last = _next(day, today)
    _check(first, last, today)
    return Away(first, last, NAMED.sub("", name).strip())


def close(one: Person, other: Person) -> bool:
    """True for two colleagues: of the same organisation, or holders of a same role of the State."""
    same = bool(one.service) and one.service == other.service
    return same or bool({h.role for h in one.holdings} & {h.role for h in other.holdings} & SHARED)


def _cut(text: str, today: date) -> tuple[str, str]:
    """The longest beginning that reads as a day, and the rest. Raises Refused when none does."""
    words = text.split(" ")
    for length in range(min(WORDS_OF_A_DAY, len(words)), 0, -1):
        said = " ".join(words[:length])
        if any(True for _ in _days(said, today)):
            return said, " ".join(words[length:])
    raise _unread(text)


def _both(start: str, end: str, today: date) -> tuple[date, date]:
    """The two days: whatever one leaves out is taken from the other, or is what makes the absence end soonest."""
    lasts = list(_days(end, today))
    bare = BARE.fullmatch(start)
    if bare:
        last = _next(end, today)
        return _same_month(int(bare["day"]), last, start), last
    firsts = list(_days(start, today))
    if not firsts:
        raise _unread(start)
    if len(firsts) == len(lasts) == 1:
        return firsts[0], lasts[0]
    pairs = ((f, last) for f in firsts for last in lasts if f <= last <= f + WRAP and last >= today)
    found = min(pairs, key=lambda pair: pair[1], default=None)
    if found is None:
        raise _reversed(start, end)
    return found


def _same_month(day: int, last: date, said: str) -> date:
    if not 1 <= day <= last.day:
        raise _reversed(said, last)
    return last.replace(day=day)


def _reversed(first: str | date, last: str | date) -> Refused:
    return Refused(
        fr(
            "Une absence ne peut pas finir ({last}) avant de commencer ({first}). Écrivez le mois et l'année des deux jours."
        ),
        first=first,
        last=last,
    )


def _days(said: str, today: date) -> Iterator[date]:
    """The days a text may mean: one when it says its year, else those of last year, this one and the next."""
    found = NO_YEAR.fullmatch(said)
    years = (today.year - 1, today.year, today.year + 1)
    written = [f"{said}{found['sep'] or ' '}{year}" for year in years] if found else [said]
    for text in written:
        try:
            yield parse_day(text, today)
        except Refused:
            if not found:
                return


def _next(said: str, after: date) -> date:
    """The first of the days a text may mean that is not before a day; the last one when all are."""
    days = list(_days(said, after))
    if not days:
        raise _unread(said)
    return min((day for day in days if day >= after), default=days[-1])


def _unread(said: str) -> Refused:
    return Refused(
        fr(
            "Je ne lis pas de dates dans « {text} ». Écrivez par exemple « /atelier absence du 3 au 14 août », "
            "puis, si vous voulez, le nom de qui vous remplace."
        ),
        text=said[:60],
    )


def _check(first: date, last: date, today: date) -> None:
    if last < first:
        raise _reversed(first, last)
    if last < today:
        raise Refused(fr("Cette absence est déjà finie (le {last}). Vérifiez l'année."), last=last)
    if last - first >= LONGEST or first - today > LONGEST:
        raise Refused(
            fr(
                "Une absence dure un an au plus et commence dans l'année (j'ai lu du {first} au {last}). Pour un départ, "
                "demandez à l'administrateur de retirer votre compte de l'annuaire."
            ),
            first=first,
            last=last,
        )
