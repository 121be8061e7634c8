"""What Slack shows of blocks and windows, and what it sends of a window's inputs. Everything read is held to Block Kit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any

from bot.slack.corrections import PROBLEM
from bot.slack.windows import FIELD
from tests.conformance.stage import Field, Read, Window
from tests.slack.blockkit import check_message, check_view

WAYS = {
    "plain_text_input": "ligne", "static_select": "menu", "checkboxes": "cases à cocher", "multi_static_select": "liste à plusieurs choix",
    "datepicker": "calendrier",
}  # fmt: skip
ALIKE = str.maketrans({"∗": "*", "ˍ": "_", "∼": "~", "\N{SOFT HYPHEN}": ""})


def blocks_of(read: Read) -> list[dict[str, Any]]:
    assert isinstance(read.inner, dict)
    return read.inner.get("blocks") or []


def button_of(read: Read, label: str) -> dict[str, Any]:
    found = (e for b in blocks_of(read) if b["type"] == "actions" for e in b["elements"])
    return next(e for e in found if e["text"]["text"] == label)


def texts_of(thing: Any) -> list[dict[str, Any]]:
    if isinstance(thing, list):
        return [t for item in thing for t in texts_of(item)]
    if not isinstance(thing, dict):
        return []
    if thing.get("type") in {"plain_text", "mrkdwn"}:
        return [thing]
    return [t for value in thing.values() for t in texts_of(value)]


def _told(text: dict[str, Any]) -> str:
    """What Slack shows of a text object."""
    plain = text["type"] == "plain_text"
    return text["text"] if plain else unescape(text["text"].replace("*", "")).translate(ALIKE)


def options_of(select: dict[str, Any]) -> list[dict[str, Any]]:
    return select.get("options") or [o for g in select.get("option_groups", []) for o in g["options"]]


def read_message(message: dict[str, Any], account: str) -> Read:
    blocks = message.get("blocks") or []
    if message.get("bot_id") and blocks:
        check_message(message["text"], blocks)
    lines = [_fields(b) for b in blocks if b["type"] != "actions"]
    menus = {
        b["text"]["text"]: tuple(o["text"]["text"] for o in options_of(b["accessory"]))
        for b in blocks
        if "accessory" in b
    }
    buttons = tuple(e["text"]["text"] for b in blocks if b["type"] == "actions" for e in b["elements"])
    text = "\n".join(lines) if blocks else unescape(message.get("text", ""))
    files = tuple(f["name"] for f in message.get("files", ()))
    alts = tuple(f["alt_txt"] for f in message.get("files", ()) if f.get("alt_txt"))
    mine = message["user"] == account
    return Read(message["ts"], text, buttons, menus, files, message.get("thread_ts", ""), mine, message, alts)


def _fields(block: dict[str, Any]) -> str:
    """A block's words; a field's name and value on one line."""
    if "fields" in block:
        return "\n".join(_told(f).replace("\n", " : ", 1) for f in block["fields"])
    return "\n".join(_told(t) for t in texts_of({k: v for k, v in block.items() if k != "accessory"}))


def window_of(view: dict[str, Any], typed: Mapping[str, Any], errors: Mapping[str, str]) -> Window:
    check_view(view)
    asked = [b for b in view["blocks"] if str(b.get("block_id", "")).startswith(FIELD)]
    wrong = [b for b in view["blocks"] if str(b.get("block_id", "")).startswith(PROBLEM)]
    about = [b for b in view["blocks"] if b not in asked and b not in wrong]
    fields = {b["block_id"].removeprefix(FIELD): _field(b, typed, errors.get(b["block_id"], "")) for b in asked}
    told = ["\n".join(map(_fields, blocks)) for blocks in (about, wrong)]
    return Window(view["title"]["text"], told[0], fields, view["submit"]["text"], told[1])


def _field(block: dict[str, Any], typed: Mapping[str, Any], problem: str) -> Field:
    if block["type"] != "input":
        return Field("dépôt dans la conversation", _fields(block))
    name, element = block["block_id"].removeprefix(FIELD), block["element"]
    way = "zone de texte" if element.get("multiline") else WAYS[element["type"]]
    text = " ".join(t["text"] for t in (block["label"], block.get("hint")) if t)
    lines = {o["value"]: o["text"]["text"] for o in options_of(element)}
    return Field(way, text, typed.get(name, _initial(element)), lines, problem)


def _initial(element: dict[str, Any]) -> str | tuple[str, ...]:
    if element["type"] in {"checkboxes", "multi_static_select"}:
        return tuple(o["value"] for o in element.get("initial_options", ()))
    return (
        element.get("initial_value")
        or element.get("initial_option", {}).get("value")
        or element.get("initial_date")
        or ""
    )


def answer_of(block: dict[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """What Slack sends of an input: the kind of its element, and its state."""
    name, element = block["block_id"].removeprefix(FIELD), block["element"]
    kind, value = element["type"], typed.get(name, _initial(element))
    known = {o["value"]: o for o in options_of(element)}
    match kind:
        case "static_select":
            return {"type": kind, "selected_option": known[str(value)] if value else None}
        case "checkboxes" | "multi_static_select":
            return {
                "type": kind,
                "selected_options": [known[v] for v in ((value,) if isinstance(value, str) else value)],
            }
        case "datepicker":
            return {"type": kind, "selected_date": _iso(str(value)) if value else None}
        case _:
            assert len(str(value)) <= element["max_length"], f"Slack takes no more in {name}"
            return {"type": kind, "value": str(value) or None}


def _iso(value: str) -> str:
    """A day clicked in the calendar."""
    return f"{datetime.strptime(value, '%d/%m/%Y'):%Y-%m-%d}" if "/" in value else value  # noqa: DTZ007 - a day
