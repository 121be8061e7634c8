"""Sentences read aloud before they are sent: what goes in a file has its language when it is made."""

from __future__ import annotations

from functools import lru_cache

from chat.language import Languages, load
from chat.text import Say


def reader(lang: str) -> Say:
    """The reader of a language (French when unknown). People's words are given as they are: a file is no chat."""
    return _languages().say(lang)


@lru_cache(maxsize=1)
def _languages() -> Languages:
    return load()
