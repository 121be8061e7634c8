"""A reduction of the price, step by step (CCAG-PI 2009, 27.3; under CCAG-PI 2021, article 29, with the contract's delays).

1. The holder is invited to comment: the decision is notified only once it could (A14b, A14d). No text says for how long;
   the invitation does, or the delay for observations serves.
2. The reception with a reduction is notified, reasoned, within the time to verify (A14c).
3. The holder has fifteen days from that decision; its silence accepts it (A14d again).
4. When it commented in time, the buyer has fifteen days to notify a new decision; its silence accepts what the holder
   said (A14e, A14f). Before the decision, the buyer's silence on comments means nothing: the time to verify rules.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from atelier import rules
from atelier.deadlines import Delay
from atelier.designation import contract_of
from atelier.dossier import Dossier
from atelier.forms_execution import Observations
from atelier.forms_verification import ConstatReduction, NouvelleDecision, ReceptionReduite
from atelier.forms_verification import Refaction as ReductionForm
from atelier.grammar import Attempt
from atelier.mission import Livrable, Refaction, Remark, Revision
from atelier.recording import answered_since, day_of, given, mission_of, not_before, not_to_come
from atelier.starting import after_its_time, fixed
from atelier.verification import (
    before_the_silent_rejection,
    changed,
    decision_datee,
    handed_in,
    not_while_the_holder_may_answer,
    notice,
    notified_well,
    verified,
)
from atelier.words import Refused, RuleId, fr

HEARD, ANSWERED = RuleId.REFACTION_OBSERVATIONS, RuleId.REFACTION_DECISION
DECIDING = (RuleId.VERIFICATION, RuleId.AJOURN_DECISION)
"""The clocks within which the buyer decides."""


def sans_refaction(attempt: Attempt) -> None:
    """A14b: one reduction at a time, of no more than the orders amount to, announced on a day that has come."""
    if (engaged := handed_in(attempt).reduction) is not None:
        raise Refused(
            fr("Une réfaction est déjà engagée sur ce livrable, par {by} : décidez-en d'abord."), by=engaged.by
        )
    form = given(attempt, ReductionForm)
    if form.delai:
        Delay.parse(form.delai)
    dans_le_prix(attempt, form.montant)
    notified_well(attempt)


def dans_le_prix(attempt: Attempt, amount: Decimal) -> None:
    """A reduction lowers what the orders amount to (HT): never below nothing. Raises Refused."""
    total = mission_of(attempt).total()
    if amount > total:
        raise Refused(fr("La réfaction dépasse les bons de commande ({total}) : vérifiez le montant."), total=total)


def le_temps_manque(attempt: Attempt) -> Refused | None:
    """A14b: the holder could answer after the buyer's own time to decide: said before it is too late."""
    form = given(attempt, ReductionForm)
    delay = form.delai or fixed(HEARD, contract_of(attempt))[0]
    heard = rules.due_day(form.jour, Delay.parse(delay), attempt.dossier.departement)
    runs = [r for id_ in DECIDING if (r := rules.open_run(attempt.dossier, id_)) is not None]
    last = min((rules.explained(r, attempt.dossier).due for r in runs), default=None)
    if last is None or heard < last:
        return None
    return Refused(
        fr(
            "Le titulaire pourra répondre jusqu'au {heard}, et votre délai pour décider finit le {last} : s'il se tait, la "
            "réfaction viendra trop tard. Laissez-lui un délai plus court."
        ),
        heard=heard,
        last=last,
    )


def refaction_engagee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14b: the holder is invited to comment."""
    form = given(attempt, ReductionForm)
    delay = str(Delay.parse(form.delai)) if form.delai else ""
    reduction = Refaction(
        amount=form.montant, reason=form.motif, by=attempt.by(), notified=notice(attempt), delay=delay
    )
    return changed(dossier, reduction=reduction)


def observations_datees(attempt: Attempt) -> None:
    """A14d: after what they comment on, on a day that has come."""
    handed = handed_in(attempt)
    if handed.verified is not None and handed.verified.notified is not None:
        answered_since(attempt, handed.verified.notified.on, fr("la décision de réfaction"))
    elif handed.reduction is not None:
        answered_since(attempt, handed.reduction.notified.on, fr("l'annonce de la réfaction"))


def refaction_commentee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14d: the holder's observations, on the reduction announced or on the one decided."""
    handed = dossier.mission_().livrables[-1]
    remark = Remark(text=given(attempt, Observations).observations, by=attempt.by())
    if handed.verified is not None:
        said = handed.verified.model_copy(update={"observations": (*handed.verified.observations, remark)})
        return changed(dossier, verified=said)
    if handed.reduction is None:
        raise LookupError(handed.number)
    reduction = handed.reduction.model_copy(update={"observations": (*handed.reduction.observations, remark)})
    return changed(dossier, reduction=reduction)


def observations_tardives(attempt: Attempt) -> Refused | None:
    """A14d: after the holder's time, a decision is deemed accepted: what it says is kept, and binds nobody (27.3)."""
    if handed_in(attempt).verified is None or not after_its_time(attempt, HEARD):
        return None
    return Refused(fr("Le délai d'observations sur la réfaction est passé : elles sont gardées, sans effet de droit."))


