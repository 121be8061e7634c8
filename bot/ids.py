"""Identifiers nobody can guess."""

from __future__ import annotations

from uuid import uuid4


def fresh_id() -> str:
    """An identifier nobody can guess."""
    return uuid4().hex
