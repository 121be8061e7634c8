"""From what day, and for how long, each deadline of an atelier runs when a step starts it.

A service target counts from the step itself; a clock of the contract counts from a recorded reception, with the delay
the contract, the order or the note fixes. A delay nobody has entered refuses the step rather than being guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType

from atelier.calendar import zone
from atelier.contracts import AccordCadre
from atelier.deadlines import Delay
from atelier.designation import contract_of
from atelier.dossier import Dossier
from atelier.grammar import Attempt
from atelier.penalites import announced_for
from atelier.rules import due_day, last_day, rule
from atelier.words import Labels, Refused, RuleId, fr


@dataclass(frozen=True, slots=True)
class Start:
    """One deadline to start: the local day of its event (None: now), its delay and where it comes from."""

    rule: RuleId
    event: date | None = None
    delay: str = ""
    source: str = ""
    about: str = ""
    on: date | None = None


def instant(day: date, departement: str) -> datetime:
    """Noon of a local day: the event of a deadline whose hour does not count."""
    return datetime.combine(day, time(12), zone(departement))


def starts(id_: RuleId, dossier: Dossier, attempt: Attempt) -> Start | None:
    """How a step starts this deadline, or None when nothing fixes it. Raises Refused when its text is missing."""
    how = _HOW.get(id_)
    return how(dossier, attempt) if how else Start(id_)


def fixed(id_: RuleId, contract: AccordCadre) -> tuple[str, str]:
    """The delay and its source, as the contract says, or as the CCAG the rule comes from does when it is the contract's.

    Raises Refused under another CCAG when nobody has entered the text.
    """
    own = contract.delais.get(id_)
    if own is not None:
        return own.delai, own.source
    row = rule(id_)
    if row.delay is not None and contract.ccag == row.ccag:
        return str(row.delay), row.source
    raise Refused(
        fr(
            "Le délai « {label} » de l'accord-cadre {contract} ({ccag}) n'a pas été saisi : je ne le devine pas. "
            "L'administrateur l'ajoute au fichier du contrat, avec son article, puis « atelier accord-cadre importer »."
        ),
        label=Labels((row.label,)),
        contract=contract.code,
        ccag=contract.ccag,
    )


def _cascade(dossier: Dossier, attempt: Attempt) -> Start | None:
    asked = dossier.mission_().asked()
    contract = attempt.around.contract
    if asked is None or asked.receipt is None or contract is None or contract.delai_reponse_cascade is None:
        return None
    source = fr("accord-cadre, délai de réponse à une sollicitation")
    delay = contract.delai_reponse_cascade
    return Start(RuleId.CASCADE_REPONSE, asked.receipt.on, delay, source, about=f"rang:{asked.rank}")


def _order(id_: RuleId) -> Callable[[Dossier, Attempt], Start]:
    """A clock of the contract that runs from the reception of the last order."""

    def start(dossier: Dossier, attempt: Attempt) -> Start:
        order = dossier.mission_().commandes[-1]
        delay, source = fixed(id_, contract_of(attempt))
        return Start(id_, order.receipt.on, delay, source, about=f"bc:{order.number}")

    return start


def _of_the_order(id_: RuleId) -> Callable[[Dossier, Attempt], Start]:
    """The delay the order itself fixes."""

    def start(dossier: Dossier, _attempt: Attempt) -> Start:
        order = dossier.mission_().commandes[-1]
        return Start(id_, order.receipt.on, order.delay, fr("bon de commande"), about=f"bc:{order.number}")

    return start


def _appropriation(dossier: Dossier, _attempt: Attempt) -> Start:
    """The note is owed within the order's delay, or within half a mission when the order covers all of it."""
    order = dossier.mission_().commandes[-1]
    if order.covers == "mission":
        return Start(
            RuleId.APPROPRIATION,
            order.receipt.on,
            "1 mois",
            fr("choix du produit : le bon de commande couvre toute la mission"),
        )
    return Start(RuleId.APPROPRIATION, order.receipt.on, order.delay, fr("bon de commande"))


def _mission(dossier: Dossier, _attempt: Attempt) -> Start:
    return Start(RuleId.DUREE_MISSION, dossier.mission_().commandes[0].receipt.on)


def _on_site(dossier: Dossier, _attempt: Attempt) -> Start | None:
    session = dossier.mission_().session
    return Start(RuleId.SUR_SITE, on=session.last, about=f"session:{session.number}") if session else None


def _deliverable(dossier: Dossier, _attempt: Attempt) -> Start | None:
    mission = dossier.mission_()
    if mission.session is None or mission.note is None:
        return None
    source = fr("note d'appropriation validée")
    return Start(RuleId.RESTITUTION, mission.session.last, mission.note.delai_restitution, source)


def _verification(dossier: Dossier, attempt: Attempt) -> Start | None:
    handed = dossier.mission_().livrable
    if handed is None or handed.receipt is None:
        return None
    delay, source = fixed(RuleId.VERIFICATION, contract_of(attempt))
    return Start(RuleId.VERIFICATION, handed.receipt.on, delay, source, about=f"livrable:{handed.number}")


def _adjourned(id_: RuleId) -> Callable[[Dossier, Attempt], Start | None]:
    def start(dossier: Dossier, attempt: Attempt) -> Start | None:
        handed = dossier.mission_().livrable
        if handed is None or handed.adjournment is None:
            return None
        delay, source = fixed(id_, contract_of(attempt))
        return Start(id_, handed.adjournment.notified.on, delay, source, about=f"livrable:{handed.number}")

    return start


