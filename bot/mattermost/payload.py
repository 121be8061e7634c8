"""Mattermost's payloads, looked into without ever trusting their shape. Pure; `Unreadable` is the only thing raised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from bot.mattermost.words import UNREADABLE
from bot.payload import Payload, part, text
from chat.text import Text


class Unreadable(Exception):
    """A payload that is not what Mattermost sends, or that we did not seal; the sentence is for whoever sent it."""

    def __init__(self, why: str, sentence: Text = UNREADABLE) -> None:
        super().__init__(why)
        self.sentence = sentence


class Unsealed(Unreadable):
    """What our seals do not hold for: forged, another person's, or out of date."""


def need(payload: object, *path: str) -> str:
    """The text at that path. Raises Unreadable without it."""
    found = text(payload, *path)
    if not found:
        raise Unreadable(f"no {'.'.join(path)}")
    return found


def number(payload: object, *path: str) -> int:
    """The number at that path, else nought."""
    found = part(payload, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def inner(payload: object, *path: str) -> Payload:
    """The object written as JSON inside JSON at that path (fact 43). Raises Unreadable."""
    try:
        found = json.loads(need(payload, *path))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON in {'.'.join(path)}") from error
    if not isinstance(found, dict):
        raise Unreadable(f"no object in {'.'.join(path)}")
    return found


def listed(answer: Payload) -> list[Payload]:
    """The posts of a page, the newest first."""
    order, posts = part(answer, "order"), part(answer, "posts")
    ids = order if isinstance(order, list) else []
    held = posts if isinstance(posts, Mapping) else {}
    return [held[id_] for id_ in ids if isinstance(held.get(id_), Mapping)]


def digest(*parts: str) -> str:
    """A short name for what is too long, or too secret, to be an id."""
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:24]
