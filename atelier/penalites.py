"""Penalties under CCAG-PI 2021: announced, commented on by the holder, then only deducted from a payment (14.1.1).

Under CCAG-PI 2009 they run without formal notice (14.1): nothing is announced. The bot computes and applies none: it
keeps what was announced, opens the holder's time to comment, and says where an amount passes the CCAG's bounds.
"""

from __future__ import annotations

from decimal import Decimal

from atelier import rules
from atelier.commandes import order_of, replaced
from atelier.dossier import Dossier
from atelier.forms_ending import Paiement as Payment
from atelier.forms_execution import ObservationsPenalites
from atelier.forms_verification import Penalites
from atelier.grammar import Attempt
from atelier.mission import Commande, Mission, Penalite, Remark
from atelier.paiements import already_paid
from atelier.recording import answered_since, given, mission_of, not_before, not_to_come
from atelier.values import Receipt
from atelier.words import Refused, RuleId, fr

HEARD_UNDER = rules.rule(RuleId.PENALITES_OBSERVATIONS).ccag
LEAST, MOST = Decimal(1000), Decimal("0.1")
"""Under 1 000 € HT over the whole contract the holder is exempt; above a tenth of the order, penalties are capped."""


def penalites_annoncables(dossier: Dossier) -> bool:
    """F3: under CCAG-PI 2021, while an order is not paid and no penalty was announced for it."""
    mission = dossier.mission_()
    return mission.ccag == HEARD_UNDER and any(o.paid is None and o.penalty is None for o in mission.commandes)


def penalites_attendues(dossier: Dossier) -> bool:
    """F4: the holder may still comment on penalties announced."""
    return any(_unanswered(o) for o in dossier.mission_().commandes)


def _unanswered(order: Commande) -> bool:
    return order.paid is None and order.penalty is not None and not order.penalty.observations


def invitation_possible(attempt: Attempt) -> None:
    """F3: one invitation an order, received between the order and today."""
    form = given(attempt, Penalites)
    order = order_of(attempt.dossier, form.commande)
    if order.paid is not None:
        raise already_paid(attempt, order.number, order.paid)
    if order.penalty is not None:
        raise Refused(
            fr(
                "Des pénalités sont déjà annoncées pour le bon n° {number}, par {by} : attendez les observations du titulaire, "
                "ou la fin de son délai, puis enregistrez le paiement."
            ),
            number=order.number, by=order.penalty.by,
        )  # fmt: skip
    not_to_come(form.jour, attempt)
    not_before(form.jour, order.receipt.on, fr("la notification du bon de commande"))


def invite_sur_penalites(dossier: Dossier, attempt: Attempt) -> Dossier:
    """F3: the holder is invited in writing to comment."""
    form = given(attempt, Penalites)
    got = Receipt(on=form.jour, means=form.moyen, proof=form.preuve, by=attempt.by())
    announced = Penalite(amount=form.montant, reason=form.motif, by=attempt.by(), notified=got)
    return replaced(dossier, order_of(dossier, form.commande).model_copy(update={"penalty": announced}))


def hors_bornes(attempt: Attempt) -> Refused | None:
    """F3: beyond the CCAG's cap or under its exemption: said, for the contract may derogate."""
    form = given(attempt, Penalites)
    order = order_of(attempt.dossier, form.commande)
    if form.montant > order.amount * MOST:
        return Refused(
            fr(
                "Ces pénalités ({amount}) dépassent 10 % du bon n° {number}, plafond du CCAG-PI 2021 sauf clause du marché."
            ),
            amount=form.montant,
            number=order.number,
        )
    return _exempt(form.montant)


def _exempt(amount: Decimal) -> Refused | None:
    if amount > LEAST:
        return None
    return Refused(
        fr(
            "Jusqu'à 1 000 € HT sur tout l'accord-cadre, le titulaire est exonéré de pénalités : je ne connais que cet "
            "atelier, vérifiez le total."
        )
    )


def sous_le_seuil(attempt: Attempt) -> Refused | None:
    """F2: under CCAG-PI 2009 nothing was announced: what is deducted under the exemption is said here (14.3)."""
    form, mission = given(attempt, Payment), mission_of(attempt)
    deducted = sum((o.paid.penalties for o in mission.commandes if o.paid is not None), form.penalites)
    return _exempt(deducted) if mission.ccag != HEARD_UNDER and form.penalites else None


def observation_possible(attempt: Attempt) -> None:
    """F4: on penalties announced for this order, and not answered yet."""
    order = order_of(attempt.dossier, given(attempt, ObservationsPenalites).commande)
    if order.penalty is None or not _unanswered(order):
        raise Refused(
            fr(
                "Aucune pénalité n'attend vos observations sur le bon n° {number} : « /atelier voir {ref} » montre ce "
                "qui est attendu de vous."
            ),
            number=order.number,
            ref=attempt.dossier.ref,
        )
    answered_since(attempt, order.penalty.notified.on, fr("l'annonce des pénalités"))


def observation_hors_delai(attempt: Attempt) -> Refused | None:
    """F4: after the delay, observations are kept; the buyer may decide without them."""
    number = given(attempt, ObservationsPenalites).commande
    due = rules.last_day(attempt.dossier, RuleId.PENALITES_OBSERVATIONS, f"bc:{number}")
    if due is not None and attempt.answered_on <= due:
        return None
    return Refused(
        fr("Le délai d'observations sur les pénalités est passé : elles sont gardées, l'acheteur peut passer outre.")
    )


def penalites_observees(dossier: Dossier, attempt: Attempt) -> Dossier:
    """F4: the holder's observations; its time is used."""
    form = given(attempt, ObservationsPenalites)
    order = order_of(dossier, form.commande)
    if order.penalty is None:
        raise LookupError(order.number)
    remark = Remark(text=form.observations, by=attempt.by())
    heard = order.penalty.model_copy(update={"observations": (*order.penalty.observations, remark)})
    kept = replaced(dossier, order.model_copy(update={"penalty": heard}))
    runs = rules.stop(kept.runs, RuleId.PENALITES_OBSERVATIONS, attempt.now, f"bc:{order.number}")
    return kept.model_copy(update={"runs": runs})


def titulaire_invite(attempt: Attempt) -> None:
    """F2: under CCAG-PI 2021 a penalty is deducted once the holder was invited to comment, and could (14.1.1)."""
    form = given(attempt, Payment)
    if not form.penalites or mission_of(attempt).ccag != HEARD_UNDER:
        return
    announced = order_of(attempt.dossier, form.commande).penalty
    if announced is None:
        raise Refused(
            fr(
                "Sous le CCAG-PI 2021, des pénalités ne se retiennent qu'après avoir invité le titulaire à présenter ses "
                "observations : faites-le d'abord (article 14.1.1)."
            )
        )
    if form.penalites > announced.amount:
        raise Refused(
            fr("Les pénalités retenues dépassent celles annoncées au titulaire, {amount} : baissez le montant."),
            amount=announced.amount,
        )
    due = rules.last_day(attempt.dossier, RuleId.PENALITES_OBSERVATIONS, f"bc:{form.commande}")
    if not announced.observations and due is not None and form.jour <= due:
        raise Refused(
            fr(
                "Le titulaire a jusqu'au {due} pour présenter ses observations sur les pénalités : le paiement vient après."
            ),
            due=due,
        )


def announced_for(mission: Mission, number: int) -> Penalite | None:
    """The penalties announced for an order, or None."""
    return next((o.penalty for o in mission.commandes if o.number == number), None)