def _adjourned_decision(dossier: Dossier, attempt: Attempt) -> Start | None:
    """Fifteen days from the holder's refusal, or from the end of its silence (CCAG-PI 2009, 27.2.1)."""
    handed = dossier.mission_().livrable
    if handed is None or handed.adjournment is None:
        return None
    delay, source = fixed(RuleId.AJOURN_DECISION, contract_of(attempt))
    if handed.adjournment.answered is not None:
        event = attempt.answered_on
    else:
        silence, _ = fixed(RuleId.AJOURN_ACCEPTATION, contract_of(attempt))
        event = due_day(handed.adjournment.notified.on, Delay.parse(silence), dossier.departement)
    return Start(RuleId.AJOURN_DECISION, event, delay, source, about=f"livrable:{handed.number}")


def _reduction(dossier: Dossier, attempt: Attempt) -> Start | None:
    """The holder's time to comment: once invited to, before the decision; then again from the decision (27.3)."""
    handed = dossier.mission_().livrable
    if handed is None or handed.reduction is None:
        return None
    delay, source = handed.reduction.delay, fr("invitation à présenter ses observations")
    if handed.verified is not None or not delay:
        delay, source = fixed(RuleId.REFACTION_OBSERVATIONS, contract_of(attempt))
    if handed.verified is None:
        about, event = f"livrable:{handed.number}", handed.reduction.notified.on
    elif handed.verified.notified is not None:
        about, event = f"refaction:{handed.number}", handed.verified.notified.on
    else:
        return None
    return Start(RuleId.REFACTION_OBSERVATIONS, event, delay, source, about=about)


def _reduction_decision(dossier: Dossier, attempt: Attempt) -> Start | None:
    """Fifteen days to answer what the holder said of the decision, in time; before it, the time to verify rules (27.3)."""
    handed = dossier.mission_().livrable
    if handed is None or handed.verified is None or not handed.verified.observations:
        return None
    if after_its_time(attempt, RuleId.REFACTION_OBSERVATIONS):
        return None  # observations that come too late bind nobody
    delay, source = fixed(RuleId.REFACTION_DECISION, contract_of(attempt))
    return Start(RuleId.REFACTION_DECISION, attempt.answered_on, delay, source, about=f"refaction:{handed.number}")


def after_its_time(attempt: Attempt, id_: RuleId, about: str = "") -> bool:
    """True for an answer received after the last day of the open clock it answers to; its entry may come later."""
    due = last_day(attempt.dossier, id_, about)
    return due is not None and attempt.answered_on > due


def _penalties(dossier: Dossier, attempt: Attempt) -> Start | None:
    number = int(getattr(attempt.form, "commande", 0))
    announced = announced_for(dossier.mission_(), number)
    if announced is None:
        return None
    delay, source = fixed(RuleId.PENALITES_OBSERVATIONS, contract_of(attempt))
    return Start(RuleId.PENALITES_OBSERVATIONS, announced.notified.on, delay, source, about=f"bc:{number}")


def _prolongation(dossier: Dossier, attempt: Attempt) -> Start:
    asked = dossier.mission_().prolongations[-1]
    delay, source = fixed(RuleId.PROLONGATION_REPONSE, contract_of(attempt))
    return Start(RuleId.PROLONGATION_REPONSE, attempt.received, delay, source, about=f"prolongation:{asked.number}")


def _payment(dossier: Dossier, attempt: Attempt) -> Start | None:
    number = int(getattr(attempt.form, "commande", 0))
    order = next((c for c in dossier.mission_().commandes if c.number == number), None)
    if order is None or order.asked is None:
        return None
    event = max(order.asked.on, order.service_fait or order.asked.on)
    return Start(RuleId.PAIEMENT, event, about=f"bc:{order.number}")


def _follow_up(id_: RuleId) -> Callable[[Dossier, Attempt], Start | None]:
    def start(dossier: Dossier, _attempt: Attempt) -> Start | None:
        elus = dossier.mission_().elus
        return Start(id_, elus.on) if elus else None

    return start


_HOW: MappingProxyType[RuleId, Callable[[Dossier, Attempt], Start | None]] = MappingProxyType(
    {
        RuleId.CASCADE_REPONSE: _cascade,
        RuleId.APPROPRIATION: _appropriation,
        RuleId.DUREE_MISSION: _mission,
        RuleId.BC_OBSERVATIONS: _order(RuleId.BC_OBSERVATIONS),
        RuleId.BC_EXECUTION: _of_the_order(RuleId.BC_EXECUTION),
        RuleId.SUR_SITE: _on_site,
        RuleId.RESTITUTION: _deliverable,
        RuleId.VERIFICATION: _verification,
        RuleId.AJOURN_ACCEPTATION: _adjourned(RuleId.AJOURN_ACCEPTATION),
        RuleId.AJOURN_REPRESENTATION: _adjourned(RuleId.AJOURN_REPRESENTATION),
        RuleId.AJOURN_DECISION: _adjourned_decision,
        RuleId.REFACTION_OBSERVATIONS: _reduction,
        RuleId.REFACTION_DECISION: _reduction_decision,
        RuleId.PENALITES_OBSERVATIONS: _penalties,
        RuleId.PROLONGATION_REPONSE: _prolongation,
        RuleId.PAIEMENT: _payment,
        RuleId.SUIVI_6_MOIS: _follow_up(RuleId.SUIVI_6_MOIS),
        RuleId.SUIVI_12_MOIS: _follow_up(RuleId.SUIVI_12_MOIS),
    }
)
