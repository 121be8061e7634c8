"""`POST /slack/events`: a signature is checked before anything is parsed; a body that is no payload is refused."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot import bodies

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Door:
    """The endpoint. The signature holds for five minutes, and is compared in constant time (slack_sdk.signature)."""

    app: AsyncApp
    verifier: SignatureVerifier

    async def receive(self, request: Request) -> Response:
        """400 for what is no text, too long or too slow, 401 for a wrong or old signature, else what the listener says."""
        body = await bodies.whole(request)
        if body is None or not _text(body):
            return PlainTextResponse("unreadable", 400, bodies.CLOSED)
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


def _text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
