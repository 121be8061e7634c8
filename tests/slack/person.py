"""Somebody at Slack's: payloads signed with the app's secret, sent to its one address."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette

from bot.slack.app import SlackRoom

SECRET = "signing secret of the tests"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Person:
    """Sends what Slack would send for them."""

    room: SlackRoom
    secret: str = SECRET

    async def send(self, body: str | bytes, kind: str, *, age: int = 0, **headers: str) -> httpx.Response:
        """A signed request, `age` seconds old."""
        timestamp = str(int(time.time()) - age)
        signature = SignatureVerifier(self.secret).generate_signature(timestamp=timestamp, body=_text(body)) or ""
        told = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature, "content-type": kind, **headers}
        transport = httpx.ASGITransport(Starlette(routes=self.room.routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as client:
            return await client.post("/slack/events", content=body, headers=told)

    async def command(self, payload: dict[str, Any], **more: Any) -> httpx.Response:
        """« /atelier … »."""
        return await self.send(urlencode(payload), FORM, **more)

    async def interact(self, payload: dict[str, Any], **more: Any) -> httpx.Response:
        """A button, a menu, a window; what follows the answer is waited for."""
        response = await self.send(urlencode({"payload": json.dumps(payload)}), FORM, **more)
        await self.room.hub.tasks.drain()
        return response

    async def event(self, payload: dict[str, Any], **more: Any) -> httpx.Response:
        """An event; what follows the answer is waited for."""
        response = await self.send(json.dumps(payload), "application/json", **more)
        await self.room.hub.tasks.drain()
        return response


def _text(body: str | bytes) -> str:
    return body if isinstance(body, str) else body.decode(errors="replace")
