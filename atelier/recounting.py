"""A recorded date put right: the deadlines that counted from it are counted anew; the wrong ones stay, superseded."""

from __future__ import annotations

from datetime import date, datetime

from atelier import rules
from atelier.deadlines import Delay
from atelier.dossier import Dossier, Pause, Run
from atelier.grammar import Attempt
from atelier.mission import Commande
from atelier.prolongation import GRANTED
from atelier.starting import instant
from atelier.words import RuleId, fr

ORDERED = fr("bon de commande")
"""The source of a delay that the order fixes."""
LONGER = (RuleId.BC_EXECUTION, RuleId.APPROPRIATION)
"""The clocks of an order that a prolongation makes longer."""


def anew(dossier: Dossier, attempt: Attempt, id_: RuleId, about: str, day: date) -> Dossier:
    """The open clock counted from the right day: longer by what was granted since, and by the pauses it knew."""
    run = rules.open_run(dossier, id_, about)
    if run is None or (id_ is RuleId.AJOURN_DECISION and _refused(dossier)):
        return dossier  # nothing runs, or it runs from the holder's refusal
    event, delay, source = _counted(dossier, run, day)
    runs = rules.start(dossier.runs, id_, attempt.now, about=run.about, delay=delay, source=source, event=event)
    pauses = _since(dossier, run, instant(day, dossier.departement))
    return dossier.model_copy(update={"runs": (*runs[:-1], runs[-1].model_copy(update={"pauses": pauses}))})


def lasting(dossier: Dossier, attempt: Attempt, id_: RuleId, about: str, delay: str) -> Dossier:
    """The open clock of an order, counted from the same day for the right delay; what was granted since goes on from it."""
    run = rules.open_run(dossier, id_, about)
    order = _order(dossier, run) if run is not None else None
    if run is None or order is None or run.source not in {ORDERED, GRANTED}:
        return dossier
    if run.source == GRANTED:
        return anew(dossier, attempt, id_, about, order.receipt.on)
    runs = rules.start(
        dossier.runs, id_, attempt.now, about=run.about, delay=delay, source=run.source, event=run.started
    )
    return dossier.model_copy(update={"runs": (*runs[:-1], runs[-1].model_copy(update={"pauses": run.pauses}))})


def _refused(dossier: Dossier) -> bool:
    handed = dossier.mission_().livrable
    return handed is not None and handed.adjournment is not None and handed.adjournment.answer == "refuse"


def _counted(dossier: Dossier, run: Run, day: date) -> tuple[datetime, str, str]:
    """From what instant, for how long and by which text the clock counts once its first day is put right."""
    order = _order(dossier, run)
    match run.rule:
        case RuleId.PAIEMENT if order is not None and order.asked is not None:
            day = max(order.asked.on, order.service_fait or order.asked.on)
        case RuleId.AJOURN_DECISION:
            day = rules.due_day(day, _silence(dossier, run), dossier.departement)
        case _ if run.rule in LONGER and order is not None and run.source == GRANTED:
            return _prolonged(dossier, run, order, day)
    return instant(day, dossier.departement), run.delay, run.source


def _order(dossier: Dossier, run: Run) -> Commande | None:
    number = run.about.removeprefix("bc:") if run.about.startswith("bc:") else "1"
    return next((c for c in dossier.mission_().commandes if str(c.number) == number), None)


def _prolonged(dossier: Dossier, run: Run, order: Commande, day: date) -> tuple[datetime, str, str]:
    """What was granted goes on from the day its own delay, and what was granted before, would have ended."""
    granted = [p.granted for p in dossier.mission_().prolongations if p.granted and p.commande == order.number]
    for delay in (order.delay, *granted[:-1]):
        day = rules.due_day(day, Delay.parse(delay), dossier.departement)
    return instant(day, dossier.departement), granted[-1] if granted else run.delay, run.source


def _silence(dossier: Dossier, run: Run) -> Delay:
    """The holder's time to answer an adjournment, at the end of which the buyer's begins (CCAG-PI 2009, 27.2.1)."""
    asked = rules.last_run(dossier, RuleId.AJOURN_ACCEPTATION, run.about)
    own = rules.rule(RuleId.AJOURN_ACCEPTATION).delay
    if asked is not None and asked.delay:
        return Delay.parse(asked.delay)
    if own is None:
        raise LookupError(RuleId.AJOURN_ACCEPTATION)
    return own


def _since(dossier: Dossier, run: Run, event: datetime) -> tuple[Pause, ...]:
    """The pauses that held the clock after its right day, those from before a prolongation included."""
    same = [r for r in dossier.runs if (r.rule, r.about) == (run.rule, run.about)]
    known = {p.start: p for r in same for p in r.pauses}
    return tuple(p for _, p in sorted(known.items()) if p.end is None or p.end > event)
