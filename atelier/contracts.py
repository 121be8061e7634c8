"""A national accord-cadre as a value: its dates, its groupements and their ranks, what it fixes and what it leaves open.

Nothing is guessed: what the contract's file does not say stays empty, and the gestures that need it say what is missing
(circulaire §5: groupements are designated « par ordre de classement »).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from atelier.values import Value
from atelier.words import PersonId, RuleId, fr

CCAG = Literal["CCAG-PI 2009", "CCAG-PI 2021"]
WARN_AT = Decimal("0.8")
"""Share of the maximum from which each order warns."""


class Membre(Value):
    """A member of a groupement: a firm or a person by competence, never a name of somebody."""

    nom: str
    role: Literal["mandataire", "cotraitant"]
    competences: tuple[str, ...] = ()


class Groupement(Value):
    """A holder of the contract. `rang` counts only with its proof; `representants` stand for it in chat."""

    code: str
    nom: str
    membres: tuple[Membre, ...]
    rang: int | None = None
    preuve_du_rang: str = ""
    canal: str = ""
    """Its own place in chat (« mattermost:… », « slack:… »), or nothing: then each representative is written to."""
    representants: tuple[PersonId, ...] = ()

    @property
    def mandataire(self) -> str:
        """The member orders are sent to (CCAG-PI 2009, 3.7.4)."""
        return next(m.nom for m in self.membres if m.role == "mandataire")


class MotifEcart(Value):
    """A reason for which the contract lets a rank be set aside, and what must have happened first."""

    code: str
    libelle: str
    apres: Literal["reponse", "delai", "toujours"]
    """« reponse »: the groupement answered it is not available; « delai »: it did not answer in time."""


class DelaiDuContrat(Value):
    """A delay the contract itself fixes, with the article that says so."""

    delai: str
    source: str


class AccordCadre(Value):
    """One accord-cadre, in one of its recorded versions."""

    code: str
    nom: str
    version: int = 1
    ccag: CCAG
    date_notification: date | None = None
    date_fin_validite: date | None = None
    montant_maximum_ht: Decimal | None = None
    sans_maximum: bool = False
    """True when the contract really has no maximum, as some signed before 2022; otherwise an absent one is missing."""
    solde_ouverture_ht: Decimal = Decimal(0)
    """What orders amounted to before the bot took over."""
    delai_reponse_cascade: str | None = None
    motifs_ecart: tuple[MotifEcart, ...] = ()
    delais: dict[RuleId, DelaiDuContrat] = Field(default={})
    groupements: tuple[Groupement, ...] = ()
    fictif: bool = False

    def groupement(self, code: str) -> Groupement | None:
        """The groupement of this code, or None."""
        return next((g for g in self.groupements if g.code == code), None)

    def ranked(self) -> tuple[Groupement, ...]:
        """The groupements in the order of their proven ranks; empty while one of them has none."""
        if any(g.rang is None or not g.preuve_du_rang for g in self.groupements):
            return ()
        return tuple(sorted(self.groupements, key=lambda g: g.rang or 0))

    def at_rank(self, rank: int) -> Groupement | None:
        """The groupement of this rank, or None after the last."""
        return next((g for g in self.ranked() if g.rang == rank), None)

    def in_force(self, day: date) -> bool:
        """True from the day it was notified to the last day orders may be notified (R2162-5)."""
        if self.date_notification is None or self.date_fin_validite is None:
            return False
        return self.date_notification <= day <= self.date_fin_validite

    def lacks(self) -> tuple[str, ...]:
        """What is missing before a groupement may be designated, in sentences of the catalogues."""
        return tuple(self._lacking())

    def _lacking(self) -> Iterator[str]:
        if self.date_notification is None or self.date_fin_validite is None:
            yield fr("les dates de notification et de fin de validité")
        if not self.ranked():
            yield fr("le rang de chaque groupement, avec sa preuve")
        if self.montant_maximum_ht is None and not self.sans_maximum:
            yield fr("le montant maximum (ou « sans_maximum : oui »)")
        if self.delai_reponse_cascade is None:
            yield fr("le délai de réponse à une sollicitation")
        if not self.motifs_ecart:
            yield fr("les motifs qui permettent d'écarter un rang")

    def motif(self, code: str) -> MotifEcart | None:
        """A reason of the contract, or None."""
        return next((m for m in self.motifs_ecart if m.code == code), None)
