"""What a command says on the terminal, and how it ends: in French, never with a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from unicodedata import category

import typer

from bot.away import explained
from bot.settings import Wrong
from chat.language import TURNING, load
from chat.text import Say, Text
from storage.dump import Unusable
from storage.errors import Away

WRONG, FAULT = 2, 1
"""Exit statuses: it could not be tried; it was tried, and something is at fault."""


@cache
def reader() -> Say:
    """Reads a sentence in French, people's words `quiet`; the catalogues are read once."""
    return load().say("fr", quiet)


def quiet(words: str) -> str:
    """People's words, without what a terminal obeys: a name may be a command that empties the screen, or types."""
    return "".join(c for c in words if c in "\n\t" or (category(c) not in {"Cc", "Cs"} and c not in TURNING))


def say(text: Text, *, err: bool = False) -> None:
    """One sentence on the terminal."""
    typer.echo(reader()(text), err=err)


@contextmanager
def told() -> Iterator[None]:
    """Expected failures end with their sentence and an exit status, never a traceback."""
    try:
        yield
    except Away as failure:
        say(explained(failure), err=True)
        raise typer.Exit(WRONG) from None
    except (Wrong, Unusable) as failure:
        say(failure.sentence, err=True)
        raise typer.Exit(WRONG) from None
