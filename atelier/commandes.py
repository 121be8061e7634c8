"""Orders: what one needs, what it records, what the holder observes (DOMAIN §4). Their payment: `paiements.py`.

One or two orders an atelier. None outside the contract's validity, none above its maximum (HT) or the credits (TTC).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from atelier import rules
from atelier.contracts import WARN_AT
from atelier.credits import delegated_on, within_ae
from atelier.deadlines import Delay
from atelier.designation import contract_of
from atelier.dossier import Dossier
from atelier.forms_execution import CommandeAnimation, CommandeInitiale, ObservationsCommande
from atelier.grammar import Attempt
from atelier.mission import Commande, Remark
from atelier.recording import answered_since, given, mission_of, not_before, not_to_come, receipt, recorded
from atelier.words import Refused, RuleId, fr

MOST_ORDERS = 2


def commande_possible(attempt: Attempt) -> None:
    """A5, A10: received, in the contract's validity, after the credits, within the AE and the maximum."""
    form = given(attempt, CommandeAnimation)
    Delay.parse(form.delai)
    jour_possible(attempt, form.jour)
    if form.montant_ttc is not None:
        taxes_possibles(form.montant, form.montant_ttc)
    montant_possible(attempt, form.montant)
    within_ae(attempt, form.montant if form.montant_ttc is None else form.montant_ttc)


def taxes_possibles(amount: Decimal, ttc: Decimal) -> None:
    """All taxes included is never less than without. Raises Refused."""
    if ttc < amount:
        raise Refused(
            fr("Le montant TTC ({ttc}) est inférieur au montant HT ({amount}) : vérifiez-les."), ttc=ttc, amount=amount
        )


def ej_deja_saisi(attempt: Attempt) -> Refused | None:
    """A10: an order has its own engagement; the same number twice may be a slip, and is said."""
    ej = given(attempt, CommandeAnimation).ej
    other = next((o for o in mission_of(attempt).commandes if o.ej == ej), None)
    if other is None:
        return None
    return Refused(
        fr("Le numéro d'engagement juridique {ej} est déjà celui du bon de commande n° {number} : vérifiez-le."),
        ej=ej,
        number=other.number,
    )


def ttc_inconnu(attempt: Attempt) -> Refused | None:
    """A5, A10: without the amount engaged, the AE are held against the HT, which is not enough: said, not guessed."""
    delegated = mission_of(attempt).credits
    if delegated is None or given(attempt, CommandeAnimation).montant_ttc is not None:
        return None
    return Refused(
        fr(
            "Le montant TTC n'est pas donné : les AE déléguées ({ae} TTC) ne sont comparées qu'au montant hors taxes. "
            "Vérifiez qu'elles couvrent aussi la taxe."
        ),
        ae=delegated.ae,
    )


def jour_possible(attempt: Attempt, day: date) -> None:
    """An order is received on a day that has come, within the contract's validity, and after the credits."""
    not_to_come(day, attempt)
    _in_validity(attempt, day)
    _after_credits(attempt, day)


def montant_possible(attempt: Attempt, more: Decimal) -> None:
    """What an order adds (euros HT) stays within the contract's maximum, which is HT too."""
    _within_maximum(attempt, more)


def _in_validity(attempt: Attempt, day: date) -> None:
    contract = contract_of(attempt)
    if not contract.in_force(day):
        raise Refused(
            fr(
                "Le {day} est en dehors de la validité de l'accord-cadre {code}, du {first} au {last} : un bon de "
                "commande ne peut pas y être notifié (code de la commande publique, R2162-5). Vérifiez la date ; si "
                "elle est juste, voyez le bureau AD1."
            ),
            day=day,
            code=contract.code,
            first=contract.date_notification,
            last=contract.date_fin_validite,
        )


def _after_credits(attempt: Attempt, day: date) -> None:
    not_before(day, delegated_on(attempt), fr("la délégation de crédits"))


def _within_maximum(attempt: Attempt, amount: Decimal) -> None:
    contract, total = contract_of(attempt), _committed(attempt) + amount
    most = contract.montant_maximum_ht
    if most is not None and total > most:
        raise Refused(
            fr(
                "Avec ce bon de commande, l'accord-cadre {code} atteindrait {total}, au-delà de son maximum de {most} "
                ": il ne peut pas être notifié. Vérifiez le montant, ou voyez le bureau AD1."
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
            "number": len(done) + 1, "ej": form.ej, "amount": form.montant, "ttc": form.montant_ttc, "covers": covers,
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
        raise Refused(
            fr(
                "Il n'y a pas de bon de commande n° {number} sur cet atelier : « /atelier voir {ref} » montre ceux "
                "qui y sont."
            ),
            number=number,
            ref=dossier.ref,
        )
    return found


def replaced(dossier: Dossier, order: Commande) -> Dossier:
    """The dossier with one of its orders replaced."""
    done = dossier.mission_().commandes
    return recorded(dossier, commandes=tuple(order if c.number == order.number else c for c in done))


def a_des_commandes(dossier: Dossier) -> bool:
    """A23: there is an order to speak of."""
    return bool(dossier.mission_().commandes)


def observation_recevable(attempt: Attempt) -> None:
    """A23: on an order of this atelier, after it was received."""
    order = order_of(attempt.dossier, given(attempt, ObservationsCommande).commande)
    answered_since(attempt, order.receipt.on, fr("la notification du bon de commande"))


def observation_tardive(attempt: Attempt) -> Refused | None:
    """A23: after the contract's delay, observations are kept but come too late (CCAG-PI 2009, 3.7.2)."""
    number = given(attempt, ObservationsCommande).commande
    due = rules.last_day(attempt.dossier, RuleId.BC_OBSERVATIONS, f"bc:{number}")
    if due is not None and attempt.answered_on <= due:
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
