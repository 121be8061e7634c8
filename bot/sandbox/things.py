"""What the pretend chat server is made of: people, places, posts, open forms. Frozen values, stored as JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from chat.cards import Message, Token
from chat.forms import Form
from chat.talk import Given
from chat.text import Text, Value

PLATFORM = "sandbox"


class Persona(Value):
    """Somebody the page can be used as: « DDT 55 »."""

    account: str
    name: str
    title: str = ""


class Place(Value):
    """A conversation. A direct one is `dm:<account>`, between the bot and that account."""

    id: str
    title: str
    kind: Literal["direct", "channel"]
    members: tuple[str, ...] = ()


class Post(Value):
    """A message as it stands. `author` is empty for the bot; `ephemeral_to` is the only account that sees it."""

    id: str
    place: str
    thread: str = ""
    author: str = ""
    message: Message
    at: AwareDatetime
    lang: str = "fr"
    outbox_id: str = ""
    edited: bool = False
    ephemeral_to: str = ""
    shown: tuple[Token, ...] = ()
    """Every token this post has carried: a late press means what was on the person's screen, not what replaced it."""


class OpenForm(Value):
    """A form in front of somebody: where it was asked, what was typed, what was wrong. `post` is what was pressed."""

    account: str
    place: str
    form: Form
    thread: str = ""
    post: str = ""
    lang: str = "fr"
    given: Given = Field(default_factory=dict)
    problems: dict[str, Text] = Field(default_factory=dict)


class Kept(Value):
    """The whole world as one JSON document."""

    personas: tuple[Persona, ...] = ()
    places: tuple[Place, ...] = ()
    posts: tuple[Post, ...] = ()
    forms: tuple[OpenForm, ...] = ()
    seen: dict[str, int] = Field(default_factory=dict)
    offset: timedelta | None = None
    count: int = 0
    revision: int = 0


def tokens(message: Message) -> tuple[Token, ...]:
    """What a message's buttons and menus carry."""
    card = message.card
    return (*(b.token for b in card.buttons), *(m.token for m in card.menus)) if card else ()
