"""What a step does to the deadlines: stops, suspends, resumes, starts; and « Suite à donner » where nothing else runs.

Every state that is not an end keeps one deadline that says whose turn it is: nobody waits for ever.
"""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType

from atelier import rules
from atelier.awaited import awaited
from atelier.dossier import Dossier, Run
from atelier.grammar import Attempt, Step
from atelier.procedure import FINAL
from atelier.starting import instant, starts
from atelier.words import RuleId, State

NEXT = RuleId.CIBLE_SUITE
OUTLIVES = MappingProxyType(
    {State.ABANDONNE: frozenset({RuleId.PAIEMENT}), State.RESILIE: frozenset({RuleId.PAIEMENT})}
)
"""What is still owed once an atelier was ended before its time: what was asked for is paid (R2192-10)."""


def opened(step: Step, dossier: Dossier, now: datetime) -> tuple[Run, ...]:
    """The deadlines a new request starts with."""
    runs = dossier.runs
    for id_ in step.starts:
        runs = rules.start(runs, id_, now)
    return runs


def moved(step: Step, attempt: Attempt, after: Dossier) -> Dossier:
    """The dossier with its deadlines as the step leaves them. Raises Refused when a delay's text is missing."""
    now = attempt.now
    runs = after.runs
    for id_ in step.stops:
        runs = rules.stop(runs, id_, now)
    for id_ in step.suspends:
        runs = rules.suspend(runs, id_, now)
    for id_ in step.resumes:
        runs = rules.resume(runs, id_, now)
    if step.pauses:
        runs = rules.suspend_all(rules.stop(runs, NEXT, now), now)
    if step.goes_on:
        runs = rules.resume_all(runs, now)
    kept = after.model_copy(update={"runs": runs})
    for id_ in step.starts:
        kept = _started(id_, kept, attempt)
    if after.state in FINAL:
        still = OUTLIVES.get(after.state, frozenset())
        return kept.model_copy(update={"runs": rules.resume_all(rules.stop_all(kept.runs, now, still), now)})
    return _next(kept, attempt.dossier, now)


def _started(id_: RuleId, dossier: Dossier, attempt: Attempt) -> Dossier:
    start = starts(id_, dossier, attempt)
    if start is None:
        return dossier
    event = instant(start.event, dossier.departement) if start.event else None
    runs = rules.start(
        dossier.runs,
        id_,
        attempt.now,
        about=start.about,
        delay=start.delay,
        source=start.source,
        on=start.on,
        event=event,
    )
    return dossier.model_copy(update={"runs": runs})


def _next(after: Dossier, before: Dossier, now: datetime) -> Dossier:
    """« Suite à donner », started where nothing says whose turn it is, anew when the turn changes; else ended."""
    running = [r for r in rules.running(after) if not r.suspended and not rules.rule(r.rule).beside]
    paused = after.mission is not None and after.mission.suspended_from is not None and after.state not in FINAL
    speaking = [r for r in running if r.rule is not NEXT and not paused]  # whatever goes on, somebody is to resume
    present = next((r for r in running if r.rule is NEXT), None)
    same = after.state is before.state and awaited(after) == awaited(before)
    if speaking or not awaited(after):
        return after.model_copy(update={"runs": rules.stop(after.runs, NEXT, now)}) if present else after
    if present is not None and same:
        return after
    where = rules.PARIS if rules.at_ad1(after) else after.departement
    runs = rules.start(after.runs, NEXT, now)
    return after.model_copy(update={"runs": (*runs[:-1], runs[-1].model_copy(update={"where": where}))})
