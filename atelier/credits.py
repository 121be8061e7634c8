"""Credits delegated to the service, and what its orders and payments take from them (circulaire §5; DOMAIN §4).

AE and CP are budget amounts, all taxes included: they are held against the orders TTC, and against what is paid. An order
whose TTC amount nobody gave counts for its amount HT, the least it can be, and the bot says so: it assumes no rate.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from atelier.designation import contract_of
from atelier.dossier import Dossier
from atelier.forms_designation import Credits
from atelier.grammar import Attempt
from atelier.mission import Credits as Delegated
from atelier.recording import day_of, given, mission_of, not_before, not_to_come, recorded
from atelier.words import Refused, fr


def credits_coherents(attempt: Attempt) -> None:
    """A4: CP are delegated for what AE commit, on a day that has come, under a contract that exists."""
    form = given(attempt, Credits)
    if form.jour is not None:
        credits_du(attempt, form.jour)
    if form.cp > form.ae:
        raise Refused(fr("Les crédits de paiement dépassent les autorisations d'engagement : vérifiez les montants."))


def credits_du(attempt: Attempt, day: date) -> None:
    """A4: the day of a delegation: come already, and not before the contract it pays for was notified."""
    not_to_come(day, attempt)
    first = contract_of(attempt).date_notification
    if first is not None:
        not_before(day, first, fr("la notification de l'accord-cadre"))


def credits_avant_designation(attempt: Attempt) -> Refused | None:
    """A4: the circular delegates after it designates (§5); credits may still have come first: it is said."""
    day, designated = given(attempt, Credits).jour, mission_of(attempt).designated
    if day is None or designated is None or day >= day_of(attempt, designated):
        return None
    return Refused(
        fr(
            "Ces crédits sont du {day}, avant la désignation du groupement ({designated}) : est-ce la bonne délégation ?"
        ),
        day=day,
        designated=day_of(attempt, designated),
    )


def credits_delegues(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A4: what was delegated, and when: orders may be notified from that day, whenever it was recorded."""
    form = given(attempt, Credits)
    kept = Delegated(ae=form.ae, cp=form.cp, uo=form.uo, chorus=form.chorus, by=attempt.by(), on=form.jour)
    return recorded(dossier, credits=kept)


def delegated_on(attempt: Attempt) -> date:
    """The day the credits were delegated: the one given, else that of the entry. Raises Refused before there are any."""
    delegated = mission_of(attempt).credits
    if delegated is None:
        raise Refused(
            fr(
                "Les crédits ne sont pas encore délégués : le bureau AD1 enregistre leur délégation, puis le bon de "
                "commande se notifie."
            )
        )
    return delegated.on or day_of(attempt, delegated.by)


def within_ae(attempt: Attempt, more: Decimal) -> None:
    """What the orders engage (TTC, or HT where that is all we know) stays within the AE. Raises Refused."""
    mission = mission_of(attempt)
    total = mission.engaged() + more
    if mission.credits is not None and total > mission.credits.ae:
        raise Refused(
            fr(
                "Les bons de commande de cet atelier ({total}) dépasseraient les autorisations d'engagement déléguées "
                "({ae}) : demandez un complément de crédits à la DGALN, ou corrigez le montant."
            ),
            total=total,
            ae=mission.credits.ae,
        )


def beyond_cp(attempt: Attempt, more: Decimal) -> Refused | None:
    """What is paid stays within the CP: a payment made is a fact, so it is said, and recorded."""
    mission = mission_of(attempt)
    paid = sum((o.paid.amount for o in mission.commandes if o.paid is not None), more)
    if mission.credits is None or paid <= mission.credits.cp:
        return None
    return Refused(
        fr("Les paiements de cet atelier ({paid}) dépassent les crédits de paiement délégués ({cp}) : vérifiez."),
        paid=paid,
        cp=mission.credits.cp,
    )
