"""What people read, kept as a sentence and its blanks until the reader is known.

A `Text` is stored in the outbox and drawn when it is sent, in the language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value: equal when its parts are equal, safe to share and to store as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Day(Value):
    """A calendar day in a sentence: « mardi 24 novembre 2026 »."""

    day: date
    short: bool = False


class Moment(Value):
    """An instant in a sentence, told in the time zone of the place it concerns (an IANA key)."""

    at: AwareDatetime
    zone: str = "Europe/Paris"


class Money(Value):
    """An amount in euros in a sentence: « 20 000 € », with its cents when there are some."""

    euros: Decimal


class Text(Value):
    """A French sentence of the catalogues and what fills its braces.

    `words` marks text people wrote: it is never looked up in a catalogue, and every platform escapes it.
    """

    msg: str
    args: dict[str, Arg] = Field(default_factory=dict)
    words: bool = False


Arg = Text | str | Moment | Day | int | Money
"""What fills a blank. The most usual kinds come first: pydantic tries them in turn when it checks and when it writes."""
Say = Callable[[Text], str]
"""Reads a text aloud: a sentence in the reader's language."""

Text.model_rebuild()


def tr(msg: str, /, **args: object) -> Text:
    """A sentence of the catalogues; dates and instants among `args` are told in the reader's way."""
    return Text(msg=msg, args={name: _arg(value) for name, value in args.items()}) if args else _whole(msg)


@lru_cache(maxsize=4096)  # sentences without a blank are few, and asked for at each drawing
def _whole(msg: str) -> Text:
    return Text(msg=msg)


def raw(text: str) -> Text:
    """Words somebody wrote (or a name, a reference): shown as they are, escaped, never translated."""
    return Text(msg=text, words=True)


def texts(values: Mapping[str, object]) -> dict[str, Arg]:
    """The same conversion as `tr` for arguments that come as a mapping."""
    return {name: _arg(value) for name, value in values.items()}


def _arg(value: object) -> Arg:
    match value:
        case Text() | Day() | Moment() | Money() | int():
            return value
        case datetime():
            return Moment(at=value)
        case date():
            return Day(day=value)
        case Decimal():
            return Money(euros=value)
        case _:
            return str(value)


def joined(parts: Iterable[Text], between: str = " ; ") -> Text:
    """Several texts in one, in order; the blanks are the sentence, so no catalogue holds it."""
    args: dict[str, Arg] = {f"t{number}": part for number, part in enumerate(parts)}
    return Text(msg=between.join(f"{{{name}}}" for name in args), args=args)
