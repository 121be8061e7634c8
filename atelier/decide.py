"""Reads the procedure: what may be done, and what follows. Names no state and no role."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from atelier import clocks
from atelier.awaited import lapsed
from atelier.dossier import By, Closed, Dossier, Person
from atelier.execution import ANY_TIME
from atelier.grammar import Attempt, Outcome, Step
from atelier.labels import ROLES, STATES
from atelier.procedure import CORRESPONDENCE, OPENING, STEPS
from atelier.recording import not_to_come
from atelier.words import Do, Labels, Refused, Role, fr


def opened(dossier: Dossier, by: By) -> Outcome:
    """D1: a new request enters its first state. `dossier` is as its opener describes it; Refused for another role."""
    if by.role not in OPENING.by:
        raise no_opener()
    runs = clocks.opened(OPENING, dossier, by.at)
    moved = dossier.model_copy(update={"runs": runs, "last_said": OPENING.said, "last_by": by})
    return Outcome(OPENING, dossier, moved, by)


def offers(dossier: Dossier, person: Person) -> tuple[Step, ...]:
    """The steps this person may take now, in the order of the table: the buttons they see."""
    held = dossier.roles_of(person)
    return shown(dossier, (s for s in STEPS if held & {*s.by, *s.prepares}))


def shown(dossier: Dossier, steps: Iterable[Step]) -> tuple[Step, ...]:
    """Those of these rows that are possible now, what moves the dossier first."""
    now = [s for s in steps if possible(s, dossier)]
    return tuple(sorted(now, key=lambda s: dossier.mission is not None and s in CORRESPONDENCE))


def awaited_first(steps: Iterable[Step]) -> Step | None:
    """The one of these rows to name as « à vous »: what an atelier waits for before what has a delay of its own.

    What may be done at any time is nobody's next move, but to go on with a suspended atelier is.
    """
    return min(steps, key=_turn, default=None)


def _turn(step: Step) -> int:
    if step.act in {Do.REPRENDRE_ATELIER, Do.ACCUSER_RECEPTION}:
        return 0
    if step in ANY_TIME or step in CORRESPONDENCE:
        return 3
    return 2 if step.act is Do.PAYER else 1


def possible(step: Step, dossier: Dossier) -> bool:
    """True when the row starts from where the dossier is, and makes sense in what is recorded."""
    return dossier.state in step.source and step.shown(dossier)


def recordable(dossier: Dossier, person: Person) -> tuple[Step, ...]:
    """The steps this person may record for somebody without an account, from a signed document."""
    held = dossier.roles_of(person)
    return tuple(s for s in STEPS if possible(s, dossier) and held & set(s.records))


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
        raise _not_yours(dossier, step)
    if not possible(step, dossier):
        raise _moved(dossier)
    return step, mine[0]


def no_opener() -> Refused:
    """For whoever may not open a request."""
    return Refused(
        fr(
            "Ouvrir une demande revient au service de l'État porteur ou à la collectivité : demandez-leur de "
            "l'ouvrir, puis de vous y inviter."
        )
    )


def other_role(person: Person) -> Refused:
    """For whoever is named in a role that they do not hold on the dossier."""
    return Refused(
        fr(
            "« {name} » ne tient pas ce rôle sur cette demande : nommez la personne qui a signé, ou faites "
            "corriger son rôle dans l'annuaire."
        ),
        name=person.name,
    )


def _not_yours(dossier: Dossier, step: Step) -> Refused:
    return Refused(
        fr(
            "Ce geste ne vous revient pas sur {ref}. Qui peut le faire : {who}. "
            "« /atelier voir {ref} » montre vos gestes."
        ),
        ref=dossier.ref, who=Labels(ROLES[role] for role in step.by),
    )  # fmt: skip


def _moved(dossier: Dossier) -> Refused:
    return Refused(
        fr(
            "Ce geste n'est plus possible sur {ref}, qui en est à « {state} » : "
            "« /atelier voir {ref} » montre les gestes d'aujourd'hui."
        ),
        ref=dossier.ref, state=Labels((STATES[dossier.state],)),
    )  # fmt: skip


def decide(attempt: Attempt, act: Do) -> Outcome:
    """Take a step: the dossier as it becomes. Raises Refused, and nothing changes, when a condition does not hold.

    The version moves with the state only, so that an opinion or a message does not stale anybody's buttons.
    """
    step = step_of(act)
    _entitled(attempt, step)
    return rehearsed(attempt, step)


def rehearsed(attempt: Attempt, step: Step) -> Outcome:
    """What the step would make, whoever signs it: for who prepares it. Raises Refused when a condition does not hold."""
    for need in step.needs:
        need(attempt)
    warnings = tuple(w for warn in step.warns if (w := warn(attempt)) is not None)
    kept = step.then(attempt.dossier, attempt)
    goes = step.goes(kept, attempt) if step.goes else step.target
    moved = kept.model_copy(
        update={
            "state": goes or kept.state,
            "since": attempt.now if goes else kept.since,
            "version": attempt.dossier.version + (goes is not None),
            **({"last_said": step.said, "last_by": attempt.by()} if goes else {}),
        }
    )
    closed = _closed(step, attempt, moved)
    if closed != moved.closed:
        moved = moved.model_copy(update={"closed": closed})
    return Outcome(step, attempt.dossier, clocks.moved(step, attempt, moved), attempt.by(), warnings)


def _closed(step: Step, attempt: Attempt, moved: Dossier) -> dict[Do, Closed]:
    """What cannot be done any more since a step that moved nothing: the state does not say which one it was."""
    before = attempt.dossier
    still = {act: one for act, one in before.closed.items() if not possible(step_of(act), moved)}
    if moved.version != before.version:
        return still
    by = Closed(act=step.act, by=attempt.by(), version=moved.version)
    return still | {s.act: by for s in STEPS if possible(s, before) and not possible(s, moved)}


def _entitled(attempt: Attempt, step: Step) -> None:
    """The gesture is theirs now, in this role: their own, or recorded for whoever holds it from a signed document."""
    dossier = attempt.dossier
    if attempt.behalf is not None:
        _recorded(attempt, step)
    else:
        step_for(dossier, attempt.person, step.act)
        if attempt.role not in step.by or attempt.role not in dossier.roles_of(attempt.person):
            raise _not_yours(attempt.dossier, step)
        signs_today(attempt.person, dossier, attempt.role, attempt.now)
    if not possible(step, dossier):
        raise _moved(dossier)


def _recorded(attempt: Attempt, step: Step) -> None:
    behalf = attempt.behalf
    if behalf is None or not attempt.dossier.roles_of(attempt.person) & set(step.records):
        raise _not_yours(attempt.dossier, step)
    if attempt.role not in step.by or attempt.role not in attempt.dossier.roles_of(behalf):
        raise other_role(behalf)
    if not attempt.document.strip():
        raise Refused(fr("Indiquez le document signé d'où vient cette saisie : sa référence et sa date."))
    not_to_come(attempt.answered_on, attempt)
    signs_today(behalf, attempt.dossier, attempt.role, attempt.now)


def signs_today(person: Person, dossier: Dossier, role: Role, now: datetime) -> None:
    """A delegation of signature counts between its two days. Raises Refused outside them."""
    over = lapsed(person, dossier, role, now)
    if over is None:
        return
    raise Refused(
        fr(
            "La délégation de signature de {name} n'est pas en vigueur aujourd'hui ({deed}) : "
            "faites-la prolonger dans l'annuaire, ou faites signer une autre personne."
        ),
        name=person.name,
        deed=over.deed,
    )
