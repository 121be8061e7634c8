"""Payloads of the platforms, looked into without ever trusting their shape. Pure; nothing is raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, Any]


def part(payload: object, *path: str) -> object:
    """What is at that path, None when it is not there."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload


def text(payload: object, *path: str) -> str:
    """The text at that path, empty when there is none; lone surrogates are replaced."""
    found = part(payload, *path)
    return found.encode(errors="replace").decode() if isinstance(found, str) else ""


def every(payload: object, *path: str) -> list[Payload]:
    """The objects of the list at that path; what is not an object is left out."""
    found = part(payload, *path)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
