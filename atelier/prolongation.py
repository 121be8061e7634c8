"""More time for an order: asked by the mandataire, answered by the service's signatory (CCAG-PI 2009, 13.3).

The cause is told within fifteen days of its appearing (13.3.2): told later, the request is kept and the buyer judges, for
the text forecloses nothing. Once the order's own time is over, none may be asked any more (13.3.4): it is refused.
"""

from __future__ import annotations

from atelier import rules
from atelier.commandes import order_of
from atelier.deadlines import Delay
from atelier.designation import contract_of
from atelier.dossier import Dossier
from atelier.forms_execution import DemandeProlongation, ReponseProlongation
from atelier.grammar import Attempt
from atelier.mission import Commande, Prolongation
from atelier.recording import answered_since, given, mission_of, not_to_come, recorded
from atelier.starting import fixed
from atelier.words import Labels, Refused, RuleId, fr

GRANTED = fr("prolongation accordée")


def prolongation_demandable(attempt: Attempt) -> None:
    """A23: on an order still to be executed, for a delay that can be counted, one request at a time."""
    form = given(attempt, DemandeProlongation)
    order = order_of(attempt.dossier, form.commande)
    Delay.parse(form.delai)
    answered_since(attempt, order.receipt.on, fr("la notification du bon de commande"))
    if form.cause is not None:
        not_to_come(form.cause, attempt)
    _still_to_execute(attempt, order)
    waiting = next((p for p in mission_of(attempt).prolongations if not p.answer), None)
    if waiting is not None:
        raise Refused(
            fr(
                "Une prolongation attend déjà sa réponse, demandée par {by}. Le service y répond d'abord ; "
                "ajoutez ce qui manque dans le fil de l'atelier."
            ),
            by=waiting.asked,
        )


def _still_to_execute(attempt: Attempt, order: Commande) -> None:
    """Before the order's own time is over, pauses and prolongations included (13.3.4); counted to the reception of a paper."""
    run = rules.last_run(attempt.dossier, RuleId.BC_EXECUTION, f"bc:{order.number}")
    if run is None:
        return
    due = rules.explained(run, attempt.dossier).due
    if not run.suspended and attempt.answered_on > due:
        raise Refused(
            fr(
                "Le délai d'exécution du bon n° {number} a expiré le {due} : aucune prolongation ne peut plus être demandée "
                "(CCAG-PI, article 13.3.4). Présentez la prestation ; le service décidera des suites du retard."
            ),
            number=order.number,
            due=due,
        )


def cause_ancienne(attempt: Attempt) -> Refused | None:
    """A23: the cause told after its delay (13.3.2), or a delay nobody has entered: said, and the request is kept."""
    form = given(attempt, DemandeProlongation)
    if form.cause is None:
        return None
    try:
        delay, source = fixed(RuleId.PROLONGATION_DEMANDE, contract_of(attempt))
    except Refused as unread:
        return unread
    due = rules.due_day(form.cause, Delay.parse(delay), attempt.dossier.departement)
    if attempt.answered_on <= due:
        return None
    return Refused(
        fr(
            "La cause, apparue le {cause}, devait être signalée au plus tard le {due} ({source}) : la demande est gardée, le "
            "service peut la refuser pour cela."
        ),
        cause=form.cause,
        due=due,
        source=Labels((source,)),
    )


def prolongation_demandee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A23: more time asked for an order."""
    form, done = given(attempt, DemandeProlongation), dossier.mission_().prolongations
    asked = Prolongation(
        number=len(done) + 1, commande=form.commande, reason=form.motif, wanted=str(Delay.parse(form.delai)),
        asked=attempt.by(), cause=form.cause,
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
        if run.suspended:  # the atelier is: what is granted waits with the rest
            runs = (*runs[:-1], runs[-1].model_copy(update={"pauses": run.pauses[-1:]}))
    return dossier.model_copy(update={"runs": runs})


def _what_is_awaited(order: Commande) -> RuleId:
    """The note under an order for the appropriation alone, the deliverable under any other."""
    return RuleId.APPROPRIATION if order.covers == "appropriation" else RuleId.RESTITUTION
