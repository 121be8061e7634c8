"""What every value of the procedure is made of: frozen, closed, signed by whoever did it."""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict

from atelier.words import PersonId, Role


class Value(BaseModel):
    """A frozen value of the procedure."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class By(Value):
    """Who did something, in what capacity, and when (UTC)."""

    person: PersonId
    role: Role
    at: AwareDatetime
    for_: PersonId | None = None
    """Whom it was recorded for, when somebody without an account acted on paper."""
    document: str = ""
    """The signed document it was recorded from, or the act that was signed."""
    received: date | None = None
    """The local day that document was received: the clocks of the contract count from it, not from its entry."""

    def __str__(self) -> str:
        """Said plainly: the id of whoever did it."""
        return self.person


class Receipt(Value):
    """A date that starts a clock: the local day of reception, how it is known, and who recorded it.

    A chat message is no contractual notification (CCAG-PI 2009, 3.1): the means and the proof are kept.
    """

    on: date
    means: str
    proof: str
    by: By
