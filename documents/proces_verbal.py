"""The procès-verbal de désignation: a PDF that shows the rank order of the accord-cadre was kept (circulaire §5).

It is an official French document: its wording is French only and lives in `templates/proces_verbal.typ`; what people
wrote is data. It attests, so it is only drawn when what it attests is true: `kept_order` refuses the rest.
It tells motives of ranks, which are for the State's eyes: whoever sends it checks who may read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any, Final

from documents.designation import ProcesVerbal, Solicitation, When, day_of, kept_order
from documents.drawing import pdf
from documents.typography import french, french_day, french_moment

TEMPLATE: Final = "proces_verbal.typ"


def proces_verbal(minutes: ProcesVerbal) -> bytes:
    """The PDF (A4, PDF/A-2a and PDF/UA-1), the same bytes for the same input.

    Raises `Refused` when the order of ranks was not kept, as `kept_order` does.
    """
    kept_order(minutes)
    return pdf(TEMPLATE, _data(minutes))


def _data(minutes: ProcesVerbal) -> dict[str, Any]:
    return {
        "reference": minutes.reference,
        "title": french(minutes.title),
        "territory": french(minutes.territory),
        "bearer": french(minutes.bearer),
        "collectivite": french(minutes.collectivite),
        "contract": french(minutes.contract),
        "valid_from": french_day(minutes.valid_from),
        "valid_until": french_day(minutes.valid_until),
        "act": french(minutes.act),
        "acted": french_day(minutes.acted),
        "rounds": _rounds(minutes.solicitations),
        "designated": french(minutes.designated),
        "rank": minutes.rank,
        "team": [{"name": french(m.name), "competences": french(", ".join(m.competences))} for m in minutes.team],
        "decided": french_moment(minutes.decided),
        "dated": day_of(minutes.decided),
        "decided_by": french(minutes.decided_by),
    }


def _rounds(asked: Sequence[Solicitation]) -> list[list[dict[str, Any]]]:
    numbers, first = sorted({one.round for one in asked}), _first_told(asked)
    return [[_asked(one) | first(one) for one in asked if one.round == number] for number in numbers]


def _first_told(asked: Sequence[Solicitation]) -> Callable[[Solicitation], dict[str, Any]]:
    """Why a day is to be verified: which reason it is, told in full where it comes first, and pointed at from then on."""
    doubts = [one.doubt for one in asked]
    firsts = {doubt: asked[doubts.index(doubt)] for doubt in doubts if doubt}

    def told(one: Solicitation) -> dict[str, Any]:
        number = list(firsts).index(one.doubt) + 1 if one.doubt else 0
        return {"doubt": number, "why": french(one.doubt) if one.doubt and firsts[one.doubt] is one else ""}

    return told


def _asked(one: Solicitation) -> dict[str, Any]:
    aside = one.set_aside
    return {
        "rank": one.rank,
        "groupement": french(one.groupement),
        "sent": french_moment(one.sent),
        "received": _told(one.received),
        "means": french(one.means),
        "proof": french(one.proof),
        "due": _due(one.due),
        "answer": one.answer.value,
        "answered": _told(one.answered),
        "available_from": _told(one.available_from),
        "reason": french(one.reason),
        "set_aside": aside
        and {
            "when": french_moment(aside.when),
            "by": french(aside.by),
            "motive": french(aside.motive),
            "evidence": french(aside.evidence),
        },
    }


def _told(when: When | None) -> str:
    return "" if when is None else french_moment(when)


def _due(when: When | None) -> str:
    """A delay ends at midnight of its last day: then the day alone is printed."""
    if isinstance(when, datetime) and when.time() >= time(23, 59):
        return french_day(when)
    return _told(when)
