"""The three addresses that the server calls. A command is known by its token; actions and dialogs by our own seals.

Everything readable is answered 200 with an object (facts 4, 14, 27): anything else is an error on somebody's screen.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import structlog
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot import bodies
from bot.mattermost.interactions import SHOWN, Interactions, Told
from bot.payload import Payload

log = structlog.get_logger()

FIELDS = 10_000
"""A command has a dozen, and two more for each person it names: a message holds four thousand names."""
FORM = "application/x-www-form-urlencoded"
SCHEME = "Token "
Listener = Callable[[Payload], Awaitable[Told]]


@dataclass(frozen=True, slots=True)
class Door:
    """The endpoints. `tokens` are those of the slash command, one for each team that has it."""

    doors: Interactions
    tokens: tuple[str, ...] = field(repr=False)

    async def commands(self, request: Request) -> Response:
        """401 without one of our tokens, in the header and in the body alike; compared in constant time."""
        body = await bodies.whole(request)
        if body is None or request.headers.get("content-type", "").partition(";")[0].strip() != FORM:
            return _unreadable()
        try:
            fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=FIELDS)
        except ValueError:
            return _unreadable()
        form = dict(reversed(fields))  # keys may be repeated
        header = request.headers.get("authorization", "")
        given = [form.get("token", ""), *([header.removeprefix(SCHEME)] if header else [])]
        if not all(self._ours(token) for token in given):
            log.warning("command refused", why="token", account=form.get("user_id", "")[:SHOWN])
            return PlainTextResponse("invalid token", 401)
        return self._told(await self.doors.command(form))

    def _ours(self, given: str) -> bool:
        found = [hmac.compare_digest(given.encode(errors="replace"), token.encode()) for token in self.tokens]
        return bool(given) and any(found)

    async def actions(self, request: Request) -> Response:
        """A button or a menu."""
        return await self._object(request, self.doors.action)

    async def dialogs(self, request: Request) -> Response:
        """A dialog sent."""
        return await self._object(request, self.doors.submission)

    async def _object(self, request: Request, listener: Listener) -> Response:
        """400 for what is no JSON object, is too long or too slow."""
        body = await bodies.whole(request)
        try:
            payload = json.loads(body or b"")
        except (ValueError, RecursionError):
            return _unreadable()
        return self._told(await listener(payload)) if isinstance(payload, dict) else _unreadable()

    def _told(self, told: Told) -> Response:
        return JSONResponse(told.body, background=BackgroundTask(self.doors.follow, told))


def _unreadable() -> Response:
    log.warning("no payload")
    return PlainTextResponse("unreadable", 400, bodies.CLOSED)
