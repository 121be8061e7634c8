"""What may be put right by « Rectifier une saisie », in the order it was recorded, and on what conditions.

A right value holds to the conditions of its own row: a date is neither to come nor before what it answers to, an amount
stays within the credits and the maximum. What a silence made is not there: its date is computed, not typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from atelier import correction_bounds as bounds
from atelier.acting import ACCORD_CADRE, autre_accord_cadre
from atelier.amounts import Tax
from atelier.calendar import local_day
from atelier.dossier import Dossier
from atelier.grammar import Attempt
from atelier.mission import Commande, Livrable, Mission
from atelier.putting import act, contract, credits_, deliverable, elus, order, session, solicitation
from atelier.words import RuleId, fr

ORDER_CLOCKS = (RuleId.BC_OBSERVATIONS, RuleId.BC_EXECUTION)
FOLLOW_UPS = ((RuleId.SUIVI_6_MOIS, ""), (RuleId.SUIVI_12_MOIS, ""))
ADJOURNED = (RuleId.AJOURN_ACCEPTATION, RuleId.AJOURN_REPRESENTATION, RuleId.AJOURN_DECISION)
Clock = tuple[RuleId, str]
Kind = Literal["date", "amount", "text", "long", "number", "delay"]
"""How it is written: « text » is a reference of one line, « long » a whole text (`narratives.py`)."""
Said = date | Decimal | int | str
"""What is recorded, as it is told: a day, an amount, a number, or words."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing recorded that may be put right: its code, its name, what it is now, and how to replace it."""

    code: str
    label: str
    about: str
    kind: Kind
    value: Said
    put: Callable[[Dossier, object], Dossier]
    clocks: tuple[Clock, ...] = ()
    holds: Callable[[Attempt, object], None] = bounds.anything
    """The conditions of its own row hold for the right value too. Raises Refused."""
    tax: Tax = ""
    may_be_nothing: bool = False
    """True for an amount that may be zero."""


def things(dossier: Dossier) -> Iterator[Recorded]:
    """Everything recorded of an atelier that may be put right."""
    mission = dossier.mission_()
    yield _text("acte", fr("Acte qui ordonne l'atelier"), "", mission.act, put=act)
    if mission.unasked:
        label = fr("Accord-cadre")
        yield Recorded(ACCORD_CADRE, label, "", "text", mission.contract, contract, (), autre_accord_cadre)
    yield from _solicitation(mission)
    yield from _credits(dossier)
    for one in mission.commandes:
        yield from _of_order(one)
    if mission.session is not None and mission.session.held is not None:
        label, came = fr("Participants à la session"), mission.session.participants
        yield Recorded("session.participants", label, "", "number", came, session("participants"))
    if mission.livrable is not None:
        yield from _of_deliverable(mission.livrable)
    if mission.elus is not None:
        yield _date(
            "elus.date",
            fr("Restitution aux élus"),
            "",
            mission.elus.on,
            put=elus,
            clocks=FOLLOW_UPS,
            holds=bounds.since_session,
        )


def _solicitation(mission: Mission) -> Iterator[Recorded]:
    asked = mission.asked()
    if asked is not None and asked.receipt is not None:
        clocks = ((RuleId.CASCADE_REPONSE, f"rang:{asked.rank}"),)
        label = fr("Réception de la sollicitation")
        yield _date(
            "sollicitation.reception",
            label,
            "",
            asked.receipt.on,
            put=solicitation,
            clocks=clocks,
            holds=bounds.since_sent,
        )


