"""A reduction of the price: announced, commented on by the holder, then decided (CCAG-PI 2009, 27.3)."""

from __future__ import annotations

from datetime import date

from atelier import rules
from atelier.dossier import Dossier
from atelier.forms_execution import Observations, ReceptionReduite
from atelier.forms_execution import Refaction as ReductionForm
from atelier.grammar import Attempt
from atelier.mission import Refaction, Remark
from atelier.recording import given
from atelier.verification import (
    changed,
    decision_datee,
    handed_in,
    not_while_the_holder_may_answer,
    notice,
    notified_well,
    verified,
)
from atelier.words import Refused, RuleId, fr


def sans_refaction(attempt: Attempt) -> None:
    """A14b: one reduction at a time."""
    if handed_in(attempt).reduction is not None:
        raise Refused(fr("Une réfaction est déjà engagée sur ce livrable : décidez-en d'abord."))
    notified_well(attempt)


def refaction_engagee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14b: the holder is invited to comment."""
    form = given(attempt, ReductionForm)
    reduction = Refaction(amount=form.montant, reason=form.motif, by=attempt.by(), notified=notice(attempt))
    return changed(dossier, reduction=reduction)


def refaction_commentee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14b: the holder's observations."""
    handed = dossier.mission_().livrables[-1]
    if handed.reduction is None:
        raise LookupError(handed.number)
    remark = Remark(text=given(attempt, Observations).observations, by=attempt.by())
    reduction = handed.reduction.model_copy(update={"observations": (*handed.reduction.observations, remark)})
    return changed(dossier, reduction=reduction)


def observations_tardives(attempt: Attempt) -> Refused | None:
    """A14b: after the holder's time they are kept, and the buyer's silence on them means nothing (27.3)."""
    if not rules.passed(attempt.dossier, RuleId.REFACTION_OBSERVATIONS, attempt.now):
        return None
    return Refused(fr("Le délai d'observations sur la réfaction est passé : elles sont gardées, sans effet de droit."))


def titulaire_entendu(attempt: Attempt) -> None:
    """A14c: the holder has answered, or its time is over; and the buyer's own time is not (27.3)."""
    form, reduction = given(attempt, ReceptionReduite), handed_in(attempt).reduction
    if reduction is None:
        raise Refused(
            fr("Invitez d'abord le titulaire à présenter ses observations : une réfaction ne se décide pas sans.")
        )
    if reduction.observations:
        _before_its_silence(attempt, form.jour)
    else:
        _after_the_holder(attempt, form.jour)
    if form.montant > reduction.amount:
        raise Refused(
            fr("La réfaction ne peut pas dépasser celle annoncée au titulaire, {amount}."), amount=reduction.amount
        )
    decision_datee(attempt)
    not_while_the_holder_may_answer(attempt, form.jour)


def _after_the_holder(attempt: Attempt, day: date) -> None:
    run = rules.open_run(attempt.dossier, RuleId.REFACTION_OBSERVATIONS)
    due = rules.explained(run, attempt.dossier).due if run else None
    if due is not None and day <= due:
        raise Refused(
            fr("Le titulaire a jusqu'au {due} pour présenter ses observations : la décision vient après."), due=due
        )


def _before_its_silence(attempt: Attempt, day: date) -> None:
    run = rules.open_run(attempt.dossier, RuleId.REFACTION_DECISION)
    if run is not None and day > rules.explained(run, attempt.dossier).due:
        raise Refused(
            fr(
                "Le délai pour répondre aux observations du titulaire est passé : elles sont réputées acceptées. "
                "Enregistrez la réception sans réfaction."
            )
        )


def recu_avec_refaction(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14c: received with a reduction of the price."""
    return verified(dossier, attempt, "recu_refaction", given(attempt, ReceptionReduite).montant)


def en_refaction(dossier: Dossier) -> bool:
    """A14b, A14c: a reduction is under way."""
    handed = dossier.mission_().livrable
    return handed is not None and handed.reduction is not None


def refaction_sans_reponse(dossier: Dossier) -> bool:
    """A14b: the holder may still comment."""
    handed = dossier.mission_().livrable
    return handed is not None and handed.reduction is not None and not handed.reduction.observations


def hors_refaction(dossier: Dossier) -> bool:
    """A14b: no reduction is under way."""
    return not en_refaction(dossier)
