"""Slack's payloads, looked into without ever trusting their shape. Pure; `Unreadable` is the only thing raised."""

from __future__ import annotations

import hashlib
import re
from html import unescape

from bot.payload import text
from bot.slack.words import UNREADABLE
from chat.text import Text

_REFERENCE = re.compile(r"<(@|#|!|https?:|mailto:|tel:)([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = re.compile(r"&(?:amp|lt|gt);")


class Unreadable(Exception):
    """A payload that is not what Slack documents, or that we did not seal; the sentence is for whoever sent it."""

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


def digest(*parts: str) -> str:
    """A short name for what is too long, or too secret, to be an id."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def typed(written: str) -> str:
    """A message's text as it was typed: links, mentions and entities undone (https://docs.slack.dev/messaging/formatting-message-text)."""
    return _ENTITIES.sub(lambda entity: unescape(entity[0]), _REFERENCE.sub(_told, written))


def named(written: str) -> tuple[str, ...]:
    """What a message names by an id alone, each as `typed` writes it: « @U123 », « #C123 »."""
    found = _REFERENCE.finditer(written)
    return tuple(dict.fromkeys(_told(f) for f in found if not f[3] and (f[1] in "@#" or f[2].startswith("subteam^"))))


def _told(reference: re.Match[str]) -> str:
    sign, target, shown = reference[1], reference[2], reference[3] or ""
    match sign:
        case "@" | "#":
            return f"{sign}{shown or target}"
        case "!" if target.startswith("date^"):
            return shown
        case "!":
            return shown or f"@{target}"
        case _:
            address = target if sign in {"mailto:", "tel:"} else f"{sign}{target}"
            return address if not shown or shown in address else f"{shown} ({address})"
