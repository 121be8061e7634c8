"""The parts of an atelier's record, as plain frozen values: what each step writes down. `mission.py` puts them together.

Dates that start a legal clock are `Receipt`s: a click of the mandataire declares, the service confirms (DOMAIN, A13b).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from atelier.values import By, Receipt, Value
from atelier.words import Role

PARTIES = (Role.SVC_SIGN, Role.COLL_SIGN, Role.MAND)
"""Whose three approvals a note needs, on one version (circulaire §4: « de façon conjointe »)."""


class Sollicitation(Value):
    """One groupement asked, at its rank: what was sent, received, answered, and why it was set aside if it was."""

    number: int
    round: int
    rank: int
    groupement: str
    sent: By
    receipt: Receipt | None = None
    answer: Literal["", "disponible", "indisponible"] = ""
    available_from: date | None = None
    words: str = ""
    """What the mandataire wrote: the team it foresees, or why it is not available."""
    answered: By | None = None
    reason: str = ""
    """The contract's motive for which the rank was set aside."""
    evidence: str = ""
    set_aside: By | None = None


class Credits(Value):
    """Credits delegated to the service: AE consumed at the order, CP at the payment (euros, all taxes included)."""

    ae: Decimal
    cp: Decimal
    uo: str
    chorus: str
    by: By
    on: date | None = None
    """The day they were delegated; None: the day it was recorded."""


class Paiement(Value):
    """An order paid: the day, the amount (euros, all taxes included), the penalties if there were."""

    on: date
    amount: Decimal
    penalties: Decimal
    by: By


class Remark(Value):
    """Something said for the record: observations on an order, on a note, on a reduction."""

    text: str
    by: By


class Penalite(Value):
    """Penalties foreseen for an order, on which the holder was invited to comment first (CCAG-PI 2021, 14.1.1)."""

    amount: Decimal
    reason: str
    by: By
    notified: Receipt
    observations: tuple[Remark, ...] = ()


class Commande(Value):
    """A bon de commande: its engagement number, its amount (euros HT), what it covers, and its recorded reception."""

    number: int
    ej: str
    amount: Decimal
    ttc: Decimal | None = None
    """The amount engaged, all taxes included; None when nobody gave it."""
    covers: Literal["appropriation", "animation", "mission"]
    receipt: Receipt
    delay: str
    lifted: By | None = None
    """Who lifted the hold point of a single order that covers the whole mission."""
    asked: Receipt | None = None
    """The payment request, as received."""
    service_fait: date | None = None
    paid: Paiement | None = None
    remarks: tuple[Remark, ...] = ()
    penalty: Penalite | None = None

    @property
    def engaged(self) -> Decimal:
        """What it takes from the AE: its amount with taxes, or at least the one without when that is all we know."""
        return self.amount if self.ttc is None else self.ttc


class NoteVersion(Value):
    """One version of the note d'appropriation: what it fixes, who approved it, what was observed."""

    number: int
    piece: str
    by: By
    charge_jours: int
    jours_sur_site: int
    contenu: str
    animation: str
    forme: str
    delai_restitution: str
    approvals: tuple[By, ...] = ()
    """One a party; handing the note in counts as the mandataire's."""
    observations: tuple[Remark, ...] = ()

    def approved_by(self, party: Role) -> By | None:
        """That party's approval of this version, or None."""
        return next((a for a in self.approvals if a.role == party), None)

    @property
    def awaited(self) -> tuple[Role, ...]:
        """The parties that have not approved this version yet."""
        return tuple(p for p in PARTIES if self.approved_by(p) is None)


class Session(Value):
    """The days on site: when, the collective visit and session, the route, the people to meet."""

    number: int
    first: date
    last: date
    visit: str
    plenary: str
    route: str
    people: str
    by: By
    held: By | None = None
    participants: int = 0
    report: str = ""


class Refaction(Value):
    """A reduction of the price announced: never decided before the holder could answer (CCAG-PI 2009, 27.3)."""

    amount: Decimal
    reason: str
    by: By
    notified: Receipt
    observations: tuple[Remark, ...] = ()
    expired: bool = False
    delay: str = ""
    """The time the invitation leaves; empty: that of the contract for observations."""


class Ajournement(Value):
    """An adjournment and the holder's answer (CCAG-PI 2009, 27.2)."""

    reason: str
    by: By
    notified: Receipt
    answer: Literal["", "accepte", "refuse"] = ""
    answered: By | None = None
    words: str = ""


class Revision(Value):
    """What became of a reduction on which the holder commented: a new decision, or its observations deemed accepted."""

    amount: Decimal
    on: date
    by: By
    tacit: bool = False
    """True when the buyer said nothing in its fifteen days (CCAG-PI 2009, 27.3)."""


class Verification(Value):
    """What was decided of a deliverable: its sense, the day it takes effect, the document signed."""

    sense: Literal["recu", "recu_refaction", "recu_tacite", "rejete", "rejete_tacite"]
    on: date
    document: str
    by: By
    amount: Decimal | None = None
    """The reduction (euros HT), when there is one."""
    reason: str = ""
    notified: Receipt | None = None
    """When the holder received the decision: its own time to comment on a reduction runs from there."""
    observations: tuple[Remark, ...] = ()
    """What the holder said of the reduction decided, in its time."""
    revised: Revision | None = None


class Livrable(Value):
    """A deliverable as handed in: declared by the mandataire, confirmed by the service, verified by its signatory."""

    number: int
    piece: str
    declared_on: date
    by: By
    receipt: Receipt | None = None
    reduction: Refaction | None = None
    adjournment: Ajournement | None = None
    verified: Verification | None = None
    not_received: Remark | None = None
    """Why the service says it never got it, when it does: declared is not confirmed."""


class Prolongation(Value):
    """More time asked by the mandataire for an order, and the answer (CCAG-PI 2009, 13.3)."""

    number: int
    commande: int
    reason: str
    wanted: str
    asked: By
    cause: date | None = None
    """The day the cause appeared, when it was said (CCAG-PI 2009, 13.3.2)."""
    answer: Literal["", "accordee", "refusee"] = ""
    granted: str = ""
    answered: By | None = None


class Restitution(Value):
    """The results given back to the élus: the day, the partners, who takes over."""

    on: date
    partners: str
    takeover: str
    by: By


class Suivi(Value):
    """What came of it, six and twelve months later."""

    months: Literal[6, 12]
    text: str
    by: By


class Bilan(Value):
    """The closing: the summary, and why a track was given up when it was."""

    text: str
    money_waived: str
    territory_waived: str
    by: By
