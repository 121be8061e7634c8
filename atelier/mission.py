"""What is recorded of an atelier, from the act to the closing, as one plain frozen value. The steps write it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from atelier.parts import (
    PARTIES,
    Ajournement,
    Bilan,
    Commande,
    Credits,
    Livrable,
    NoteVersion,
    Paiement,
    Penalite,
    Prolongation,
    Refaction,
    Remark,
    Restitution,
    Revision,
    Session,
    Sollicitation,
    Suivi,
    Verification,
)
from atelier.values import By, Receipt, Value
from atelier.words import State

__all__ = [
    "PARTIES",
    "Ajournement",
    "Bilan",
    "Commande",
    "Credits",
    "Livrable",
    "Mission",
    "NoteVersion",
    "Paiement",
    "Penalite",
    "Prolongation",
    "Refaction",
    "Remark",
    "Restitution",
    "Revision",
    "Session",
    "Sollicitation",
    "Suivi",
    "Verification",
]


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
    lost: tuple[Livrable, ...] = ()
    """What was declared and never received: kept, and counted no more."""
    prolongations: tuple[Prolongation, ...] = ()
    elus: Restitution | None = None
    suivis: tuple[Suivi, ...] = ()
    suspended_from: State | None = None
    formal_notice: Receipt | None = None
    notice_until: date | None = None
    """The last day that formal notice left, when it was given."""
    bilan: Bilan | None = None

    def asked(self) -> Sollicitation | None:
        """The solicitation under way, or None: never two at once."""
        last = self.sollicitations[-1] if self.sollicitations else None
        return last if last is not None and last.set_aside is None else None

    def groupement_scope(self) -> str:
        """Where the mandataire's role is held while it is asked or designated: « grp:CONTRACT/GROUPEMENT »."""
        asked = self.asked()
        code = self.groupement or (asked.groupement if asked else "")
        return self.scope_of(code) if code else ""

    def scope_of(self, groupement: str) -> str:
        """The scope of a groupement of its contract."""
        return f"grp:{self.contract}/{groupement}"

    def was_asked(self, groupement_scope: str) -> bool:
        """True for a groupement asked once and set aside since: its late answer is refused politely, and kept."""
        gone = {self.scope_of(s.groupement) for s in self.sollicitations if s.set_aside}
        return groupement_scope in gone and groupement_scope != self.groupement_scope()

    @property
    def unasked(self) -> bool:
        """True until a groupement is asked, or designated by the file of an atelier taken over."""
        return not self.sollicitations and not self.groupement

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
        """What its orders amount to (euros HT): held against the contract's maximum, which is HT."""
        return sum((c.amount for c in self.commandes), Decimal(0))

    def engaged(self) -> Decimal:
        """What its orders take from the AE (euros, all taxes included where it is known)."""
        return sum((c.engaged for c in self.commandes), Decimal(0))

    def covering_animation(self) -> Commande | None:
        """The order under which the animation may go on: a second one, or the single one once its hold point is lifted."""
        return next((c for c in self.commandes if c.covers == "animation" or c.lifted), None)
