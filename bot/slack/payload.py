"""Slack's payloads, looked into without ever trusting their shape. Pure; `Unreadable` is the only thing raised."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from bot.slack.words import UNREADABLE
from chat.text import Text

Payload = Mapping[str, Any]

_REFERENCE = re.compile(r"<(@|#|!|https?:|mailto:|tel:)([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = re.compile(r"&(?:amp|lt|gt);")


class Unreadable(Exception):
    """A payload that is not what Slack documents, or that we did not seal; the sentence is for whoever sent it."""

    def __init__(self, why: str, sentence: Text = UNREADABLE) -> None:
        super().__init__(why)
        self.sentence = sentence


def part(payload: object, *path: str) -> object:
    """What is at that path, None when it is not there."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload


def text(payload: object, *path: str) -> str:
    """The text at that path, empty when there is none; lone surrogates are replaced."""
    found = part(payload, *path)
    return found.encode(errors="replace").decode() if isinstance(found, str) else ""


def need(payload: object, *path: str) -> str:
    """The text at that path. Raises Unreadable without it."""
    found = text(payload, *path)
    if not found:
        raise Unreadable(f"no {'.'.join(path)}")
    return found


def every(payload: object, *path: str) -> list[Payload]:
    """The objects of the list at that path; what is not an object is left out."""
    found = part(payload, *path)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def digest(*parts: str) -> str:
    """A short name for what is too long, or too secret, to be an id."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def typed(written: str) -> str:
    """A message's text as it was typed: links, mentions and entities undone (https://docs.slack.dev/messaging/formatting-message-text)."""
    return _ENTITIES.sub(lambda entity: unescape(entity[0]), _REFERENCE.sub(_told, written))


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
