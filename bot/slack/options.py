"""The lines of a menu: a hundred at most, more in groups of a hundred named by their first and last lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack import limits
from bot.slack.blocks import Block, label
from bot.slack.limits import held

Lines = Sequence[tuple[str, str]]
"""Values and what is read of them."""


def options(lines: Lines) -> Block:
    """`options` or `option_groups` of a select. Raises TooLong for a value that does not fit."""
    drawn = [option(value, read) for value, read in unique(lines)][: limits.OPTIONS**2]
    if len(drawn) <= limits.OPTIONS:
        return {"options": drawn}
    groups = [drawn[i : i + limits.OPTIONS] for i in range(0, len(drawn), limits.OPTIONS)]
    return {"option_groups": [{"label": _named(g), "options": g} for g in groups]}


def option(value: str, read: str) -> Block:
    """One line."""
    return {"text": label(read, limits.OPTION), "value": held(value, limits.OPTION_VALUE, "option")}


def unique(lines: Lines) -> list[tuple[str, str]]:
    """Each value once, the first time it comes; an empty one is nobody's choice."""
    return list({value: (value, read) for value, read in reversed(lines) if value}.values())[::-1]


def _named(group: list[Block]) -> Block:
    half = (limits.OPTION - 3) // 2
    first, last = (label(line["text"]["text"], half)["text"] for line in (group[0], group[-1]))
    return label(f"{first} – {last}", limits.OPTION)
