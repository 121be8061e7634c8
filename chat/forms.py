"""Questions as data. A form is asked as a window, or one question at a time: same data, same checks."""

from __future__ import annotations

from typing import Literal

from chat.cards import Token
from chat.text import Text, Value

Kind = Literal["line", "text", "choice", "choices", "date", "file"]


class Choice(Value):
    """One choice of a menu: what is kept and what is read."""

    value: str
    label: Text


class Question(Value):
    """One thing asked. `short` fits a field label of 24 bytes; `label` is the whole question."""

    name: str
    label: Text
    short: Text
    hint: Text | None = None
    kind: Kind = "line"
    required: bool = True
    choices: tuple[Choice, ...] = ()
    min_length: int = 0
    max_length: int | None = None
    initial: str | tuple[str, ...] = ""


class Form(Value):
    """A window of questions. `short` fits a window title of 24 bytes; `about` is read above the questions."""

    title: Text
    short: Text
    token: Token
    questions: tuple[Question, ...]
    about: tuple[Text, ...] = ()
    submit: Text
