"""What a template or the terminal is given: strings in the reader's language, within the limits. No word of the bot's."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from chat.cards import Style, Tone
from chat.forms import Kind


@dataclass(frozen=True, slots=True)
class ButtonView:
    """A button; `token` is JSON, `full` the label before it was shortened."""

    label: str
    full: str
    token: str
    style: Style = "plain"
    command: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of a menu, a hundred at most; `label` is empty when the menu has a single group."""

    label: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MenuView:
    """A menu; `token` is JSON."""

    label: str
    token: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class FactView:
    """A named value."""

    name: str
    value: Markup


@dataclass(frozen=True, slots=True)
class FileView:
    """A file. `alt` is what a picture shows; empty for anything else."""

    id: str
    name: str
    size: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message. Each part counts for what it takes of the fifty blocks: facts by ten, buttons by rows of twenty-five."""

    text: tuple[Markup, ...] = ()
    title: str = ""
    state: str = ""
    tone: Tone = "neutral"
    facts: tuple[tuple[FactView, ...], ...] = ()
    paragraphs: tuple[Markup, ...] = ()
    menus: tuple[MenuView, ...] = ()
    rows: tuple[tuple[ButtonView, ...], ...] = ()
    files: tuple[FileView, ...] = ()
    left_out: str = ""
    card: bool = False

    @property
    def blocks(self) -> int:
        """How many blocks this takes on the strictest platform."""
        single = (self.title, self.state, self.files, self.left_out)
        lists = (self.text, self.facts, self.paragraphs, self.menus, self.rows)
        return sum(map(bool, single)) + sum(map(len, lists))


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field: `label` is the short form, `question` the whole sentence, `value` what was typed or chosen."""

    name: str
    label: str
    question: str
    hint: str
    kind: Kind
    required: bool
    groups: tuple[Group, ...]
    value: tuple[str, ...]
    problem: str
    max_length: int


@dataclass(frozen=True, slots=True)
class FormView:
    """A window of questions. `problem` is the one of the form as a whole; `token` is JSON."""

    short: str
    title: str
    about: tuple[Markup, ...]
    fields: tuple[FieldView, ...]
    token: str
    submit: str
    problem: str
