"""The money of the orders: payment requests and payments, beside the rest (DOMAIN §4; F1, F2)."""

from __future__ import annotations

from datetime import date

from atelier import rules
from atelier.commandes import order_of, replaced
from atelier.credits import beyond_cp
from atelier.dossier import Dossier
from atelier.forms_ending import DemandePaiement
from atelier.forms_ending import Paiement as Payment
from atelier.grammar import Attempt
from atelier.mission import Commande, Paiement
from atelier.recording import day_of, given, mission_of, not_before, not_to_come
from atelier.values import Receipt
from atelier.words import Refused, RuleId, fr


def paiement_demandable(attempt: Attempt) -> None:
    """F1: the order's service is done, and its payment was not asked for yet."""
    form, mission = given(attempt, DemandePaiement), mission_of(attempt)
    order = order_of(attempt.dossier, form.commande)
    if order.asked is not None:
        raise Refused(
            fr(
                "La demande de paiement du bon n° {number} est déjà enregistrée, par {by}. Une erreur se corrige avec "
                "« /atelier rectifier {ref} »."
            ),
            number=order.number, by=order.asked.by, ref=attempt.dossier.ref,
        )  # fmt: skip
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


def already_paid(attempt: Attempt, number: int, paid: Paiement) -> Refused:
    """An order is paid once; what was recorded of it is put right."""
    return Refused(
        fr("Le bon n° {number} est déjà payé : {by}. Une erreur se corrige avec « /atelier rectifier {ref} »."),
        number=number, by=paid.by, ref=attempt.dossier.ref,
    )  # fmt: skip


def _deliverable_received(attempt: Attempt) -> bool:
    handed = mission_of(attempt).livrable
    return handed is not None and handed.verified is not None and handed.verified.sense.startswith("recu")


def paiement_demande(dossier: Dossier, attempt: Attempt) -> Dossier:
    """F1: the request as received; the delay runs from it, or from the service done when later: given, else the reception."""
    form = given(attempt, DemandePaiement)
    got = Receipt(on=form.jour, means=fr("demande de paiement"), proof=form.preuve, by=attempt.by())
    order = order_of(dossier, form.commande)
    done = form.service_fait or _service_done(attempt, order, form.jour)
    return replaced(dossier, order.model_copy(update={"asked": got, "service_fait": done}))


def _service_done(attempt: Attempt, order: Commande, asked: date) -> date | None:
    """The day of the reception, which stands for « service fait » (CCAG-PI 2009, 2), when it came after the request."""
    mission = mission_of(attempt)
    note, handed = mission.note_received, mission.livrable
    if order.covers == "appropriation":
        day = (note.received or day_of(attempt, note)) if note is not None else None
    else:
        day = handed.verified.on if handed is not None and handed.verified is not None else None
    return day if day is not None and day > asked else None


def paiement_possible(attempt: Attempt) -> None:
    """F2: the payment was asked for, is not made yet, and comes after its request."""
    form = given(attempt, Payment)
    order = order_of(attempt.dossier, form.commande)
    if order.asked is None:
        raise Refused(fr("Enregistrez d'abord la demande de paiement du bon n° {number}."), number=order.number)
    if order.paid is not None:
        raise already_paid(attempt, order.number, order.paid)
    not_to_come(form.jour, attempt)
    not_before(form.jour, order.asked.on, fr("la demande de paiement"))


def paiement_au_dela(attempt: Attempt) -> Refused | None:
    """F2: a payment above what was engaged for its order, or above the CP: it is a fact, recorded and said."""
    form = given(attempt, Payment)
    order = order_of(attempt.dossier, form.commande)
    if order.ttc is not None and form.montant > order.ttc:
        return Refused(
            fr("Le paiement ({paid}) dépasse le montant TTC du bon n° {number} ({ttc}) : vérifiez-le."),
            paid=form.montant,
            number=order.number,
            ttc=order.ttc,
        )
    return beyond_cp(attempt, form.montant)


def paiement_enregistre(dossier: Dossier, attempt: Attempt) -> Dossier:
    """F2: paid; its clock stops."""
    form = given(attempt, Payment)
    paid = Paiement(on=form.jour, amount=form.montant, penalties=form.penalites, by=attempt.by())
    kept = replaced(dossier, order_of(dossier, form.commande).model_copy(update={"paid": paid}))
    runs = kept.runs
    for id_ in (RuleId.PAIEMENT, RuleId.PENALITES_OBSERVATIONS):
        runs = rules.stop(runs, id_, attempt.now, f"bc:{form.commande}")
    return kept.model_copy(update={"runs": runs})


def a_payer(dossier: Dossier) -> bool:
    """F1: some order has no payment request yet."""
    return any(c.asked is None for c in dossier.mission_().commandes)


def en_paiement(dossier: Dossier) -> bool:
    """F2: some order waits for its payment."""
    return any(c.asked is not None and c.paid is None for c in dossier.mission_().commandes)
