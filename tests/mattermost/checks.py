"""Every field that the bot sends must be one that the captures show, of the same type."""

from __future__ import annotations

from typing import Any

from tests.mattermost.captured import capture

POST = capture("post_create_with_attachments_api_response_to_bot")["json"]
ATTACHMENT = POST["props"]["attachments"][0]
DIALOG = capture("dialog_ws_open_dialog_payload_decoded")
ELEMENT = DIALOG["dialog"]["elements"][0] | {"options": [{}]}
CONTEXT = {"url": "", "context": {}}
POST_FIELDS = {k: POST[k] for k in ("channel_id", "root_id", "message", "props", "pending_post_id")} | {"file_ids": []}


def fields(found: dict[str, Any], shape: dict[str, Any], where: str) -> list[str]:
    """What is not as in the captures."""
    strange = [f"{where}.{name}: no capture has it" for name in found if name not in shape]
    typed = [n for n, v in found.items() if n in shape and shape[n] is not None and type(v) is not type(shape[n])]
    return [*strange, *(f"{where}.{name}: {type(found[name]).__name__}" for name in typed)]


def post(found: dict[str, Any]) -> list[str]:
    """A post that the bot creates or patches."""
    faults = fields(found, POST_FIELDS, "post")
    for index, attachment in enumerate(found.get("props", {}).get("attachments", [])):
        where = f"attachments[{index}]"
        faults += fields(attachment, ATTACHMENT, where)
        for field in attachment.get("fields", []):
            faults += fields(field, ATTACHMENT["fields"][0], f"{where}.fields")
        for action in attachment.get("actions", []):
            faults += _action(action, where)
    return faults


def _action(action: dict[str, Any], where: str) -> list[str]:
    shape = ATTACHMENT["actions"][0] | ATTACHMENT["actions"][1] | {"integration": CONTEXT}
    faults = fields(action, shape, f"{where}.actions")
    if not (action["id"].isascii() and action["id"].isalnum()):
        faults.append(f"{where}.actions: the id {action['id']} makes a dead button (fact 13)")
    return [*faults, *fields(action.get("integration", {}), CONTEXT, f"{where}.integration")]


def dialog(found: dict[str, Any]) -> list[str]:
    """A dialog that the bot opens."""
    faults = fields(found, {"trigger_id": "", "url": "", "dialog": {}}, "open")
    faults += fields(found["dialog"], DIALOG["dialog"], "dialog")
    if len(found["dialog"]["title"].encode()) > 24:
        faults.append("dialog.title: more than 24 bytes")
    names = [element["name"] for element in found["dialog"]["elements"]]
    faults += [f"dialog: {name} twice" for name in names if names.count(name) > 1]
    for element in found["dialog"]["elements"]:
        faults += _element(element)
    return faults


def _element(element: dict[str, Any]) -> list[str]:
    faults = fields(element, ELEMENT, f"element {element['name']}")
    for name, most in (("display_name", 24), ("name", 300), ("help_text", 150), ("placeholder", 150)):
        if len(str(element.get(name, "")).encode()) > most:
            faults.append(f"element {element['name']}.{name}: more than {most} bytes")
    values = [option["value"] for option in element.get("options") or []]
    if values and element["default"] and element["default"] not in values:
        faults.append(f"element {element['name']}.default: not among its options")
    return faults
