"""Orders and money: what an order needs, what it records; payment requests and payments (DOMAIN §4).

One or two orders an atelier. None outside the contract's validity, none above its maximum or the credits delegated.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from atelier import rules
from atelier.contracts import WARN_AT
from atelier.deadlines import Delay
from atelier.designation import contract_of
from atelier.dossier import Dossier
from atelier.forms_ending import DemandePaiement
from atelier.forms_ending import Paiement as Payment
from atelier.forms_execution import (
    CommandeAnimation,
    CommandeInitiale,
    ObservationsCommande,
)
from atelier.grammar import Attempt
from atelier.mission import Commande, Paiement, Remark
from atelier.recording import day_of, given, mission_of, not_before, not_to_come, receipt, recorded
from atelier.values import Receipt
from atelier.words import Refused, RuleId, fr

MOST_ORDERS = 2


def commande_possible(attempt: Attempt) -> None:
    """A5, A10: received, in the contract's validity, after the credits, within the AE and the maximum."""
    form = given(attempt, CommandeAnimation)
    Delay.parse(form.delai)
    jour_possible(attempt, form.jour)
    montant_possible(attempt, form.montant)


def jour_possible(attempt: Attempt, day: date) -> None:
    """An order is received on a day that has come, within the contract's validity, and after the credits."""
    not_to_come(day, attempt)
    _in_validity(attempt, day)
    _after_credits(attempt, day)


def montant_possible(attempt: Attempt, more: Decimal) -> None:
    """What an order adds (euros HT) stays within the credits delegated and the contract's maximum."""
    _within_credits(attempt, more)
    _within_maximum(attempt, more)


def _in_validity(attempt: Attempt, day: date) -> None:
    contract = contract_of(attempt)
    if not contract.in_force(day):
        raise Refused(
            fr(
                "Le {day} est en dehors de la validité de l'accord-cadre {code}, du {first} au {last} : "
                "un bon de commande ne peut pas y être notifié (code de la commande publique, R2162-5)."
            ),
            day=day,
            code=contract.code,
            first=contract.date_notification,
            last=contract.date_fin_validite,
        )


def _after_credits(attempt: Attempt, day: date) -> None:
    delegated = mission_of(attempt).credits
    if delegated is None:
        raise Refused(fr("Les crédits ne sont pas encore délégués : le bon de commande vient après."))
    not_before(day, day_of(attempt, delegated.by), fr("la délégation de crédits"))


def _within_credits(attempt: Attempt, amount: Decimal) -> None:
    mission = mission_of(attempt)
    delegated = mission.credits
    if delegated is not None and mission.total() + amount > delegated.ae:
        raise Refused(
            fr(
                "Les bons de commande de cet atelier ({total}) dépasseraient les autorisations d'engagement déléguées "
                "({ae}) : demandez un complément de crédits à la DGALN, ou corrigez le montant."
            ),
            total=mission.total() + amount,
            ae=delegated.ae,
        )


def _within_maximum(attempt: Attempt, amount: Decimal) -> None:
    contract, total = contract_of(attempt), _committed(attempt) + amount
    most = contract.montant_maximum_ht
    if most is not None and total > most:
        raise Refused(
            fr(
                "Avec ce bon de commande, l'accord-cadre {code} atteindrait {total}, au-delà de son maximum de {most} : "
                "il ne peut pas être notifié."
            ),
            code=contract.code,
            total=total,
            most=most,
        )


def _committed(attempt: Attempt) -> Decimal:
    return contract_of(attempt).solde_ouverture_ht + attempt.around.spent + mission_of(attempt).total()


def maximum_approche(attempt: Attempt) -> Refused | None:
    """From 80 % of the maximum, each order says so."""
    contract = contract_of(attempt)
    most, total = contract.montant_maximum_ht, _committed(attempt) + given(attempt, CommandeAnimation).montant
    if most is None or total < most * WARN_AT:
        return None
    return Refused(
        fr("L'accord-cadre {code} en sera à {share} % de son maximum de {most}."),
        code=contract.code,
        share=int(total * 100 / most),
        most=most,
    )


def commande_notifiee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A5: the first order."""
    return _ordered(dossier, attempt, given(attempt, CommandeInitiale).objet)


def commande_animation_notifiee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A10: the second order, for the animation."""
    return _ordered(dossier, attempt, "animation")


def _ordered(dossier: Dossier, attempt: Attempt, covers: str) -> Dossier:
    form, done = given(attempt, CommandeAnimation), dossier.mission_().commandes
    order = Commande.model_validate(
        {
            "number": len(done) + 1, "ej": form.ej, "amount": form.montant, "covers": covers,
            "receipt": receipt(attempt, form), "delay": str(Delay.parse(form.delai)),
        }
    )  # fmt: skip
    return recorded(dossier, commandes=(*done, order))


def sans_commande_globale(dossier: Dossier) -> bool:
    """A10: a second order makes sense when the first one covers the appropriation alone."""
    done = dossier.mission_().commandes
    return bool(done) and done[0].covers == "appropriation" and len(done) < MOST_ORDERS


