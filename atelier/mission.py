"""What is recorded of an atelier, from the act to the closing, as plain frozen values. The steps write them.

Dates that start a legal clock are `Receipt`s: a click of the mandataire declares, the service confirms (DOMAIN, A13b).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from atelier.values import By, Receipt, Value
from atelier.words import Role, State

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
    """Credits delegated to the service: AE consumed at the order, CP at the payment (euros, HT is not the matter here)."""

    ae: Decimal
    cp: Decimal
    uo: str
    chorus: str
    by: By


class Paiement(Value):
    """An order paid: the day, the amount (euros), the penalties if there were."""

    on: date
    amount: Decimal
    penalties: Decimal
    by: By


class Remark(Value):
    """Something said for the record: observations on an order, on a note, on a reduction."""

    text: str
    by: By


class Commande(Value):
    """A bon de commande: its engagement number, its amount (euros HT), what it covers, and its recorded reception."""

    number: int
    ej: str
    amount: Decimal
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
    """A reduction of the price in preparation: never decided before the holder could answer (CCAG-PI 2009, 27.3)."""

    amount: Decimal
    reason: str
    by: By
    notified: Receipt
    observations: tuple[Remark, ...] = ()
    expired: bool = False


class Ajournement(Value):
    """An adjournment and the holder's answer (CCAG-PI 2009, 27.2)."""

    reason: str
    by: By
    notified: Receipt
    answer: Literal["", "accepte", "refuse"] = ""
    answered: By | None = None
    words: str = ""


class Verification(Value):
    """What was decided of a deliverable: its sense, the day it takes effect, the document signed."""

    sense: Literal["recu", "recu_refaction", "recu_tacite", "rejete", "rejete_tacite"]
    on: date
    document: str
    by: By
    amount: Decimal | None = None
    reason: str = ""


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


class Prolongation(Value):
    """More time asked by the mandataire for an order, and the answer (CCAG-PI 2009, 13.3)."""

    number: int
    commande: int
    reason: str
    wanted: str
    asked: By
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


class Mission(Value):
    """Everything the steps of an atelier have recorded."""

    contract: str
    ccag: str
    act: str
    """The reference of the act that orders the atelier."""
    acted: By
    sollicitations: tuple[Sollicitation, ...] = ()
    groupement: str = ""
    team: tuple[str, ...] = ()
    designated: By | None = None
    credits: Credits | None = None
    commandes: tuple[Commande, ...] = ()
    notes: tuple[NoteVersion, ...] = ()
    note_received: By | None = None
    sessions: tuple[Session, ...] = ()
    livrables: tuple[Livrable, ...] = ()
    prolongations: tuple[Prolongation, ...] = ()
    elus: Restitution | None = None
    suivis: tuple[Suivi, ...] = ()
    suspended_from: State | None = None
    formal_notice: Receipt | None = None
    bilan: Bilan | None = None

    def asked(self) -> Sollicitation | None:
        """The solicitation under way, or None: never two at once."""
        last = self.sollicitations[-1] if self.sollicitations else None
        return last if last is not None and last.set_aside is None else None

    def groupement_scope(self) -> str:
        """Where the mandataire's role is held while it is asked or designated: « grp:CONTRACT/GROUPEMENT »."""
        asked = self.asked()
        code = self.groupement or (asked.groupement if asked else "")
        return f"grp:{self.contract}/{code}" if code else ""

    def was_asked(self, groupement_scope: str) -> bool:
        """True for a groupement asked once and set aside since: its late answer is refused politely, and kept."""
        gone = {f"grp:{self.contract}/{s.groupement}" for s in self.sollicitations if s.set_aside}
        return groupement_scope in gone and groupement_scope != self.groupement_scope()

    @property
    def note(self) -> NoteVersion | None:
        """The last version of the note."""
        return self.notes[-1] if self.notes else None

    @property
    def session(self) -> Session | None:
        """The session as last planned."""
        return self.sessions[-1] if self.sessions else None

    @property
    def livrable(self) -> Livrable | None:
        """The deliverable as last handed in."""
        return self.livrables[-1] if self.livrables else None

    def total(self) -> Decimal:
        """What its orders amount to (euros HT)."""
        return sum((c.amount for c in self.commandes), Decimal(0))

    def covering_animation(self) -> Commande | None:
        """The order under which the animation may go on: a second one, or the single one once its hold point is lifted."""
        return next((c for c in self.commandes if c.covers == "animation" or c.lifted), None)
