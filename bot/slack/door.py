"""`POST /slack/events`: a signature is checked before anything is parsed; a body that is no payload is refused."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

log = structlog.get_logger()

MOST = 1024 * 1024
"""Slack's payloads are a hundred times smaller; files do not come this way."""


@dataclass(frozen=True, slots=True)
class Door:
    """The endpoint. The signature holds for five minutes, and is compared in constant time (slack_sdk.signature)."""

    app: AsyncApp
    verifier: SignatureVerifier

    async def receive(self, request: Request) -> Response:
        """400 for what is no text or too long, 401 for a wrong or old signature, else what the listener says."""
        body = await _body(request)
        if body is None:
            return PlainTextResponse("unreadable", 400)
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not (timestamp.isdecimal() and self.verifier.is_valid(body, timestamp, signature)):
            return PlainTextResponse("invalid signature", 401)
        try:
            answer = await self.app.async_dispatch(to_async_bolt_request(request, body))
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
            RecursionError,
        ):  # Bolt's own, before any listener: no payload
            log.warning("no payload", exc_info=True)
            return PlainTextResponse("unreadable", 400)
        return to_starlette_response(answer)


async def _body(request: Request) -> bytes | None:
    whole = bytearray()
    async for chunk in request.stream():
        whole += chunk
        if len(whole) > MOST:
            return None
    try:
        whole.decode()
    except UnicodeDecodeError:
        return None
    return bytes(whole)
