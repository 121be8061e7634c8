"""The App Home: the messages of an answer, one under another. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.slack import limits
from bot.slack.blocks import Block, section
from bot.slack.drawing import Pen
from bot.slack.words import HOME
from chat.cards import Message


def home(messages: Sequence[Message], pen: Pen) -> Block:
    """A home view of a hundred blocks at most."""
    drawn = [
        block
        for index, message in enumerate(messages)
        for block in replace(pen, prefix=f"{index}.").message(message).blocks
    ]
    return {"type": "home", "blocks": drawn[: limits.VIEW_BLOCKS] or [section(pen.say(HOME))]}
