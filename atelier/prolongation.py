"""More time for an order: asked by the mandataire, answered by the service's signatory (CCAG-PI 2009, 13.3)."""

from __future__ import annotations

from atelier import rules
from atelier.commandes import order_of
from atelier.deadlines import Delay
from atelier.dossier import Dossier
from atelier.forms_execution import DemandeProlongation, ReponseProlongation
from atelier.grammar import Attempt
from atelier.mission import Commande, Prolongation
from atelier.recording import given, mission_of, recorded
from atelier.words import Refused, RuleId, fr

GRANTED = fr("prolongation accordée")


def prolongation_demandable(attempt: Attempt) -> None:
    """A23: on an order, for a delay that can be counted, one request at a time."""
    form = given(attempt, DemandeProlongation)
    order_of(attempt.dossier, form.commande)
    Delay.parse(form.delai)
    if any(not p.answer for p in mission_of(attempt).prolongations):
        raise Refused(fr("Une demande de prolongation attend déjà sa réponse."))


def prolongation_demandee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A23: more time asked for an order."""
    form, done = given(attempt, DemandeProlongation), dossier.mission_().prolongations
    asked = Prolongation(
        number=len(done) + 1, commande=form.commande, reason=form.motif, wanted=str(Delay.parse(form.delai)),
        asked=attempt.by(),
    )  # fmt: skip
    return recorded(dossier, prolongations=(*done, asked))


def prolongation_en_attente(dossier: Dossier) -> bool:
    """A23: a request waits for its answer."""
    return any(not p.answer for p in dossier.mission_().prolongations)


def prolongation_accordable(attempt: Attempt) -> None:
    """A23: the time granted can be counted."""
    form = given(attempt, ReponseProlongation)
    if form.reponse == "accordee" and form.delai:
        Delay.parse(form.delai)


def prolongation_repondue(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A23: the answer; time granted starts the order's clock anew from where it ended."""
    form, done = given(attempt, ReponseProlongation), dossier.mission_().prolongations
    last = done[-1]
    granted = str(Delay.parse(form.delai or last.wanted)) if form.reponse == "accordee" else ""
    answered = last.model_copy(update={"answer": form.reponse, "granted": granted, "answered": attempt.by()})
    kept = recorded(dossier, prolongations=(*done[:-1], answered))
    return _longer(kept, attempt, answered) if granted else kept


def _longer(dossier: Dossier, attempt: Attempt, granted: Prolongation) -> Dossier:
    """The clocks of what is late go on from the day they would have ended."""
    order = order_of(dossier, granted.commande)
    runs = dossier.runs
    for id_, about in ((RuleId.BC_EXECUTION, f"bc:{order.number}"), (_what_is_awaited(order), "")):
        run = rules.open_run(dossier, id_, about)
        if run is None:
            continue
        event = rules.due(run, dossier)
        runs = rules.start(runs, id_, attempt.now, about=run.about, delay=granted.granted, source=GRANTED, event=event)
    return dossier.model_copy(update={"runs": runs})


def _what_is_awaited(order: Commande) -> RuleId:
    """The note under an order for the appropriation alone, the deliverable under any other."""
    return RuleId.APPROPRIATION if order.covers == "appropriation" else RuleId.RESTITUTION
