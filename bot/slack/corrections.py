"""Windows shown again with what was wrong, and what was typed in them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.payload import text
from bot.slack import blocks, limits
from bot.slack.blocks import Block
from bot.slack.limits import pieces, shortened
from bot.slack.marks import plain
from bot.slack.windows import FIELD

PROBLEM = "atelier.problem"
_KEPT = ("type", "title", "submit", "close", "callback_id", "private_metadata", "clear_on_close", "notify_on_close")


def corrected(view: Mapping[str, Any], problems: Mapping[str, str]) -> Block:
    """What a view_submission is answered: an error under each field, or the window again with the problem on top.

    `problems` are sentences already read; the empty name, or one that the window does not ask, is the form's own.
    """
    fields = {str(b.get("block_id")): b for b in view.get("blocks", []) if b.get("type") == "input"}
    if problems and all(f"{FIELD}{name}" in fields for name in problems):
        errors = {f"{FIELD}{name}": shortened(plain(why), limits.CONTEXT) for name, why in problems.items()}
        return {"response_action": "errors", "errors": errors}
    told = [f"{_asked(fields.get(FIELD + name))}{why}" for name, why in problems.items()]
    return {"response_action": "update", "view": again(view, told)}


def _asked(block: Block | None) -> str:
    """The question a problem on top is about, since no field shows it."""
    label = text(block, "label", "text") if block else ""
    return f"{shortened(label, limits.CONTEXT)} : " if label else ""


def again(view: Mapping[str, Any], problems: list[str]) -> Block:
    """The same window, what was typed in it, and these sentences on top."""
    told = [{**blocks.section(p), "block_id": f"{PROBLEM}.{i}"} for i, p in enumerate(_told(problems))]
    values = view.get("state", {}).get("values", {})
    old = [b for b in view.get("blocks", []) if not str(b.get("block_id", "")).startswith(PROBLEM)]
    body = [_typed(block, values) for block in old[: limits.VIEW_BLOCKS - len(told)]]
    return {**{name: view[name] for name in _KEPT if view.get(name)}, "blocks": [*told, *body]}


def _told(problems: list[str]) -> list[str]:
    return [piece for problem in problems for piece in pieces(f"⚠️ {problem}", limits.SECTION)][:10]


_INITIALS = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_date": "initial_date",
}


def _typed(block: Block, values: Mapping[str, Any]) -> Block:
    """An input as it was sent, with what was answered in it."""
    if block.get("type") != "input":
        return block
    bare = {k: v for k, v in block["element"].items() if k not in _INITIALS.values()}
    answer = values.get(str(block.get("block_id")), {}).get(bare.get("action_id"), {})
    given = {initial: answer[name] for name, initial in _INITIALS.items() if answer.get(name)}
    return {**block, "element": {**bare, **given}}
