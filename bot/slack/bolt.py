"""Bolt's own app, wired to the listener: Bolt checks signatures, recognises payloads, and answers what is returned.

`process_before_response`: without it Bolt answers events 200 before the listener has run (docs/faits-slack.md §2).
`authorize` asks nothing of Slack: an outage of the Web API does not fail requests that come in.
"""

from __future__ import annotations

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.payload import text
from bot.slack.events import Events
from bot.slack.interactions import Interactions
from bot.slack.payload import Unreadable
from bot.slack.scopes import COMMAND

log = structlog.get_logger()

ANY = re.compile(r"")
Body = dict[str, Any]


def bolt(doors: Interactions, events: Events, signing_secret: str, api: str) -> AsyncApp:
    """The app. Its own client is used for nothing but Socket Mode's address."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="")

    app = AsyncApp(
        name="atelier",
        client=AsyncWebClient(base_url=api, retry_handlers=[]),
        signing_secret=signing_secret,
        authorize=authorize,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        ignoring_self_events_enabled=False,  # `messages` leaves out what bots post, ours among them
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    _interactions(app, doors)
    _events(app, events)
    app.error(_broken)
    return app


def _interactions(app: AsyncApp, doors: Interactions) -> None:
    @app.command(COMMAND)
    async def command(body: Body) -> BoltResponse:
        return await doors.command(body)

    @app.action(ANY)
    async def action(body: Body) -> BoltResponse:
        return await doors.action(body)

    @app.view(ANY)
    async def submission(body: Body) -> BoltResponse:
        return await doors.submission(body)


def _events(app: AsyncApp, events: Events) -> None:
    @app.event("message")
    async def message(body: Body, request: Any) -> BoltResponse:
        return _status(await events.message(body, request.headers))

    @app.event("app_mention")
    async def mention(body: Body, request: Any) -> BoltResponse:
        return _status(await events.mention(body, request.headers))

    @app.event("app_home_opened")
    async def opened(body: Body) -> BoltResponse:
        return _status(await events.opened(body))

    @app.event("app_uninstalled")
    @app.event("tokens_revoked")
    async def gone(body: Body) -> BoltResponse:
        log.error("slack no longer knows us: install the app again", kind=body["event"]["type"])
        return _status(200)


def _status(status: int) -> BoltResponse:
    return BoltResponse(status=status, body="")


async def _broken(error: Exception, body: Body) -> BoltResponse:
    """What no listener takes, or cannot read, is acknowledged: Slack would only send it again. The rest is our fault."""
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