def _credits(dossier: Dossier) -> Iterator[Recorded]:
    given = dossier.mission_().credits
    if given is None:
        return
    ae, cp = fr("Autorisations d'engagement"), fr("Crédits de paiement")
    yield _amount("credits.ae", ae, "", given.ae, put=credits_("ae"), holds=bounds.commits, tax="TTC")
    yield _amount("credits.cp", cp, "", given.cp, put=credits_("cp"), holds=bounds.pays, tax="TTC")
    yield _text("credits.uo", fr("Unité opérationnelle"), "", given.uo, put=credits_("uo"))
    yield _text("credits.chorus", fr("Référence Chorus des crédits"), "", given.chorus, put=credits_("chorus"))
    day = given.on or local_day(given.by.at, dossier.departement)
    yield _date(
        "credits.jour", fr("Délégation de crédits"), "", day, put=credits_("on"), clocks=(), holds=bounds.before_orders
    )


def _of_order(one: Commande) -> Iterator[Recorded]:
    about, number = f"bc:{one.number}", str(one.number)
    first: tuple[Clock, ...] = ((RuleId.APPROPRIATION, ""), (RuleId.DUREE_MISSION, "")) if one.number == 1 else ()
    clocks = (*((id_, about) for id_ in ORDER_CLOCKS), *first)

    def put(what: str) -> Callable[[Dossier, object], Dossier]:
        return order(one.number, what)

    code = f"bc{number}"
    label = fr("Réception du bon de commande")
    yield _date(
        f"{code}.reception", label, number, one.receipt.on, put=put("receipt"), clocks=clocks, holds=bounds.ordered_then
    )
    label = fr("Montant du bon de commande")
    yield _amount(f"{code}.montant", label, number, one.amount, put=put("amount"), holds=bounds.within(one), tax="HT")
    label, ttc = fr("Montant TTC du bon de commande"), one.ttc if one.ttc is not None else ""
    yield _amount(f"{code}.ttc", label, number, ttc, put=put("ttc"), holds=bounds.engages(one), tax="TTC")
    yield _text(f"{code}.ej", fr("Numéro d'engagement juridique"), number, one.ej, put=put("ej"))
    yield _text(
        f"{code}.preuve",
        fr("Preuve de réception du bon de commande"),
        number,
        one.receipt.proof,
        put=put("receipt.proof"),
    )
    timed = ((RuleId.BC_EXECUTION, about), *first[:1])
    yield Recorded(f"{code}.delai", fr("Délai du bon de commande"), number, "delay", one.delay, put("delay"), timed)
    if one.penalty is not None:
        clocks = ((RuleId.PENALITES_OBSERVATIONS, about),)
        label, on = fr("Annonce des pénalités"), one.penalty.notified.on
        yield _date(
            f"{code}.annonce_penalites",
            label,
            number,
            on,
            put=put("penalty"),
            clocks=clocks,
            holds=bounds.announced(one),
        )
    yield from _paid(one, code, number, about, put)


def _paid(
    one: Commande, code: str, number: str, about: str, put: Callable[[str], Callable[[Dossier, object], Dossier]]
) -> Iterator[Recorded]:
    clocks = ((RuleId.PAIEMENT, about),)
    if one.asked is not None:
        label = fr("Réception de la demande de paiement")
        yield _date(
            f"{code}.demande", label, number, one.asked.on, put=put("asked"), clocks=clocks, holds=bounds.asked(one)
        )
        label = fr("Preuve de la demande de paiement")
        yield _text(f"{code}.demande_preuve", label, number, one.asked.proof, put=put("asked.proof"))
    if one.service_fait is not None:
        yield _date(f"{code}.service_fait", fr("Service fait"), number, one.service_fait, put=put("service_fait"), clocks=clocks, holds=bounds.anything)  # fmt: skip
    if one.paid is not None:
        yield _date(
            f"{code}.paiement",
            fr("Paiement"),
            number,
            one.paid.on,
            put=put("paid.on"),
            clocks=(),
            holds=bounds.paid(one),
        )
        label = fr("Montant payé")
        yield _amount(
            f"{code}.paye", label, number, one.paid.amount, put=put("paid.amount"), holds=bounds.anything, tax="TTC"
        )
        label = fr("Pénalités retenues")
        held = _amount(
            f"{code}.penalites",
            label,
            number,
            one.paid.penalties,
            put=put("paid.penalties"),
            holds=bounds.deducted(one),
        )
        yield held


