"""Reads the procedure: what may be done, and what follows. Names no state and no role."""

from __future__ import annotations

from datetime import datetime

from atelier import rules
from atelier.dossier import By, Dossier, Person, Run
from atelier.grammar import Attempt, Outcome, Step
from atelier.procedure import FINAL, OPENING, STEPS
from atelier.words import Do, Refused, Role, fr


def opened(dossier: Dossier, by: By) -> Outcome:
    """D1: a new request enters its first state. `dossier` is as its opener describes it; Refused for another role."""
    if by.role not in OPENING.by:
        raise Refused(fr("Ouvrir une demande revient au service de l'État porteur ou à la collectivité."))
    runs = _clocks(OPENING, dossier, by.at)
    moved = dossier.model_copy(update={"runs": runs, "last_said": OPENING.said, "last_by": by})
    return Outcome(OPENING, dossier, moved)


def offers(dossier: Dossier, person: Person) -> tuple[Step, ...]:
    """The steps this person may take now, in the order of the table: the buttons they see."""
    held = dossier.roles_of(person)
    return tuple(s for s in STEPS if dossier.state in s.source and held & set(s.by))


def step_of(act: Do) -> Step:
    """The row of a gesture; KeyError for the opening, which is no step of a request."""
    return _BY_ACT[act]


_BY_ACT = {s.act: s for s in STEPS}


def step_for(dossier: Dossier, person: Person, act: Do) -> tuple[Step, Role]:
    """The row and the role in which this person may take it now.

    Raises Refused when the gesture is not theirs, or when the dossier is not where the gesture starts.
    """
    step = step_of(act)
    mine = [r for r in step.by if r in dossier.roles_of(person)]
    if not mine:
        raise Refused(_NOT_YOURS)
    if dossier.state not in step.source:
        raise Refused(_MOVED)
    return step, mine[0]


_NOT_YOURS = fr("Ce geste ne vous revient pas sur cette demande.")
_MOVED = fr("Ce geste n'est plus possible : la demande a changé d'état.")


def decide(attempt: Attempt, act: Do) -> Outcome:
    """Take a step: the dossier as it becomes. Raises Refused, and nothing changes, when a condition does not hold.

    The version moves with the state only, so that an opinion or a message does not stale anybody's buttons.
    """
    step, _ = step_for(attempt.dossier, attempt.person, act)
    if attempt.role not in step.by or attempt.role not in attempt.dossier.roles_of(attempt.person):
        raise Refused(_NOT_YOURS)
    for need in step.needs:
        need(attempt)
    kept = step.then(attempt.dossier, attempt)
    target = step.target or kept.state
    since = attempt.now if step.target else kept.since
    moved = kept.model_copy(
        update={
            "state": target,
            "since": since,
            "version": attempt.dossier.version + (step.target is not None),
            "runs": _clocks(step, kept, attempt.now),
            **({"last_said": step.said, "last_by": attempt.by()} if step.target else {}),
        }
    )
    return Outcome(step, attempt.dossier, moved)


def _clocks(step: Step, dossier: Dossier, now: datetime) -> tuple[Run, ...]:
    runs = dossier.runs
    for id_ in step.stops:
        runs = rules.stop(runs, id_, now)
    for id_ in step.suspends:
        runs = rules.suspend(runs, id_, now)
    for id_ in step.resumes:
        runs = rules.resume(runs, id_, now)
    for id_ in step.starts:
        runs = rules.start(runs, id_, now)
    return rules.stop_all(runs, now) if step.target in FINAL else runs
