"""The deliverable: declared, confirmed, verified. Reception, adjournment, rejection (CCAG-PI 2009, 26 and 27).

A silent effect is never applied by itself: the bot says what the law would do, and records who noted it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from atelier import rules
from atelier.dossier import Dossier
from atelier.forms_execution import (
    Observations,
)
from atelier.forms_verification import Constat, DecisionSignee, NotificationMotivee
from atelier.grammar import Attempt
from atelier.mission import Ajournement, Livrable, Verification
from atelier.recording import answered_since, given, mission_of, not_before, not_to_come, recorded
from atelier.values import Receipt
from atelier.words import Refused, RuleId, fr


def handed_in(attempt: Attempt) -> Livrable:
    """The deliverable under verification. Raises Refused when there is none."""
    found = mission_of(attempt).livrable
    if found is None:
        raise Refused(
            fr("Aucun livrable n'a été remis : le mandataire dépose son fichier, puis « Remettre le livrable ».")
        )
    return found


def changed(dossier: Dossier, **changes: object) -> Dossier:
    """The deliverable as last handed in, with some of it replaced."""
    done = dossier.mission_().livrables
    return recorded(dossier, livrables=(*done[:-1], done[-1].model_copy(update=changes)))


def decision_datee(attempt: Attempt) -> None:
    """A14: a decision is notified between the handing-in and today, within the time to verify (26.2, 27)."""
    day = given(attempt, DecisionSignee).jour
    _since_handed_in(attempt, day)
    in_time(attempt, day)


def _since_handed_in(attempt: Attempt, day: date) -> None:
    handed = handed_in(attempt)
    not_to_come(day, attempt)
    if handed.receipt is not None:
        not_before(day, handed.receipt.on, fr("la remise du livrable"))


def in_time(attempt: Attempt, day: date) -> None:
    """A later decision comes after the silent one; one notified in time may be recorded afterwards (26.2, 27)."""
    due = rules.last_day(attempt.dossier, RuleId.VERIFICATION)
    if due is not None and day > due:
        raise Refused(
            fr(
                "Le délai de vérification est passé : le livrable est réputé reçu. Constatez-le avec « /atelier "
                "reception_tacite {ref} »."
            ),
            ref=attempt.dossier.ref,
        )


def verified(dossier: Dossier, attempt: Attempt, sense: str, amount: Decimal | None = None) -> Dossier:
    """What was decided of the deliverable."""
    form = given(attempt, DecisionSignee)
    found = Verification.model_validate(
        {
            "sense": sense, "on": form.jour, "document": form.document, "by": attempt.by(), "amount": amount,
            "reason": getattr(form, "motif", ""), "notified": notice(attempt) if isinstance(form, NotificationMotivee) else None,
        }
    )  # fmt: skip
    return changed(dossier, verified=found)


def recu(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A14: received: it stands for « service fait » (article 2)."""
    return verified(dossier, attempt, "recu")


def notified_well(attempt: Attempt) -> None:
    """A notification is of a day between the handing-in and today."""
    _since_handed_in(attempt, given(attempt, NotificationMotivee).jour)


def notice(attempt: Attempt) -> Receipt:
    """The recorded reception of a notification."""
    form = given(attempt, NotificationMotivee)
    return Receipt(on=form.jour, means=form.moyen, proof=form.preuve, by=attempt.by())


def verification_expiree(attempt: Attempt) -> None:
    """A15: the time to decide is over, without a decision."""
    if not rules.passed(attempt.dossier, RuleId.VERIFICATION, attempt.now):
        raise Refused(
            fr("La réception tacite ne se constate qu'après le {due}, sans décision de votre part : décidez d'ici là."),
            due=_end_of(attempt, RuleId.VERIFICATION),
        )