def commande_globale(dossier: Dossier) -> bool:
    """A10: the single order covers the mission: its hold point is to be lifted."""
    done = dossier.mission_().commandes
    return bool(done) and done[0].covers == "mission"


def point_leve(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A10: the animation may begin under the single order."""
    first, *rest = dossier.mission_().commandes
    return recorded(dossier, commandes=(first.model_copy(update={"lifted": attempt.by()}), *rest))


def order_of(dossier: Dossier, number: int) -> Commande:
    """One order of the atelier. Raises Refused when there is none of this number."""
    found = next((c for c in dossier.mission_().commandes if c.number == number), None)
    if found is None:
        raise Refused(fr("Il n'y a pas de bon de commande n° {number} sur cet atelier."), number=number)
    return found


def replaced(dossier: Dossier, order: Commande) -> Dossier:
    """The dossier with one of its orders replaced."""
    done = dossier.mission_().commandes
    return recorded(dossier, commandes=tuple(order if c.number == order.number else c for c in done))


def paiement_demandable(attempt: Attempt) -> None:
    """F1: the order's service is done, and its payment was not asked for yet."""
    form, mission = given(attempt, DemandePaiement), mission_of(attempt)
    order = order_of(attempt.dossier, form.commande)
    if order.asked is not None:
        raise Refused(fr("La demande de paiement du bon n° {number} est déjà enregistrée."), number=order.number)
    done = mission.note_received if order.covers == "appropriation" else _deliverable_received(attempt)
    if not done:
        raise Refused(
            fr(
                "Le service du bon n° {number} n'est pas encore fait : la décision de réception de sa prestation vient "
                "d'abord (elle vaut constat du service fait)."
            ),
            number=order.number,
        )
    not_to_come(form.jour, attempt)
    not_before(form.jour, order.receipt.on, fr("la notification du bon de commande"))
    if form.service_fait is not None:
        not_to_come(form.service_fait, attempt)


def _deliverable_received(attempt: Attempt) -> bool:
    handed = mission_of(attempt).livrable
    return handed is not None and handed.verified is not None and handed.verified.sense.startswith("recu")


def paiement_demande(dossier: Dossier, attempt: Attempt) -> Dossier:
    """F1: the request as received; the delay runs from it, or from the service done when later."""
    form = given(attempt, DemandePaiement)
    got = Receipt(on=form.jour, means=fr("demande de paiement"), proof=form.preuve, by=attempt.by())
    order = order_of(dossier, form.commande)
    return replaced(dossier, order.model_copy(update={"asked": got, "service_fait": form.service_fait}))


def paiement_possible(attempt: Attempt) -> None:
    """F2: the payment was asked for, is not made yet, and comes after its request."""
    form = given(attempt, Payment)
    order = order_of(attempt.dossier, form.commande)
    if order.asked is None:
        raise Refused(fr("Enregistrez d'abord la demande de paiement du bon n° {number}."), number=order.number)
    if order.paid is not None:
        raise Refused(fr("Le bon n° {number} est déjà payé."), number=order.number)
    not_to_come(form.jour, attempt)
    not_before(form.jour, order.asked.on, fr("la demande de paiement"))


def paiement_enregistre(dossier: Dossier, attempt: Attempt) -> Dossier:
    """F2: paid; its clock stops."""
    form = given(attempt, Payment)
    paid = Paiement(on=form.jour, amount=form.montant, penalties=form.penalites, by=attempt.by())
    kept = replaced(dossier, order_of(dossier, form.commande).model_copy(update={"paid": paid}))
    return kept.model_copy(update={"runs": rules.stop(kept.runs, RuleId.PAIEMENT, attempt.now, f"bc:{form.commande}")})


def a_payer(dossier: Dossier) -> bool:
    """F1: some order has no payment request yet."""
    return any(c.asked is None for c in dossier.mission_().commandes)


def en_paiement(dossier: Dossier) -> bool:
    """F2: some order waits for its payment."""
    return any(c.asked is not None and c.paid is None for c in dossier.mission_().commandes)


def a_des_commandes(dossier: Dossier) -> bool:
    """A23: there is an order to speak of."""
    return bool(dossier.mission_().commandes)


def observation_recevable(attempt: Attempt) -> None:
    """A23: on an order of this atelier."""
    order_of(attempt.dossier, given(attempt, ObservationsCommande).commande)


def observation_tardive(attempt: Attempt) -> Refused | None:
    """A23: after the contract's delay, observations are kept but come too late (CCAG-PI 2009, 3.7.2)."""
    number = given(attempt, ObservationsCommande).commande
    run = rules.open_run(attempt.dossier, RuleId.BC_OBSERVATIONS, f"bc:{number}")
    if run is not None and attempt.now <= rules.due(run, attempt.dossier):
        return None
    return Refused(
        fr("Le délai d'observations sur ce bon de commande est passé : elles sont gardées, sans effet de droit.")
    )


def commande_observee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A23: the observations of the mandataire, on the record."""
    form = given(attempt, ObservationsCommande)
    order = order_of(dossier, form.commande)
    remark = Remark(text=form.observations, by=attempt.by())
    return replaced(dossier, order.model_copy(update={"remarks": (*order.remarks, remark)}))
