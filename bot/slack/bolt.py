"""Bolt's own app, wired to the listener: Bolt checks signatures, recognises payloads, and answers what is returned.

`process_before_response`: without it Bolt answers events 200 before the listener has run (docs/faits-slack.md §2).
`authorize` asks nothing of Slack: an outage of the Web API does not fail requests that come in.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.payload import text
from bot.slack.doors import Doors, Later, Pick
from bot.slack.marks import plain
from bot.slack.payload import Unreadable
from bot.slack.scopes import COMMAND
from bot.slack.words import GONE_AWAY, LATE_DOOR
from chat.text import Say, Text

log = structlog.get_logger()

ANY = re.compile(r"")
Body = dict[str, Any]


def bolt(pick: Pick, say: Say, signing_secret: str, api: str) -> AsyncApp:
    """The app. `pick` says whose doors a payload is for, `say` reads a sentence to whom it has none.

    Its own client is used for nothing but Socket Mode's address.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="")

    app = AsyncApp(
        name="atelier",
        client=AsyncWebClient(base_url=api, retry_handlers=[]),
        signing_secret=signing_secret,
        request_verification_enabled=False,  # the door has checked the signature; Socket Mode has none
        authorize=authorize,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        ignoring_self_events_enabled=False,  # `messages` leaves out what bots post, ours among them
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    _interactions(app, pick)
    _events(app, pick)
    app.error(_breaking(say))
    return app


async def _picked(pick: Pick, body: Body) -> Doors:
    """Whose doors a payload is for. Raises Nobody when no workspace of ours sent it, Later when that is not known yet."""
    doors = await pick(body)
    if doors is None:
        raise Nobody
    return doors


def _interactions(app: AsyncApp, pick: Pick) -> None:
    @app.command(COMMAND)
    async def command(body: Body) -> BoltResponse:
        return await (await _picked(pick, body)).interactions.command(body)

    @app.action(ANY)
    async def action(body: Body) -> BoltResponse:
        return await (await _picked(pick, body)).interactions.action(body)

    @app.view(ANY)
    async def submission(body: Body) -> BoltResponse:
        return await (await _picked(pick, body)).interactions.submission(body)


def _events(app: AsyncApp, pick: Pick) -> None:
    @app.event("message")
    async def message(body: Body, request: Any) -> BoltResponse:
        return _status(await (await _picked(pick, body)).events.message(body, request.headers))

    @app.event("app_mention")
    async def mention(body: Body, request: Any) -> BoltResponse:
        return _status(await (await _picked(pick, body)).events.mention(body, request.headers))

    @app.event("app_home_opened")
    async def opened(body: Body) -> BoltResponse:
        return _status(await (await _picked(pick, body)).events.opened(body))

    @app.event("app_uninstalled")
    @app.event("tokens_revoked")
    async def gone(body: Body) -> BoltResponse:
        await (await _picked(pick, body)).left(body)
        return _status(200)


def _status(status: int) -> BoltResponse:
    return BoltResponse(status=status, body="")


class Nobody(Exception):
    """No workspace of ours sent it."""


def _breaking(say: Say) -> Callable[[Exception, Body], Awaitable[BoltResponse]]:
    """What no listener takes, or cannot read, is acknowledged: Slack would only send it again. The rest is our fault."""

    async def broken(error: Exception, body: Body) -> BoltResponse:
        match error:
            case Nobody():
                log.warning("no such workspace", team=text(body, "team_id") or text(body, "team", "id"))
                return _aloud(body, GONE_AWAY)
            case Later():
                log.warning("workspace not known yet", why=str(error))
                return _status(503) if "event" in body else _aloud(body, LATE_DOOR)
            case _:
                return await _broken(error, body)

    def _aloud(body: Body, sentence: Text) -> BoltResponse:
        """A command is answered; nothing else can be, without a workspace to speak in."""
        if "command" not in body:
            return _status(200)
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": plain(say(sentence))})

    return broken


async def _broken(error: Exception, body: Body) -> BoltResponse:
    match error:
        case BoltUnhandledRequestError():
            log.info("not for us", type=str(body.get("type"))[:40])
        case Unreadable():
            log.warning("unreadable", why=str(error))
        case _ if "event" in body and not text(body, "event", "type"):  # what Bolt's own matchers stumble on
            log.warning("unreadable", why="no event type")
        case _:
            log.error("listener failed", exc_info=error)
            return _status(500 if "event" in body else 200)
    return _status(200)
