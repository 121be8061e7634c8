"""The shapes the procedure is written in. `procedure.py` writes them, `decide.py` reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from atelier.calendar import local_day
from atelier.contracts import AccordCadre
from atelier.dossier import By, Dossier, Person
from atelier.forms import StepForm
from atelier.words import Do, PersonId, Reference, Refused, Role, RuleId, State


@dataclass(frozen=True, slots=True)
class Around:
    """What a decision must know beside the dossier itself."""

    ahead: tuple[Reference, ...] = ()
    """Older requests still waiting."""
    invited: PersonId | None = None
    """The person an invitation names, once found in the directory."""
    leaving: Person | None = None
    """The person to be taken out of the request, once found among those in it or in the directory."""
    contracts: tuple[AccordCadre, ...] = ()
    """Every accord-cadre, for the act that chooses one."""
    contract: AccordCadre | None = None
    """The one of this atelier, as recorded today."""
    spent: Decimal = Decimal(0)
    """What the orders of the other ateliers under this contract amount to (euros HT)."""
    busy: Mapping[str, tuple[Reference, ...]] = field(default_factory=dict)
    """The members at work on other ateliers: one in two groupements counts once."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries a step, in one of their roles, with what the step asks.

    `behalf` is whom it is recorded for, when they act on paper and have no account; `document` is that paper.
    """

    dossier: Dossier
    person: Person
    role: Role
    form: StepForm | None
    now: datetime
    around: Around = Around()
    behalf: Person | None = None
    document: str = ""
    received: date | None = None
    """The local day that paper was received; None: today."""

    def by(self) -> By:
        """Who, in what capacity, when, for whom, from which document, received when."""
        signed = self.document or str(getattr(self.form, "document", ""))
        for_ = self.behalf.id if self.behalf else None
        return By(
            person=self.person.id, role=self.role, at=self.now, for_=for_, document=signed, received=self.received
        )

    @property
    def answered_on(self) -> date:
        """The local day of what is said: the reception of the paper when it came on paper, else today.

        A delay runs from « la date de réception » or « la notification » (CCAG-PI 2009, 2, 3.1, 13.3.3, 27.2.1).
        """
        return self.received or self.today

    @property
    def today(self) -> date:
        """The day it is where the atelier takes place."""
        return local_day(self.now, self.dossier.departement)


Check = Callable[[Attempt], None]
"""Raises `Refused` with the sentence to say when the condition does not hold."""
Warn = Callable[[Attempt], Refused | None]
"""What deserves attention without preventing anything: the soft bounds of the circular."""
Goes = Callable[[Dossier, Attempt], State | None]


def always(_dossier: Dossier) -> bool:
    """Shown whenever the state is right."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the procedure."""

    id: str
    """The row of the source table (D1 to D11, A1 to A23, F1, F2, T1, T2)."""
    act: Do
    label: str
    """The button."""
    short: str
    """A title within 24 bytes."""
    said: str
    """The past word: « validée »."""
    source: tuple[State, ...]
    target: State | None
    """None: the state does not change."""
    by: tuple[Role, ...]
    goes: Goes | None = None
    """Where it goes when that depends on what is recorded; `target` is then the usual end, for the drawing."""
    shown: Callable[[Dossier], bool] = always
    """False while the row makes no sense, whatever the state: an order already there, a receipt already recorded."""
    prepares: tuple[Role, ...] = ()
    """Who may fill it in for those who sign; the signatory then confirms."""
    records: tuple[Role, ...] = ()
    """Who may record it for somebody without an account, from a signed document."""
    asks: type[StepForm] | None = None
    needs: tuple[Check, ...] = ()
    then: Callable[[Dossier, Attempt], Dossier] = lambda dossier, _: dossier
    starts: tuple[RuleId, ...] = ()
    stops: tuple[RuleId, ...] = ()
    suspends: tuple[RuleId, ...] = ()
    resumes: tuple[RuleId, ...] = ()
    pauses: bool = False
    """True when every deadline stops counting with it."""
    goes_on: bool = False
    """True when every deadline counts again."""
    tells: tuple[Role, ...] = ()
    secret: bool = False
    """True when the reason stays inside AD1."""
    warns: tuple[Warn, ...] = ()
    preview: bool = False
    """True when several people are told and the text is shown before it goes."""
    danger: bool = False
    paragraph: str = ""
    """Where the row comes from: « circulaire, §5 », or « choix du produit »."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A step taken: the row, and the dossier as it becomes."""

    step: Step
    before: Dossier
    dossier: Dossier
    by: By
    """Who did it, and for whom when it was recorded for somebody."""
    warnings: tuple[Refused, ...] = ()


__all__ = ["Around", "Attempt", "Check", "Outcome", "Refused", "Step", "Warn"]
