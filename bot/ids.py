"""Identifiers nobody can guess."""

from __future__ import annotations

import os


def fresh_id() -> str:
    """An identifier nobody can guess: 128 bits, in hexadecimal."""
    return os.urandom(16).hex()
