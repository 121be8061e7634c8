"""The five things people do, what is asked before files are fetched, what was turned away, and the four things the bot
answers.

Every platform translates to and from these.
"""

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
    """A message typed. `thread` is the platform's id of the thread's root, empty outside a thread.

    `named`: what the text names by the platform's own ids alone, each as it is written in it (« @U123 », « #C123 »).
    `corrected`: said before, and changed since; the text is what it is now.
    `deleted`: said before, and deleted since, by its author or by somebody else; there is no text.
    """

    text: str
    thread: str = ""
    post: str = ""
    named: tuple[str, ...] = ()
    corrected: bool = False
    deleted: bool = False

    def offered(self) -> Offered:
        """The files around these words, told before they are fetched, to know whether anybody listens."""
        return Offered(sender=self.sender, place=self.place, id=self.id, thread=self.thread)

    def with_files(self, files: tuple[Upload, ...]) -> Attached:
        """The same words, around files."""
        return Attached(**{name: value for name, value in self if name not in {"corrected", "deleted"}}, files=files)


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
    named: tuple[str, ...] = ()


class Offered(Event):
    """Files dropped in a channel, still at the platform's: the answer's outcome says whether they are « wanted ».

    Asked before they are fetched, so that nothing is fetched of the channels where nobody listens.
    """

    thread: str = ""


class Turned(Event):
    """What the platform's adapter turned away: a button or a form that was forged, is another person's, or out of date.

    `what` is « button » or « form », `why` a code of the adapter's. Nothing is answered: the adapter said it itself.
    """

    what: Literal["button", "form"]
    why: str


AnyEvent = Asked | Said | Pressed | Filled | Attached | Offered | Turned


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


Outcome = Literal["done", "seen", "refused", "stale", "stranger", "away", "broken", "wanted", "ignored"]


class Answer(Value):
    """What the platform does at once, after the commit, in the reader's language."""

    replies: tuple[Reply, ...] = ()
    lang: str = "fr"
    outcome: Outcome = "done"
    """What became of the event, for the log and for platforms that retry: « away » means nothing was kept, « ignored »
    that nobody listens where it was said."""
