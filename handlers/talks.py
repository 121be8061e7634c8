"""Where a conversation stands: kept for each account after every answer, so that a restart changes nothing."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from atelier.dossier import Dossier
from atelier.fiche import Item, item
from atelier.words import Reference
from handlers.here import Here

STAGES = ("signed_on", "signatory", "quality", "origin")
"""What is asked of a letter once its file is there, in order."""


class Draft(BaseModel):
    """A letter being described: its file is kept, what is said of it comes answer by answer."""

    model_config = ConfigDict(frozen=True)
    file: str
    name: str
    mime: str
    size: int
    sha256: str
    signed_on: str = ""
    signatory: str = ""
    quality: str = ""


class Talk(BaseModel):
    """The state of one account's conversation about one request."""

    model_config = ConfigDict(frozen=True)
    ref: str
    item: str = ""
    """The question asked; empty: none is (the summary was shown, or the conversation paused)."""
    stage: str = ""
    """What is asked of a letter, once its file is there."""
    path: tuple[str, ...] = ()
    """The questions already asked in this sitting, for « Retour »."""
    skipped: tuple[str, ...] = ()
    version: int = 0
    """The version of the answer when it was asked: another co-writer's answer in between is seen."""
    typed: str = ""
    """What was typed and did not fit, or waits for a confirmation."""
    chosen: tuple[str, ...] = ()
    """The lines chosen so far of a question that takes several."""
    draft: Draft | None = None
    once: bool = False
    """True for one answer edited from the summary: the conversation goes back there."""

    @property
    def question(self) -> Item | None:
        """The question asked, or None."""
        return item(self.item) if self.item else None


def current(here: Here) -> Talk | None:
    """The conversation of the account that acts, or None."""
    kept = here.unit.conversations.at(here.event.sender)
    return Talk.model_validate(kept) if kept is not None else None


def keep(here: Here, talk: Talk) -> Talk:
    """Keep where the conversation stands."""
    here.unit.conversations.keep(here.event.sender, talk.model_dump(mode="json"))
    return talk


def end(here: Here) -> None:
    """Forget the conversation: nothing more is asked."""
    here.unit.conversations.end(here.event.sender)


def dossier_of(here: Here, talk: Talk) -> Dossier:
    """The request it is about, as this person sees it. Raises NotFound when they no longer do."""
    return here.unit.dossiers.seen_by(here.person, Reference(talk.ref))
