"""Slack's limits, held while drawing (docs/faits-slack.md §1). Lengths are in UTF-16 units, the strictest way to count."""

from __future__ import annotations

from collections.abc import Callable

BLOCKS = 50
VIEW_BLOCKS = 100
LETTERS = 12_000
"""Undocumented: a message's blocks may not weigh more together (slackapi/bolt-js issues 2509 and 2867)."""
NOTICE = 4000
"""The top-level text, read in notifications and by screen readers."""
SECTION = 3000
FIELD = 2000
FIELDS = 10
HEADER = 150
CONTEXT = 300
BUTTONS = 25
BUTTON = 75
VALUE = 2000
OPTION = 75
OPTION_VALUE = 150
OPTIONS = 100
BOXES = 10
PLACEHOLDER = 150
ID = 255
TITLE = 24
LABEL = 2000
INPUT = 3000
METADATA = 3000

_COSTS = {"&": 5, "<": 4, ">": 4, "\n": 2}
_LAST_OF_ONE_UNIT = 0xFFFF


class TooLong(AssertionError):
    """A token, a value or a form of ours does not fit: a fault of the bot, not of a person."""


def cost(character: str) -> int:
    """What a character may weigh once drawn: entities for & < >, a soft hyphen after a line's end."""
    return _COSTS.get(character, 2 if ord(character) > _LAST_OF_ONE_UNIT else 1)


def width(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def weight(text: str) -> int:
    """What a text may weigh once drawn: what its characters cost, counted all at once."""
    entities = sum((_COSTS[c] - 1) * text.count(c) for c in _COSTS)
    return width(text) + entities


def held(text: str, limit: int, what: str) -> str:
    """The text as it is. Raises TooLong beyond `limit`."""
    if width(text) > limit:
        raise TooLong(f"{what}: {width(text)} characters, {limit} at most")
    return text


def cut(text: str, limit: int) -> str:
    """The beginning of a text, `limit` at most."""
    return text[: _within(text, limit, width)]


def shortened(text: str, limit: int) -> str:
    """The text on one line, never empty, cut at a word and ended with « … » when it is longer than `limit`."""
    line = " ".join(text.split()) or "…"
    if width(line) <= limit:
        return line
    head = cut(line, limit - 1)
    if line[len(head)] != " " and " " in head:
        head = head[: head.rfind(" ")]
    return head.rstrip(" ,;:.") + "…"


def pieces(text: str, limit: int) -> list[str]:
    """The text in pieces that weigh `limit` at most, cut at a line, else at a word, else where it must be."""
    found = []
    rest = text.strip()
    while weight(rest) > limit:
        at = _break(rest, _within(rest, limit, cost))
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*found, rest] if rest else found


def _within(text: str, limit: int, weigh: Callable[[str], int]) -> int:
    total = 0
    for index, character in enumerate(text):
        total += weigh(character)
        if total > limit:
            return index
    return len(text)


def _break(text: str, most: int) -> int:
    """Where to cut: a line's end in the second half (a short first line is not worth a piece), else a word's end."""
    line = text.rfind("\n", most // 2, most + 1)
    word = max(text.rfind(" ", 1, most + 1), text.rfind("\n", 1, most + 1))
    return next((at for at in (line, word) if at > 0), most)