def titulaire_entendu(attempt: Attempt) -> None:
    """A14c: the holder has answered, or its time is over; the buyer's own time to decide is not (27.2.1, 27.3)."""
    form, reduction = given(attempt, ReceptionReduite), handed_in(attempt).reduction
    if reduction is None:
        raise Refused(
            fr("Invitez d'abord le titulaire à présenter ses observations : une réfaction ne se décide pas sans.")
        )
    if not reduction.observations:
        _after_the_holder(attempt, form.jour)
    if form.montant > reduction.amount:
        raise Refused(
            fr("La réfaction ne peut pas dépasser celle annoncée au titulaire, {amount} : baissez le montant."),
            amount=reduction.amount,
        )
    decision_datee(attempt)
    not_while_the_holder_may_answer(attempt, form.jour)
    before_the_silent_rejection(attempt, form.jour)


def _after_the_holder(attempt: Attempt, day: date) -> None:
    due = rules.last_day(attempt.dossier, HEARD)
    if due is not None and day <= due:
        raise Refused(
            fr("Le titulaire a jusqu'au {due} pour présenter ses observations : la décision vient après."), due=due
        )


def recu_avec_refaction(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14c: received with a reduction of the price; the holder's fifteen days begin."""
    return verified(dossier, attempt, "recu_refaction", given(attempt, ReceptionReduite).montant)


def nouvelle_decision_possible(attempt: Attempt) -> None:
    """A14e: notified in the fifteen days after the holder's observations, and for no more than was decided (27.3)."""
    form, decided = given(attempt, NouvelleDecision), _decided(attempt)
    not_to_come(form.jour, attempt)
    not_before(form.jour, decided.by_holder, fr("les observations du titulaire"))
    due = rules.last_day(attempt.dossier, ANSWERED)
    if due is not None and form.jour > due:
        raise Refused(
            fr(
                "Le délai pour répondre aux observations du titulaire est passé : elles sont réputées acceptées. "
                "Constatez-le avec « /atelier observations_acceptees {ref} »."
            ),
            ref=attempt.dossier.ref,
        )
    _no_more(form.montant, decided.amount)


def observations_acceptees_possible(attempt: Attempt) -> None:
    """A14f: the buyer's fifteen days are over without a new decision (27.3)."""
    decided = _decided(attempt)
    _no_more(given(attempt, ConstatReduction).montant, decided.amount)
    if not rules.passed(attempt.dossier, ANSWERED, attempt.now):
        raise Refused(
            fr("Les observations ne sont réputées acceptées qu'après le {due} : répondez-y d'ici là."),
            due=rules.last_day(attempt.dossier, ANSWERED) or attempt.today,
        )


def _no_more(amount: Decimal, decided: Decimal) -> None:
    if amount > decided:
        raise Refused(
            fr("La nouvelle décision ne peut pas aggraver la réfaction, de {amount} : donnez ce montant, ou moins."),
            amount=decided,
        )


class _Decided(NamedTuple):
    amount: Decimal
    by_holder: date


def _decided(attempt: Attempt) -> _Decided:
    """The reduction decided, and when the holder commented on it. Raises LookupError: the row is not shown otherwise."""
    found = handed_in(attempt).verified
    if found is None or found.amount is None or not found.observations:
        raise LookupError(attempt.dossier.ref)
    by = found.observations[-1].by
    return _Decided(found.amount, by.received or day_of(attempt, by))


def refaction_revue(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14e: the new decision."""
    form = given(attempt, NouvelleDecision)
    return _revised(dossier, Revision(amount=form.montant, on=form.jour, by=attempt.by()))


def observations_acceptees(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14f: what the holder said is deemed accepted, from the end of the buyer's time."""
    on = rules.last_day(attempt.dossier, ANSWERED) or attempt.today
    amount = given(attempt, ConstatReduction).montant
    return _revised(dossier, Revision(amount=amount, on=on, by=attempt.by(), tacit=True))


def _revised(dossier: Dossier, revision: Revision) -> Dossier:
    found = dossier.mission_().livrables[-1].verified
    return changed(dossier, verified=found.model_copy(update={"revised": revision}) if found else None)


def en_refaction(dossier: Dossier) -> bool:
    """A14c: a reduction is under way."""
    handed = dossier.mission_().livrable
    return handed is not None and handed.verified is None and handed.reduction is not None


def refaction_sans_reponse(dossier: Dossier) -> bool:
    """A14d: the holder may still comment, on the reduction announced or on the one decided."""
    handed = dossier.mission_().livrable
    if handed is None or handed.reduction is None:
        return False
    if handed.verified is None:
        return not handed.reduction.observations
    return _reduced(handed) and not handed.verified.observations


def _reduced(handed: Livrable) -> bool:
    found = handed.verified
    return found is not None and found.notified is not None and found.sense == "recu_refaction" and not found.revised


def refaction_discutee(dossier: Dossier) -> bool:
    """A14e, A14f: the holder commented in time on the reduction decided; the buyer's answer is awaited."""
    return rules.open_run(dossier, ANSWERED) is not None and _commented(dossier.mission_().livrable)


def _commented(handed: Livrable | None) -> bool:
    return (
        handed is not None and _reduced(handed) and handed.verified is not None and bool(handed.verified.observations)
    )


def hors_refaction(dossier: Dossier) -> bool:
    """A14b: no reduction is under way."""
    handed = dossier.mission_().livrable
    return handed is not None and handed.reduction is None
