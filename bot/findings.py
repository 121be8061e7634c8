"""What an examination finds: how bad, in one sentence, and how to repair it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from chat.text import Text


class Level(IntEnum):
    """How bad; the worst of all is the command's exit status."""

    OK = 0
    ATTENTION = 1
    FAUTE = 2

    @property
    def label(self) -> str:
        """As it is written, for people and for machines."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `point` is a code for machines; `repair` is None when there is nothing to do."""

    point: str
    level: Level
    said: Text
    repair: Text | None = None


def ok(point: str, said: Text) -> Finding:
    """It is as it should be."""
    return Finding(point, Level.OK, said)


def attention(point: str, said: Text, repair: Text) -> Finding:
    """It works, and will not for ever."""
    return Finding(point, Level.ATTENTION, said, repair)


def faute(point: str, said: Text, repair: Text) -> Finding:
    """It does not work."""
    return Finding(point, Level.FAUTE, said, repair)


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level; ok when nothing was found."""
    return max((finding.level for finding in findings), default=Level.OK)