def recu_tacitement(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A15: noted by a person; it took effect when the time was over."""
    return _silent(dossier, attempt, "recu_tacite", _end_of(attempt, RuleId.VERIFICATION))


def _end_of(attempt: Attempt, id_: RuleId) -> date:
    """The last day of an open clock; today when none is open."""
    return rules.last_day(attempt.dossier, id_) or attempt.today


def _silent(dossier: Dossier, attempt: Attempt, sense: str, on: date) -> Dossier:
    document = given(attempt, Constat).document
    found = Verification.model_validate({"sense": sense, "on": on, "document": document, "by": attempt.by()})
    return changed(dossier, verified=found)


def ajournable(attempt: Attempt) -> None:
    """A16: notified on a day that has come, before the time to verify is over."""
    notified_well(attempt)
    in_time(attempt, given(attempt, NotificationMotivee).jour)


def ajourne(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A16: adjourned; the holder answers, then presents again."""
    reason = given(attempt, NotificationMotivee).motif
    return changed(dossier, adjournment=Ajournement(reason=reason, by=attempt.by(), notified=notice(attempt)))


def reponse_a_temps(attempt: Attempt) -> None:
    """A16b: after its ten days, the holder's silence stands for a refusal: a late answer changes nothing (27.2.1)."""
    notified = handed_in(attempt).adjournment
    if notified is None:
        raise Refused(
            fr("Aucun ajournement n'attend de réponse : « /atelier voir {ref} » montre ce qui est attendu de vous."),
            ref=attempt.dossier.ref,
        )
    answered_since(attempt, notified.notified.on, fr("l'ajournement"))
    due = rules.last_day(attempt.dossier, RuleId.AJOURN_ACCEPTATION)
    if due is not None and attempt.answered_on > due:
        raise Refused(
            fr(
                "Le délai pour répondre à l'ajournement a pris fin le {due} : le silence gardé vaut refus. L'acheteur décide ; "
                "vous pouvez encore présenter le livrable mis au point."
            ),
            due=due,
        )


def ajournement_accepte(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A16b: accepted: the deliverable is awaited again."""
    return _answered(dossier, attempt, "accepte")


def ajournement_refuse(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A16b: refused: the buyer decides within its time, or its silence rejects."""
    return _answered(dossier, attempt, "refuse")


def _answered(dossier: Dossier, attempt: Attempt, answer: str) -> Dossier:
    words = given(attempt, Observations).observations
    handed = dossier.mission_().livrables[-1]
    if handed.adjournment is None:
        raise LookupError(handed.number)
    answered = handed.adjournment.model_copy(update={"answer": answer, "answered": attempt.by(), "words": words})
    return changed(dossier, adjournment=answered)


def rejetable(attempt: Attempt) -> None:
    """A18: within the time to decide; after an adjournment, once the holder refused it or said nothing (27.2.1)."""
    day = given(attempt, NotificationMotivee).jour
    decision_datee(attempt)
    not_while_the_holder_may_answer(attempt, day)
    before_the_silent_rejection(attempt, day)


def not_while_the_holder_may_answer(attempt: Attempt, day: date) -> None:
    """An adjourned deliverable awaits the holder: its answer, then its new presentation when it accepted (27.2.1)."""
    notified = handed_in(attempt).adjournment
    if notified is None or notified.answer == "refuse":
        return
    clock = RuleId.AJOURN_REPRESENTATION if notified.answer else RuleId.AJOURN_ACCEPTATION
    due = rules.last_day(attempt.dossier, clock)
    if due is not None and day <= due:
        raise Refused(
            fr(
                "Le livrable est ajourné : le titulaire a jusqu'au {due} pour répondre ou le présenter à nouveau. "
                "La décision vient après."
            ),
            due=due,
        )


def before_the_silent_rejection(attempt: Attempt, day: date) -> None:
    """After the holder's refusal or silence, the buyer's silence has rejected: a later decision is none (27.2.1)."""
    due = rules.last_day(attempt.dossier, RuleId.AJOURN_DECISION)
    if due is not None and day > due:
        raise Refused(
            fr(
                "Le délai pour décider après le refus ou le silence du titulaire a pris fin le {due} : le livrable "
                "est réputé rejeté. Constatez-le avec « /atelier rejet_tacite {ref} »."
            ),
            due=due,
            ref=attempt.dossier.ref,
        )


def rejete(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A18: rejected: the service is to be done again."""
    return verified(dossier, attempt, "rejete")


def silence_de_l_acheteur(attempt: Attempt) -> None:
    """A18: after the holder's refusal or silence, the buyer let its own time pass (27.2.1)."""
    if not rules.passed(attempt.dossier, RuleId.AJOURN_DECISION, attempt.now):
        due = _end_of(attempt, RuleId.AJOURN_DECISION)
        raise Refused(fr("Le rejet tacite ne se constate qu'après le {due} : décidez d'ici là."), due=due)


def rejete_tacitement(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A18: the silent rejection, noted by a person."""
    return _silent(dossier, attempt, "rejete_tacite", _end_of(attempt, RuleId.AJOURN_DECISION))


def ajournement_sans_reponse(dossier: Dossier) -> bool:
    """A16b: the holder has not answered the adjournment."""
    handed = dossier.mission_().livrable
    if handed is None or handed.verified is not None or handed.adjournment is None:
        return False
    return not handed.adjournment.answer


def pas_d_accord(dossier: Dossier) -> bool:
    """A18: the holder did not accept the adjournment."""
    handed = dossier.mission_().livrable
    return handed is not None and handed.adjournment is not None and handed.adjournment.answer != "accepte"
