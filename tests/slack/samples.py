"""Recorded payloads: their origins are in samples/SOURCES.md."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "samples"


def sample(name: str) -> dict[str, Any]:
    """A recorded payload, fresh."""
    found = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def event(**more: Any) -> dict[str, Any]:
    """A message in a direct conversation with the bot, changed."""
    payload = sample("real_event_message_in_channel")
    payload["event"] |= {"channel": "D111", "channel_type": "im"} | more
    return payload


def every() -> list[dict[str, Any]]:
    """All the recorded payloads, Socket Mode's among them."""
    files = [sample(p.stem) for p in sorted(HERE.glob("*.json")) if p.stem.startswith(("real_", "shape_"))]
    lines = (HERE / "real_socket_mode_envelopes.jsonl").read_text(encoding="utf-8").splitlines()
    return [*files, *(json.loads(line)["payload"] for line in lines)]


def pressed(value: str, **more: Any) -> dict[str, Any]:
    """A button of ours pressed on a message that stays."""
    payload = sample("real_block_actions_in_message")
    payload["container"] |= {"is_ephemeral": False}
    payload["actions"][0] |= {"value": value}
    return copy.deepcopy(payload | more)
