"""The shapes the procedure is written in. `procedure.py` writes them, `decide.py` reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from atelier.dossier import By, Dossier, Person
from atelier.forms import StepForm
from atelier.words import Do, PersonId, Reference, Refused, Role, RuleId, State


@dataclass(frozen=True, slots=True)
class Around:
    """What a decision must know beside the dossier itself: older requests still waiting, who is invited."""

    ahead: tuple[Reference, ...] = ()
    invited: PersonId | None = None
    """The person an invitation names, once found in the directory."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries a step, in one of their roles, with what the step asks."""

    dossier: Dossier
    person: Person
    role: Role
    form: StepForm | None
    now: datetime
    around: Around = Around()

    def by(self) -> By:
        """Who, in what capacity, when."""
        return By(person=self.person.id, role=self.role, at=self.now)


Check = Callable[[Attempt], None]
"""Raises `Refused` with the sentence to say when the condition does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the procedure."""

    id: str
    """The row of the source table (D1 to D11)."""
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
    asks: type[StepForm] | None = None
    needs: tuple[Check, ...] = ()
    then: Callable[[Dossier, Attempt], Dossier] = lambda dossier, _: dossier
    starts: tuple[RuleId, ...] = ()
    stops: tuple[RuleId, ...] = ()
    suspends: tuple[RuleId, ...] = ()
    resumes: tuple[RuleId, ...] = ()
    tells: tuple[Role, ...] = ()
    secret: bool = False
    """True when the reason stays inside AD1."""
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


__all__ = ["Around", "Attempt", "Check", "Outcome", "Refused", "Step"]
