"""Blocks and views held to three libraries we did not write, and to what those three miss (docs/faits-slack.md §3).

`check(...)` raises when slack_sdk.models, `blockkit` or `slackblocks` refuses, or gives back anything but what it was
given; then the four checks of our own, and the limits that Slack enforces without a library knowing them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import blockkit
import slackblocks
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Thing = dict[str, Any]
KIT = {
    "plain_text": "Text", "mrkdwn": "Text", "section": "Section", "actions": "Actions", "context": "Context", "header": "Header",
    "input": "Input", "button": "Button", "static_select": "StaticSelect", "multi_static_select": "MultiStaticSelect",
    "checkboxes": "Checkboxes", "plain_text_input": "PlainTextInput", "datepicker": "DatePicker", "option": "Option",
    "group": "OptionGroup", "modal": "Modal", "home": "Home", "message": "Message",
}  # fmt: skip
BLOCKS = {
    "section": "SectionBlock", "actions": "ActionsBlock", "context": "ContextBlock", "header": "HeaderBlock",
    "input": "InputBlock", "button": "Button", "static_select": "StaticSelectMenu",
    "multi_static_select": "StaticMultiSelectMenu", "checkboxes": "CheckboxGroup", "plain_text_input": "PlainTextInput",
    "datepicker": "DatePicker", "option": "Option", "group": "OptionGroup", "modal": "ModalView", "home": "HomeTabView",
}  # fmt: skip
MOST = {"message": 50, "modal": 100, "home": 100}
TEXT_TYPES = ("plain_text", "mrkdwn")


def check_message(text: str, blocks: list[Thing]) -> None:
    """A message for chat.postMessage."""
    assert 0 < len(text) <= 4000
    _by_slack_sdk(blocks)
    assert _kit({"type": "message", "text": text, "blocks": blocks}) == {"text": text, "blocks": blocks}
    named = _named(blocks)
    assert [_blocks(b) for b in named] == named
    _by_hand(blocks, "message")


def check_view(view: Thing) -> None:
    """A modal or a home."""
    _by_slack_sdk(view["blocks"])
    model = View(**view)
    model.validate_json()
    assert _lean(json.loads(json.dumps(model.to_dict()))) == _lean(view)
    made = {k: v for k, v in _kit(view).items() if k in view}  # blockkit writes private_metadata "null" of its own
    assert _lean(made) == _lean(view)
    named = {**view, "blocks": _named(view["blocks"])}
    assert _lean(_blocks(named)) == _lean(named)
    _by_hand(view["blocks"], view["type"])


def _named(blocks: list[Thing]) -> list[Thing]:
    """With a block_id each, which slackblocks gives where there is none."""
    return [{"block_id": f"x{index}", **block} for index, block in enumerate(blocks)]


def _by_slack_sdk(blocks: list[Thing]) -> None:
    parsed = Block.parse_all(blocks)
    for block in parsed:
        block.validate_json()
    assert [_lean(json.loads(json.dumps(b.to_dict()))) for b in parsed] == [_lean(b) for b in blocks]


def _kit(thing: Thing) -> Thing:
    return _built(thing, lambda kind, args: getattr(blockkit, KIT[kind])(**_for_kit(kind, args))).build()


def _for_kit(kind: str, args: Thing) -> Thing:
    return args | {"type": kind} if kind in TEXT_TYPES else args


def _blocks(thing: Thing) -> Thing:
    made = _built(thing, _slackblock)
    return _lean(json.loads(json.dumps(made._resolve())))


def _slackblock(kind: str, args: Thing) -> Any:
    if kind in TEXT_TYPES:
        return slackblocks.Text.from_dict({"type": kind, **args})
    if kind == "multi_static_select" and "option_groups" in args:
        args = {"options": None, **args}
    return getattr(slackblocks, BLOCKS[kind])(**args)


def _built(thing: Any, make: Any) -> Any:
    """Built from the leaves up."""
    if isinstance(thing, list):
        return [_built(item, make) for item in thing]
    if not isinstance(thing, dict):
        return thing
    args = {name: _built(value, make) for name, value in thing.items() if name != "type"}
    return make(_kind(thing), args)


def _kind(thing: Mapping[str, Any]) -> str:
    if "type" in thing:
        return str(thing["type"])
    return "group" if "label" in thing else "option"


def _lean(thing: Any) -> Any:
    """Without what a library adds at its default value."""
    if isinstance(thing, list):
        return [_lean(item) for item in thing]
    if not isinstance(thing, dict):
        return thing
    return {k: _lean(v) for k, v in thing.items() if v is not None and v is not False and v != []}


def _by_hand(blocks: list[Thing], surface: str) -> None:
    assert 1 <= len(blocks) <= MOST[surface]
    ids = [b["block_id"] for b in blocks if "block_id" in b]
    assert len(ids) == len(set(ids)), "duplicate block_id"
    everything = list(_walk(blocks))
    for block in blocks:
        actions = [t["action_id"] for t in _walk(block) if "action_id" in t]
        assert not [a for a, count in Counter(actions).items() if count > 1], "duplicate action_id in a block"
    assert surface == "modal" or not [t for t in everything if t.get("type") == "file_input"], "file_input"
    assert sum(t.get("focus_on_load") is True for t in everything) <= 1, "two focus_on_load"
    for thing in everything:
        _held(thing)


def _held(thing: Thing) -> None:
    """Lengths in UTF-16 units, the strictest count."""
    assert _width(thing.get("action_id", "")) <= 255
    if thing.get("type") == "button":
        assert _width(thing["text"]["text"]) <= 75
        assert _width(thing["value"]) <= 2000
    if _kind(thing) == "option" and "value" in thing:
        assert 1 <= _width(thing["text"]["text"]) <= 75
        assert 1 <= _width(thing["value"]) <= 150
    if thing.get("type") in TEXT_TYPES:
        assert 1 <= _width(thing["text"]) <= 3000
    for field in thing.get("fields", ()):
        assert _width(field["text"]) <= 2000
    if "option_groups" in thing:
        assert len(thing["option_groups"]) <= 100
    assert len(thing.get("options", ())) <= 100


def _walk(thing: Any) -> Iterator[Thing]:
    if isinstance(thing, list):
        for item in thing:
            yield from _walk(item)
    elif isinstance(thing, dict):
        yield thing
        for value in thing.values():
            yield from _walk(value)


def _width(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