def _of_deliverable(handed: Livrable) -> Iterator[Recorded]:
    about = f"livrable:{handed.number}"
    if handed.receipt is not None:
        clocks: tuple[Clock, ...] = ((RuleId.VERIFICATION, about),)
        label = fr("Remise du livrable")
        yield _date(
            "livrable.remise",
            label,
            "",
            handed.receipt.on,
            put=deliverable("receipt"),
            clocks=clocks,
            holds=bounds.handed_in,
        )
        label = fr("Preuve de la remise du livrable")
        yield _text("livrable.preuve", label, "", handed.receipt.proof, put=deliverable("receipt.proof"))
    else:
        label, day = fr("Déclaration de remise du livrable"), handed.declared_on
        put = deliverable("declared_on")
        yield _date("livrable.declaration", label, "", day, put=put, clocks=(), holds=bounds.since_session)
    if handed.adjournment is not None and handed.verified is None:
        clocks = tuple((id_, about) for id_ in ADJOURNED)
        label, on = fr("Réception de l'ajournement"), handed.adjournment.notified.on
        yield _date(
            "livrable.ajournement", label, "", on, put=deliverable("adjournment"), clocks=clocks, holds=bounds.adjourned
        )
    if handed.reduction is not None and handed.verified is None:
        clocks = ((RuleId.REFACTION_OBSERVATIONS, about),)
        label, on = fr("Annonce de la réfaction"), handed.reduction.notified.on
        yield _date(
            "livrable.refaction",
            label,
            "",
            on,
            put=deliverable("reduction"),
            clocks=clocks,
            holds=bounds.announced_reduction,
        )
        label = fr("Réfaction annoncée")
        amount = deliverable("reduction.amount")
        yield _amount(
            "livrable.refaction_montant",
            label,
            "",
            handed.reduction.amount,
            put=amount,
            holds=bounds.in_the_price,
            tax="HT",
        )
    if handed.verified is not None and not handed.verified.sense.endswith("tacite"):
        yield from _decided(handed)


def _decided(handed: Livrable) -> Iterator[Recorded]:
    found = handed.verified
    if found is None:
        return
    clocks = ((RuleId.REFACTION_OBSERVATIONS, f"refaction:{handed.number}"),) if found.amount is not None else ()
    label = fr("Décision sur le livrable")
    yield _date(
        "livrable.decision", label, "", found.on, put=deliverable("verified"), clocks=clocks, holds=bounds.decided
    )
    label, put = fr("Document de la décision"), deliverable("verified.document")
    yield _text("livrable.document", label, "", found.document, put=put)
    if found.amount is not None:
        label = fr("Réfaction décidée")
        amount = deliverable("verified.amount")
        yield _amount(
            "livrable.reduction", label, "", found.amount, put=amount, holds=bounds.no_more_than_announced, tax="HT"
        )


def _date(
    code: str, label: str, about: str, value: date, *, put: Callable[[Dossier, object], Dossier],
    clocks: tuple[Clock, ...], holds: Callable[[Attempt, object], None],
) -> Recorded:  # fmt: skip
    return Recorded(code, label, about, "date", value, put, clocks, holds)


def _text(code: str, label: str, about: str, value: str, *, put: Callable[[Dossier, object], Dossier]) -> Recorded:
    return Recorded(code, label, about, "text", value, put)


def _amount(
    code: str, label: str, about: str, value: Decimal | str, *, put: Callable[[Dossier, object], Dossier],
    holds: Callable[[Attempt, object], None], tax: Tax = "",
) -> Recorded:  # fmt: skip
    return Recorded(
        code, label, about, "amount", value, put, (), holds, tax, may_be_nothing=code.endswith(".penalites")
    )
