"""Mattermost's limits, held while drawing (docs/faits-mattermost.md). A rune is a character; labels are counted in bytes."""

from __future__ import annotations

import json
from collections.abc import Callable

MESSAGE = 16_000
"""A message holds 16 383 runes (fact 28)."""
PROPS = 8_000
"""All the props of a message, as Go writes their JSON, on servers before 800 000 was allowed (fact 29)."""
ATTACHMENT = 450
"""What the server adds round one attachment, and the keys of ours: empty fields, the outbox id, « from_bot »."""
ACTIONS = 5_500
"""What buttons and menus may take of the props: the rest is for words."""
BUTTON = 75
OPTION = 100
TITLE = 24
"""UTF-8 bytes of a dialog's title, and of a field's label (fact 26)."""
HELP = 150
PLACEHOLDER = 150
LINE = 150
"""What a text field holds when it says nothing; more is allowed when it says so."""
AREA = 3000
NAME = 300
SHORT = 40
"""Letters of a fact that shares its line."""
HEADING = 200
ERROR = 500
"""What is read under a field."""

_JSON = {"<": 6, ">": 6, "&": 6, "\u2028": 6, "\u2029": 6}
_FIRST_PRIVATE = 0xF0000


class TooLong(AssertionError):
    """A token, a value or a form of ours does not fit: a fault of the bot, not of a person."""


def cost(character: str) -> int:
    """What a character may count for once drawn: a sleeping mark or a mention takes one more."""
    return 2 if ord(character) >= _FIRST_PRIVATE or character in "@.\n" else 1


def heavy(text: str) -> int:
    """What a text may count for once drawn."""
    return sum(map(cost, text))


def octets(text: str) -> int:
    """Its length in UTF-8."""
    return len(text.encode(errors="replace"))


def weight(value: object) -> int:
    """What a value counts for among the props: the runes of its JSON, with Go's own escapes."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(written) + sum((size - 1) * written.count(mark) for mark, size in _JSON.items())


def held(text: str, limit: int, what: str) -> str:
    """The text as it is. Raises TooLong beyond `limit`."""
    if len(text) > limit:
        raise TooLong(f"{what}: {len(text)} characters, {limit} at most")
    return text


def shortened(text: str, limit: int, width: Callable[[str], int] = len) -> str:
    """The text on one line, never empty, cut at a word and ended with « … » when it is wider than `limit`."""
    line = " ".join(text.split()) or "…"
    if width(line) <= limit:
        return line
    head = line
    while width(head) > limit - width("…"):
        head = head[:-1]
    if line[len(head)] != " " and " " in head:
        head = head[: head.rfind(" ")]
    return head.rstrip(" ,;:.'’") + "…"


def pieces(text: str, limit: int) -> list[str]:
    """The text in pieces that count for `limit` at most, cut at a line, else at a word, else where it must be."""
    found = []
    rest = text.strip()
    while heavy(rest) > limit:
        at = _break(rest, _within(rest, limit))
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*found, rest] if rest else found


def _within(text: str, limit: int) -> int:
    total = 0
    for index, character in enumerate(text):
        total += cost(character)
        if total > limit:
            return max(index, 1)
    return len(text)


def _break(text: str, most: int) -> int:
    """Where to cut: a line's end in the second half (a short first line is not worth a piece), else a word's end."""
    line = text.rfind("\n", most // 2, most + 1)
    word = max(text.rfind(" ", 1, most + 1), text.rfind("\n", 1, most + 1))
    return next((at for at in (line, word) if at > 0), most)
