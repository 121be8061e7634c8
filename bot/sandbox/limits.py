"""The limits of the strictest platform, held while drawing, so that what fits here fits anywhere.

Counts are in characters (Python's), except `SHORT`, in UTF-8 bytes.
"""

from __future__ import annotations

LABEL = 75
TITLE = 150
HINT = 150
FACT = 2000
PARAGRAPH = 3000
INPUT = 3000
ROW = 25
FIELDS = 10
OPTIONS = 100
BLOCKS = 50
SHORT = 24


class TooLong(AssertionError):
    """A short form of ours does not fit a window's title or a field's label: a fault of the sentence, not of a person."""


def held_short(text: str) -> str:
    """The text as it is. Raises TooLong beyond 24 UTF-8 bytes."""
    size = len(text.encode())
    if size > SHORT:
        raise TooLong(f"« {text} » : {size} octets, {SHORT} au plus")
    return text


def shortened(text: str, limit: int) -> str:
    """The text on one line, cut at a word and ended with « … » when it is longer than `limit`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[:limit]
    head = cut[: cut.rfind(" ")] if " " in cut else cut[:-1]
    return head[: limit - 1].rstrip(" ,;:.") + "…"


def split(text: str, limit: int = PARAGRAPH) -> list[str]:
    """The text in pieces of `limit` characters at most, cut at a line, else at a word, else where it must be."""
    pieces = []
    rest = text
    while len(rest) > limit:
        at = _cut(rest, limit)
        pieces.append(rest[:at])
        rest = rest[at + 1 :] if rest[at] in "\n " else rest[at:]
    return [*pieces, rest]


def _cut(text: str, limit: int) -> int:
    """Where to cut: a line's end in the second half (a short first line is not worth a piece), else a word's end."""
    line = text.rfind("\n", limit // 2, limit + 1)
    word = max(text.rfind(" ", 1, limit + 1), text.rfind("\n", 1, limit + 1))
    return next((at for at in (line, word) if at > 0), limit)
