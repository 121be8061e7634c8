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
        """As it is written for people."""
        return self.name.lower()

    @property
    def code(self) -> str:
        """As it is written for machines: ok, warning, error."""
        return ("ok", "warning", "error")[self]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `point` is a code for machines (« slack.jeton »); `repair` is None when there is nothing to do.

    `about` is which one of several (a workspace, a channel, a setting); empty: the only one there is.
    """

    point: str
    level: Level
    said: Text
    repair: Text | None = None
    about: str = ""

    @property
    def subject(self) -> str:
        """What it is about, for machines: « slack », « x4u… »."""
        return self.about or self.point.partition(".")[0]


def ok(point: str, said: Text, about: str = "") -> Finding:
    """It is as it should be."""
    return Finding(point, Level.OK, said, None, about)


def attention(point: str, said: Text, repair: Text, about: str = "") -> Finding:
    """It works, and will not for ever."""
    return Finding(point, Level.ATTENTION, said, repair, about)


def faute(point: str, said: Text, repair: Text, about: str = "") -> Finding:
    """It does not work."""
    return Finding(point, Level.FAUTE, said, repair, about)


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level; ok when nothing was found."""
    return max((finding.level for finding in findings), default=Level.OK)
