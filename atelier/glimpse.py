"""A request as its deadlines need it: everything but what the fiche says. Reading it costs a third of reading it all."""

from __future__ import annotations

from functools import cached_property

from pydantic import AliasPath, ConfigDict, Field, JsonValue

from atelier.dossier import Answered, Complement, Decision, Dossier, Opinion, Piece
from atelier.values import By

UNREAD = "-"
"""Where nothing is found: what a glimpse leaves out."""


class Glimpse(Dossier):
    """A request of which the answers (but the territory), the pieces, the complements and the decision are not read.

    Never to be saved: at version 0, storage refuses it. Asking it for another answer raises LookupError.
    """

    model_config = ConfigDict(extra="ignore")

    version: int = Field(0, validation_alias=UNREAD)
    where: Answered | None = Field(None, validation_alias=AliasPath("answers", "territoire"))
    answers: dict[str, Answered] = Field(default_factory=dict, validation_alias=UNREAD)  # not copied for each
    pieces: tuple[Piece, ...] = Field((), validation_alias=UNREAD)
    complements: tuple[Complement, ...] = Field((), validation_alias=UNREAD)
    opinions: tuple[Opinion, ...] = Field((), validation_alias=UNREAD)
    decision: Decision | None = Field(None, validation_alias=UNREAD)
    last_by: By | None = Field(None, validation_alias=UNREAD)

    def value(self, field: str) -> JsonValue:
        """The territory, or None while it is not answered. Raises LookupError for another field: it was not read."""
        if field != "territoire":
            raise LookupError(field)
        return self.where.value if self.where else None

    @cached_property
    def within(self) -> frozenset[str]:
        """Its scopes, made once: a glimpse does not change."""
        return super().scopes()

    def scopes(self) -> frozenset[str]:
        """As `Dossier` says."""
        return self.within

    def piece(self, kind: str) -> Piece | None:
        """Raises LookupError: it was not read."""
        raise LookupError(kind)

    def complement(self) -> Complement | None:
        """Raises LookupError: it was not read."""
        raise LookupError(self.ref)
