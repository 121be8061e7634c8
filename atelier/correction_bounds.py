"""The conditions a right value holds to: those of the row that recorded it, read again from what is recorded now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from atelier import rules
from atelier.commandes import jour_possible, montant_possible, taxes_possibles
from atelier.credits import credits_du, within_ae
from atelier.grammar import Attempt
from atelier.mission import Commande, Livrable
from atelier.penalites import HEARD_UNDER
from atelier.recording import day_of, mission_of, not_before
from atelier.refaction import dans_le_prix
from atelier.verification import handed_in as deliverable
from atelier.words import Refused, RuleId, fr

Holds = Callable[[Attempt, object], None]
TOO_MUCH = fr("Les crédits de paiement dépassent les autorisations d'engagement : vérifiez les montants.")
THE_ORDER = fr("la notification du bon de commande")


def anything(_attempt: Attempt, _value: object) -> None:
    """No condition but those of its kind."""


def since_sent(attempt: Attempt, value: object) -> None:
    """A solicitation is received after it was sent."""
    asked = mission_of(attempt).asked()
    if isinstance(value, date) and asked is not None:
        not_before(value, day_of(attempt, asked.sent), fr("l'envoi de la sollicitation"))


def since_session(attempt: Attempt, value: object) -> None:
    """What follows the session comes after it."""
    session = mission_of(attempt).session
    if isinstance(value, date) and session is not None:
        not_before(value, session.last, fr("la fin de la session"))


def commits(attempt: Attempt, value: object) -> None:
    """AE cover what the orders engage, and the CP."""
    mission = mission_of(attempt)
    if isinstance(value, Decimal) and value < mission.engaged():
        raise Refused(
            fr(
                "Les bons de commande notifiés atteignent {total} : les autorisations d'engagement ne peuvent pas "
                "être moindres. Vérifiez le montant, ou rectifiez d'abord celui du bon."
            ),
            total=mission.engaged(),
        )
    if isinstance(value, Decimal) and mission.credits is not None and value < mission.credits.cp:
        raise Refused(TOO_MUCH)


def pays(attempt: Attempt, value: object) -> None:
    """CP are delegated for what AE commit."""
    delegated = mission_of(attempt).credits
    if isinstance(value, Decimal) and delegated is not None and value > delegated.ae:
        raise Refused(TOO_MUCH)


def before_orders(attempt: Attempt, value: object) -> None:
    """Credits come before the orders that take from them."""
    if not isinstance(value, date):
        return
    credits_du(attempt, value)
    for one in mission_of(attempt).commandes:
        not_before(one.receipt.on, value, fr("la délégation de crédits"))


def ordered_then(attempt: Attempt, value: object) -> None:
    """An order is received within the contract's validity, after the credits."""
    if isinstance(value, date):
        jour_possible(attempt, value)


def within(one: Commande) -> Holds:
    """The amount HT stays within the maximum, under the amount TTC, and within the AE where no TTC is known."""

    def holds(attempt: Attempt, value: object) -> None:
        if not isinstance(value, Decimal):
            return
        if one.ttc is not None:
            taxes_possibles(value, one.ttc)
        elif value > one.amount:
            within_ae(attempt, value - one.amount)
        if value > one.amount:
            montant_possible(attempt, value - one.amount)

    return holds


def engages(one: Commande) -> Holds:
    """The amount TTC is no less than the HT, and stays within the AE."""

    def holds(attempt: Attempt, value: object) -> None:
        if isinstance(value, Decimal):
            taxes_possibles(one.amount, value)
            within_ae(attempt, value - one.engaged)

    return holds


def announced(one: Commande) -> Holds:
    """Penalties are announced after their order."""

    def holds(_attempt: Attempt, value: object) -> None:
        if isinstance(value, date):
            not_before(value, one.receipt.on, THE_ORDER)

    return holds


def asked(one: Commande) -> Holds:
    """A payment is asked after the order, and before it is made."""

    def holds(_attempt: Attempt, value: object) -> None:
        if isinstance(value, date):
            not_before(value, one.receipt.on, THE_ORDER)
            if one.paid is not None:
                not_before(one.paid.on, value, fr("la demande de paiement"))

    return holds


