"""« calculer 15 jours depuis le 2 mars 2026 dans le 55 »: a due date, and how it was counted. Nothing is kept."""

from __future__ import annotations

from atelier.calculator import read
from atelier.deadlines import compute
from chat.cards import Card, Fact, Message
from chat.talk import Answer, Say
from chat.text import raw, tr
from handlers import names
from handlers.here import Here, answer, told_steps


def calculate(here: Here, typed: str) -> Answer:
    """The due day in words and as an ISO date, and each step. Raises Refused with the reason and an example."""
    asked = read(typed, here.now, here.person.departement, here.config.territories)
    found = compute(asked.start, asked.delay, asked.departement.code)
    iso = raw(found.due.isoformat())
    facts = (
        Fact(name=tr("Échéance"), value=names.checked(tr("{due}", due=found.due), found)),
        Fact(name=tr("Date ISO"), value=iso),
        Fact(name=tr("Département"), value=raw(asked.departement.label)),
    )
    steps = tuple(tr("• {step}", step=step) for step in told_steps(found))
    text = tr("L'échéance est le {due} ({iso}), à minuit.", due=found.due, iso=iso)
    card = Card(title=tr("Calcul d'une échéance"), facts=facts, paragraphs=steps)
    return answer(here, Say(message=Message(text=text, card=card)))
