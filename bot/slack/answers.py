"""What was answered in a window, by question. Pure."""

from __future__ import annotations

from typing import Any

from bot.payload import Payload, every, part, text
from bot.slack.windows import FIELD, NONE
from chat.talk import Given


def whole(view: Payload) -> dict[str, Any]:
    """A view whose blocks and answers are objects: what is not is left out."""
    values = part(view, "state", "values")
    named = values.items() if isinstance(values, dict) else ()
    answers = {block: {k: v for k, v in a.items() if isinstance(v, dict)} for block, a in named if isinstance(a, dict)}
    blocks = [b for b in every(view, "blocks") if b.get("type") != "input" or isinstance(b.get("element"), dict)]
    return {**view, "blocks": blocks, "state": {"values": answers}}


def given(view: Payload) -> Given:
    """The raw answers of a window, by question."""
    answers = whole(view)["state"]["values"]
    return {
        block.removeprefix(FIELD): _answer(next(iter(found.values()), {}))
        for block, found in answers.items()
        if block.startswith(FIELD)
    }


def _answer(answer: Payload) -> str | tuple[str, ...]:
    match text(answer, "type"):
        case "static_select":
            return _real(text(answer, "selected_option", "value"))
        case "multi_static_select" | "checkboxes":
            return tuple(_real(text(o, "value")) for o in every(answer, "selected_options"))
        case "datepicker":
            return text(answer, "selected_date")
        case _:
            return text(answer, "value")


def _real(value: str) -> str:
    return "" if value == NONE else value