def paid(one: Commande) -> Holds:
    """A payment comes after its request."""

    def holds(_attempt: Attempt, value: object) -> None:
        if isinstance(value, date) and one.asked is not None:
            not_before(value, one.asked.on, fr("la demande de paiement"))

    return holds


def deducted(one: Commande) -> Holds:
    """Under CCAG-PI 2021, no more than what was announced to the holder."""

    def holds(attempt: Attempt, value: object) -> None:
        most = one.penalty.amount if one.penalty is not None else Decimal(0)
        if isinstance(value, Decimal) and mission_of(attempt).ccag == HEARD_UNDER and value > most:
            raise Refused(
                fr("Les pénalités retenues dépassent celles annoncées au titulaire, {amount} : baissez le montant."),
                amount=most,
            )

    return holds


def handed_in(attempt: Attempt, value: object) -> None:
    """Handed in after the session, and before what was decided of it."""
    since_session(attempt, value)
    handed = deliverable(attempt)
    if not isinstance(value, date):
        return
    for part in (handed.reduction, handed.adjournment):
        if part is not None:
            not_before(part.notified.on, value, fr("la remise du livrable"))
    if handed.verified is not None:
        not_before(handed.verified.on, value, fr("la remise du livrable"))


def adjourned(attempt: Attempt, value: object) -> None:
    """Notified after the handing-in, within the time to verify, before the holder's answer."""
    if not isinstance(value, date):
        return
    handed = deliverable(attempt)
    _verified_in_time(attempt, handed, value)
    answered = handed.adjournment.answered if handed.adjournment is not None else None
    if answered is not None:
        not_before(answered.received or day_of(attempt, answered), value, fr("l'ajournement"))


def announced_reduction(attempt: Attempt, value: object) -> None:
    """Announced after the handing-in, before the holder's observations."""
    handed = deliverable(attempt)
    if not isinstance(value, date):
        return
    if handed.receipt is not None:
        not_before(value, handed.receipt.on, fr("la remise du livrable"))
    for said in handed.reduction.observations if handed.reduction is not None else ():
        not_before(said.by.received or day_of(attempt, said.by), value, fr("l'annonce de la réfaction"))


def in_the_price(attempt: Attempt, value: object) -> None:
    """A reduction is no more than the orders."""
    if isinstance(value, Decimal):
        dans_le_prix(attempt, value)


def decided(attempt: Attempt, value: object) -> None:
    """Decided after the handing-in and an adjournment, within the time there was to decide; before what answers to it."""
    if not isinstance(value, date):
        return
    handed = deliverable(attempt)
    if handed.adjournment is not None:
        not_before(value, handed.adjournment.notified.on, fr("l'ajournement"))
    else:
        _verified_in_time(attempt, handed, value)
    for said in handed.verified.observations if handed.verified is not None else ():
        not_before(said.by.received or day_of(attempt, said.by), value, fr("la décision de réfaction"))


def _verified_in_time(attempt: Attempt, handed: Livrable, day: date) -> None:
    if handed.receipt is not None:
        not_before(day, handed.receipt.on, fr("la remise du livrable"))
    run = rules.last_run(attempt.dossier, RuleId.VERIFICATION, f"livrable:{handed.number}")
    due = rules.explained(run, attempt.dossier).due if run is not None else None
    if due is not None and day > due:
        raise Refused(
            fr(
                "Le délai de vérification a pris fin le {due} : une décision notifiée après ne compte pas. Donnez la "
                "date de l'accusé de réception, au plus tard ce jour-là."
            ),
            due=due,
        )


def no_more_than_announced(attempt: Attempt, value: object) -> None:
    """A reduction decided is no more than the one announced."""
    reduction = deliverable(attempt).reduction
    if isinstance(value, Decimal) and reduction is not None and value > reduction.amount:
        raise Refused(
            fr("La réfaction ne peut pas dépasser celle annoncée au titulaire, {amount} : baissez le montant."),
            amount=reduction.amount,
        )
