"""The past of one atelier taken over: each step retaken by the procedure itself, on its real day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pydantic import ValidationError

from atelier.decide import rehearsed, step_of
from atelier.dossier import Dossier, Person
from atelier.forms import StepForm
from atelier.grammar import Around, Attempt
from atelier.penalites import titulaire_invite
from atelier.problems import problems
from atelier.starting import instant
from atelier.tables import Mistake
from atelier.takeover_columns import COLUMNS
from atelier.takeover_identity import Known
from atelier.takeover_rows import Row
from atelier.takeover_terms import Terms
from atelier.words import Do, Refused, Role, fr

MEANS = fr("reprise de l'existant")
UNTOLD = fr("Non repris : voir les documents de l'atelier.")
MINUTE = timedelta(minutes=1)
Then = Callable[[Dossier, Attempt], Dossier]


class Stopped(Exception):
    """A step of the past cannot be retaken; what is wrong is in the row."""


@dataclass(slots=True)
class Past:
    """The past of one atelier, retaken step by step."""

    row: Row
    dossier: Dossier
    known: Known
    terms: Terms
    people: Mapping[Role, tuple[Person, ...]]
    clock: datetime | None = None

    def step(
        self, act: Do, column: str, told: Mapping[str, object] | None = None, *, prefix: str = "",
        role: Role | None = None, then: Then | None = None, checked: bool = False, day: date | None = None,
    ) -> None:  # fmt: skip
        """Retake a step on the day of a column (or another), as who is named for it. Raises Stopped."""
        row, step = self.row, step_of(act)
        acting = role or step.by[0]
        someone = next(iter(self.people.get(acting, ())), None)
        contract = self.terms.contract
        around = Around(contracts=(contract,), contract=contract) if contract else Around()
        capacity = acting if role or someone else Role.ADMIN
        needs = tuple(need for need in step.needs if need is not titulaire_invite) if checked else ()
        retaken = replace(step, needs=needs, warns=(), then=then or step.then)  # a table tells of no invitation
        try:
            form = step.asks.model_validate(told or {}) if step.asks and then is None else StepForm()
            tried = Attempt(
                self.dossier, self.known.importer, capacity, form, self._hour(day or self.on(column)), around,
                behalf=someone, document=self.source,
            )  # fmt: skip
            self.dossier = rehearsed(tried, retaken).dossier
        except ValidationError as error:
            for name, refused in problems(error).items():
                named = f"{prefix}{name}"
                row.mistakes.append(Mistake(row.line, named if named in COLUMNS else column, refused))
            raise Stopped from None
        except Refused as refused:
            row.mistakes.append(Mistake(row.line, column, refused))
            raise Stopped from None

    def on(self, column: str) -> date:
        """The day of a column that the state supposes. Raises LookupError without one: it was checked."""
        day = self.row.day(column, to_come=True)
        if day is None:
            raise LookupError(column)
        return day

    def _hour(self, day: date) -> datetime:
        """Noon of that day where the atelier is; steps keep their order, none is to come."""
        hour = instant(day, self.dossier.departement)
        if self.clock is not None:
            hour = max(hour, self.clock + MINUTE)
        self.clock = min(hour, self.known.now)
        return self.clock

    @property
    def source(self) -> str:
        """Where it was read: the file and its line."""
        return self.known.source(self.row)

    def received(self, prefix: str, column: str) -> dict[str, object]:
        """A reception as its form asks: its day, how it is known, its proof."""
        means, proof = self.row.text(f"{prefix}moyen", MEANS), self.row.text(f"{prefix}preuve", self.source)
        return {"jour": self.on(column), "moyen": means, "preuve": proof}
