"""The five things people do, and the four the bot answers. Every platform translates to and from these."""

from __future__ import annotations

from typing import Literal

from chat.cards import Address, Message, Token
from chat.forms import Form
from chat.text import Text, Value

Given = dict[str, str | tuple[str, ...]]
"""The raw answers of a form, by question name: what was typed or chosen, before any check."""


class Event(Value):
    """What every event has: who, where, and the platform's own id for it (the same on a retry)."""

    sender: Address
    place: Address
    """The conversation or channel it happened in."""
    id: str
    direct: bool = False
    """True in a direct conversation between this person and the bot."""


class Asked(Event):
    """A command: « /atelier valider ADT-2026-0007 » arrives as its text after « /atelier »."""

    text: str


class Said(Event):
    """A message typed. `thread` is the platform's id of the thread's root, empty outside a thread."""

    text: str
    thread: str = ""
    post: str = ""


class Pressed(Event):
    """A button or a menu line."""

    token: Token
    post: str = ""


class Filled(Event):
    """A form sent."""

    token: Token
    given: Given


class Upload(Value):
    """A file as it came from the platform: its name there and its bytes."""

    name: str
    content: bytes


class Attached(Event):
    """Files dropped, with the words around them."""

    files: tuple[Upload, ...]
    text: str = ""
    thread: str = ""
    post: str = ""


AnyEvent = Asked | Said | Pressed | Filled | Attached


class Say(Value):
    """Answer the person alone (ephemeral where the platform can, else their direct conversation)."""

    message: Message


class Show(Value):
    """Replace what the person was looking at with this."""

    message: Message


class Ask(Value):
    """Open a form."""

    form: Form


class Correct(Value):
    """Keep the form open: one sentence under each field at fault; the empty name is the form as a whole."""

    problems: dict[str, Text]


Reply = Say | Show | Ask | Correct


Outcome = Literal["done", "seen", "refused", "stale", "stranger", "away", "broken"]


class Answer(Value):
    """What the platform does at once, after the commit, in the reader's language."""

    replies: tuple[Reply, ...] = ()
    lang: str = "fr"
    outcome: Outcome = "done"
    """What became of the event, for the log and for platforms that retry: « away » means nothing was kept."""
