"""What is measured, in a process of its own: `python -m bench.server bare|ours|sink PORT …`. Killed by who started it."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime

import uvicorn
from aiohttp import web
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from atelier.territories import Territories
from bench.town import REVIEW, SECRET
from bot import logs
from bot.app import compose
from bot.clock import SystemClock
from bot.ids import fresh_id
from bot.production import Production, site
from bot.serving import lasting
from bot.slack.app import Config, SlackRoom
from chat.language import load
from storage.engine import open_engine
from storage.unit import Units
from storage.writer import Writer

SIGNING = "signing secret of the benches"
TOKEN = "xoxb-bench"  # noqa: S105 - the sink takes any
HOST = "127.0.0.1"


def ours(port: int, database: str, api: str, shared: int) -> None:
    """The bot as `atelier serve --no-worker` runs it."""
    logs.configure()
    languages = load()
    room = SlackRoom(Config(TOKEN, SIGNING, api_url=api), secret=SECRET, languages=languages)
    writer = Writer(Units(open_engine(database), SECRET, fresh_id), shared)
    app = compose(
        writer=writer, review=REVIEW, platforms={room.platform.name: room.platform}, clock=SystemClock(),
        territories=Territories.load(), languages=languages,
    )  # fmt: skip
    lasting()
    _serve(site(Production(app, [room]), [Route("/health", _health)], worker=False), port)


def bare(port: int, api: str) -> None:
    """Bolt that only acknowledges, as its own documentation writes it."""
    app = AsyncApp(token=TOKEN, signing_secret=SIGNING)
    app.client.base_url = api
    app.command("/atelier")(_acknowledge)
    app.action({"type": "block_actions", "action_id": "button.0"})(_acknowledge)
    handler = AsyncSlackRequestHandler(app)
    routes = [Route("/slack/events", handler.handle, methods=["POST"]), Route("/health", _health)]
    _serve(Starlette(routes=routes), port)


def sink(port: int) -> None:
    """A Slack Web API that takes everything."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _taken)
    web.run_app(app, host=HOST, port=port, access_log=None, print=None)


async def _acknowledge(ack: AsyncAck) -> None:
    await ack()


async def _health(_request: Request) -> Response:
    """Up, and the seconds of processor used so far."""
    return PlainTextResponse(f"{time.process_time()}")


async def _taken(request: web.Request) -> web.Response:
    await request.read()
    body = {"ok": True, "user_id": "UBOT", "bot_id": "B1", "team_id": "T1", "ts": f"{datetime.now(UTC).timestamp()}"}
    return web.Response(text=json.dumps({**body, "channel": {"id": "D1"}}), content_type="application/json")


def _serve(app: Starlette, port: int) -> None:
    uvicorn.run(app, host=HOST, port=port, log_level="warning", server_header=False, access_log=False)


def main(kind: str, port: str, *more: str) -> None:
    """Serve until killed."""
    match kind:
        case "ours":
            ours(int(port), more[0], more[1], int(more[2]))
        case "bare":
            bare(int(port), more[0])
        case _:
            sink(int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
