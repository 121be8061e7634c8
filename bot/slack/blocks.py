"""The few Block Kit objects the bot uses, and the room they share in a message. Pure.

Source: https://docs.slack.dev/reference/block-kit/ and docs/faits-slack.md §1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.slack import limits
from bot.slack.limits import shortened, width
from bot.slack.marks import marked, mrkdwn, plain

Block = dict[str, Any]
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def label(text: str, limit: int) -> Block:
    """A plain text object on one line, shortened on a word; what looks like a mark in it is shown as it is."""
    return {"type": "plain_text", "text": shortened(plain(text), limit)}


def words(text: str) -> Block:
    """A text object: plain when the sentence has no mark of ours, so that nothing in it can be one."""
    if marked(text):
        return {"type": "mrkdwn", "text": mrkdwn(text), "verbatim": True}
    return {"type": "plain_text", "text": plain(text).strip() or "…"}


def section(text: str) -> Block:
    """A paragraph; `text` weighs what a section holds."""
    return {"type": "section", "text": words(text)}


def context(text: str) -> Block:
    """A small line."""
    return {"type": "context", "elements": [label(text, limits.CONTEXT)]}


def header(text: str) -> Block:
    """A title."""
    return {"type": "header", "text": label(text, limits.HEADER)}


def field(name: str, value: str) -> Block:
    """A named value, the name in bold."""
    return {"type": "mrkdwn", "text": f"*{mrkdwn(name)}*\n{mrkdwn(value) or '—'}", "verbatim": True}


def weight(block: Block) -> int:
    """What a block counts for in a message's total, its container included."""
    return width(_COMPACT.encode(block))


@dataclass(slots=True)
class Room:
    """What is left of a message: blocks, letters; and how many things found no place."""

    blocks: int
    letters: int
    left_out: int = 0

    def take(self, wanted: Iterable[Block], *, weigh: bool = True) -> list[Block]:
        """The first of these blocks that fit; the others are counted as left out, thing by thing."""
        kept: list[Block] = []
        waiting = list(wanted)
        while waiting and self.blocks and (size := weight(waiting[0]) if weigh else 0) <= self.letters:
            kept.append(waiting.pop(0))
            self.blocks -= 1
            self.letters -= size
        self.left_out += sum(map(_things, waiting))
        return kept


def _things(block: Block) -> int:
    """A row of buttons or of facts is as many things as it has."""
    return len(block.get("elements") or block.get("fields") or [block])
