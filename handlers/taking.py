"""A step taken: the dossier saved, the journal written, the deadlines kept, everybody told. One place."""

from __future__ import annotations

from dataclasses import replace

from atelier.corrections import difference
from atelier.forms import StepForm
from atelier.forms_ending import Rectification
from atelier.grammar import Outcome
from atelier.words import Do, State
from chat.talk import Answer
from chat.text import Text, joined, raw, tr
from handlers import clocks, entries, exchange, following, intake, notices, recorded
from handlers.behalf import Trial
from handlers.here import Here, say


def take(here: Here, trial: Trial, form: StepForm, decided: Outcome) -> Answer:
    """Keep the dossier as it becomes, its journal and its deadlines; tell everybody; answer whoever acted."""
    step, dossier = trial.step, trial.dossier
    outcome = _numbered(here, decided)
    here.unit.dossiers.save(outcome.dossier, dossier.version)
    _journal(here, outcome, trial, form)
    clocks.keep(here.unit, outcome.dossier, here.now)
    if step.act is Do.ECRIRE:
        exchange.written(here, outcome.dossier, form)
    elif step.act is Do.INVITER:
        intake.invited(here, outcome.dossier, here.unit.people.get(outcome.dossier.members[-1].person))
    else:
        notices.announce(here, outcome, form)
    following.after(here, outcome, form)
    lines = [_done(outcome, trial), recorded.tell(here, outcome, trial, form)]
    if trial.recorded:
        entries.done(here, dossier.ref, step.act, trial.entry)
    if outcome.warnings:
        lines.append(tr("À noter : {warned}", warned=notices.warned(outcome)))
    return say(here, joined([line for line in lines if line is not None], " "))


def _done(outcome: Outcome, trial: Trial) -> Text:
    ref, past = outcome.dossier.ref, tr(trial.step.said)
    if trial.behalf is None:
        return tr("C'est fait : {ref}, {said}.", ref=ref, said=past)
    return tr("C'est fait : {ref}, {said}, pour {name}.", ref=ref, said=past, name=raw(trial.behalf.name))


def paper(trial: Trial) -> dict[str, object]:
    """The document somebody's gesture was recorded from, and the day it was received."""
    day = trial.received.isoformat() if trial.received else None
    return {"document": trial.document, "recu_le": day}


def _numbered(here: Here, outcome: Outcome) -> Outcome:
    """The arrival number, given once at the first transmission and kept through completions."""
    dossier = outcome.dossier
    if dossier.state is not State.TRANSMISE or dossier.arrival is not None:
        return outcome
    number = here.unit.counters.next("arrivee")
    kept = dossier.model_copy(update={"arrival": number})
    return replace(outcome, dossier=kept)


def _journal(here: Here, outcome: Outcome, trial: Trial, form: StepForm) -> None:
    here.unit.journal.write(
        outcome.dossier.ref,
        what=outcome.step.id,
        by=outcome.by,
        at=here.now,
        from_state=outcome.before.state,
        to_state=outcome.dossier.state,
        text=getattr(form, "motif", "") or getattr(form, "texte", "") or "",
        details={
            **form.model_dump(mode="json"),
            **(difference(outcome.before, outcome.dossier, form) if isinstance(form, Rectification) else {}),
            **(paper(trial) if trial.recorded else {}),
        },
    )
