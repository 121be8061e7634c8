"""What a real server sent: requests, answers, events, refusals."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

HERE = Path(__file__).parent / "captures"


class Refusal(Exception):
    """What the server answers when it refuses."""

    def __init__(self, status: int, id_: str, message: str = "Refused.") -> None:
        super().__init__(f"{status} {id_}")
        self.status, self.id, self.message = status, id_, message


@cache
def _written(name: str) -> str:
    return (HERE / f"{name}.json").read_text(encoding="utf-8")


def capture(name: str) -> Any:
    """A capture, fresh."""
    return json.loads(_written(name))


def body(name: str) -> Any:
    """The body of a captured request: an object, or a form (the last of repeated keys)."""
    text = capture(name)["body_text"]
    return json.loads(text) if text.startswith("{") else dict(parse_qsl(text, keep_blank_values=True))


def refused(behaviour: str) -> Refusal:
    """The refusal measured for a behaviour."""
    found = json.loads(_written("refusals"))[behaviour]
    return Refusal(found["status"], found["id"], found["message"])


def decoded(event: dict[str, Any], key: str = "post") -> Any:
    """The JSON inside the JSON of an event."""
    return json.loads(event["data"][key])
