"""What the bot shows: a title, a line of state, facts, paragraphs, buttons. No platform is named here."""

from __future__ import annotations

from typing import Literal

from chat.text import Text, Value

Style = Literal["plain", "primary", "danger"]
Tone = Literal["neutral", "waiting", "good", "bad"]


class Address(Value):
    """Somewhere a message can go, or a person's account: a platform's name and that platform's own id."""

    platform: str
    id: str


class Token(Value):
    """What a button means: this gesture, on this dossier, as it was when shown.

    `act` is a gesture of the procedure or a move of the bot itself (« voir », « repondre_question »).
    `arg` refines it (a field's name, a choice). `who` binds a personal button to one person's id.
    """

    act: str
    ref: str = ""
    version: int = 0
    arg: str = ""
    who: str = ""


class Button(Value):
    """A button. `label` is whole words; platforms with shorter titles use `short`."""

    label: Text
    token: Token
    style: Style = "plain"
    command: str = ""
    """The text command with the same rights and result (« /atelier valider ADT-2026-0007 »)."""


class Menu(Value):
    """A list to choose one line from: each choice is (value, label); the chosen value becomes the token's `arg`."""

    label: Text
    token: Token
    choices: tuple[tuple[str, Text], ...]


class Fact(Value):
    """A named value: « Territoire — Bar-le-Duc (55029, Meuse) »."""

    name: Text
    value: Text


class Card(Value):
    """A thing to look at. With a `key` it is a projection, edited everywhere when its dossier moves."""

    title: Text
    state: Text | None = None
    tone: Tone = "neutral"
    facts: tuple[Fact, ...] = ()
    paragraphs: tuple[Text, ...] = ()
    buttons: tuple[Button, ...] = ()
    menus: tuple[Menu, ...] = ()
    key: str = ""


class File(Value):
    """A file handed out or taken in, by its id in the bot's own store."""

    id: str
    name: str
    mime: str
    size: int
    alt: Text | None = None
    """What a picture shows, for who does not see it; every platform draws it, in a thousand characters at most."""


class Message(Value):
    """One message: a sentence, a card, or both, with files. `text` is always there: screen readers live on it."""

    text: Text
    card: Card | None = None
    files: tuple[File, ...] = ()
