"""What a command says on the terminal, and how it ends: in French, never with a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import typer

from bot.settings import Wrong
from chat.language import load
from chat.text import Say, Text
from storage.dump import Unusable
from storage.errors import Away

WRONG, FAULT = 2, 1
"""Exit statuses: it could not be tried; it was tried, and something is at fault."""


@cache
def reader() -> Say:
    """Reads a sentence in French; the catalogues are read once."""
    return load().say("fr")


def say(text: Text, *, err: bool = False) -> None:
    """One sentence on the terminal."""
    typer.echo(reader()(text), err=err)


@contextmanager
def told() -> Iterator[None]:
    """Expected failures end with their sentence and an exit status, never a traceback."""
    try:
        yield
    except (Wrong, Away, Unusable) as failure:
        say(failure.sentence, err=True)
        raise typer.Exit(WRONG) from None
