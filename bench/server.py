"""What is measured, in a process of its own: `python -m bench.server bare|plain|ours|sink PORT …`. Killed by who started it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn
from aiohttp import web
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from atelier.territories import Territories
from bench.town import REVIEW, SECRET
from bot import logs
from bot.app import compose
from bot.clock import SystemClock
from bot.ids import fresh_id
from bot.mattermost.app import Config as MattermostConfig
from bot.mattermost.app import MattermostRoom
from bot.production import Production, Room, site
from bot.serving import lasting
from bot.slack.app import Config, SlackRoom
from chat.cards import Address
from chat.language import Languages, load
from storage.engine import open_engine
from storage.unit import Units
from storage.writer import Writer

SIGNING = "signing secret of the benches"
TOKEN = "xoxb-bench"  # noqa: S105 - the sink takes any
COMMAND = "a token of the command of the benches"
HOST = "127.0.0.1"


def ours(port: int, platforms: str, database: str, api: str, shared: int) -> None:
    """The bot as `atelier serve --no-worker` runs it, on these platforms (commas between)."""
    logs.configure()
    languages = load()
    rooms = [ROOMS[name](api, languages) for name in platforms.split(",")]
    writer = Writer(Units(open_engine(database), SECRET, fresh_id), shared)
    review = Address(platform=rooms[0].platform.name, id=REVIEW)
    app = compose(
        writer=writer, review=review, platforms={room.platform.name: room.platform for room in rooms}, clock=SystemClock(),
        territories=Territories.load(), languages=languages,
    )  # fmt: skip
    lasting()
    _serve(site(Production(app, rooms), [Route("/health", _health)], worker=False), port)


def _slack(api: str, languages: Languages) -> Room:
    return SlackRoom(Config(TOKEN, SIGNING, api_url=f"{api}/api/"), secret=SECRET, languages=languages)


def _mattermost(api: str, languages: Languages) -> Room:
    config = MattermostConfig(url=api, token=TOKEN, command_token=COMMAND, public_url=api, review=REVIEW)
    return MattermostRoom(config, secret=SECRET, languages=languages)


ROOMS: dict[str, Callable[[str, Languages], Room]] = {"slack": _slack, "mattermost": _mattermost}


def bare(port: int, api: str) -> None:
    """Bolt that only acknowledges, as its own documentation writes it."""
    app = AsyncApp(token=TOKEN, signing_secret=SIGNING)
    app.client.base_url = f"{api}/api/"
    app.command("/atelier")(_acknowledge)
    app.action({"type": "block_actions", "action_id": "button.0"})(_acknowledge)
    handler = AsyncSlackRequestHandler(app)
    routes = [Route("/slack/events", handler.handle, methods=["POST"]), Route("/health", _health)]
    _serve(Starlette(routes=routes), port)


def plain(port: int) -> None:
    """Starlette that answers what Mattermost wants at least: an object."""
    routes = [Route(path, _object, methods=["POST"]) for path in ("/mattermost/actions", "/mattermost/commands")]
    _serve(Starlette(routes=[*routes, Route("/health", _health)]), port)


def sink(port: int) -> None:
    """A Slack Web API and a Mattermost that take everything, and never say a word."""
    app = web.Application()
    app.router.add_get("/api/v4/websocket", _silent)
    app.router.add_route("*", "/{path:.*}", _taken)
    web.run_app(app, host=HOST, port=port, access_log=None, print=None)


async def _acknowledge(ack: AsyncAck) -> None:
    await ack()


async def _health(_request: Request) -> Response:
    """Up, and the seconds of processor used so far."""
    return PlainTextResponse(f"{time.process_time()}")


async def _object(request: Request) -> Response:
    await request.body()
    return JSONResponse({})


async def _silent(request: web.Request) -> web.WebSocketResponse:
    """A websocket that greets, and nothing more."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_json({"event": "hello", "data": {"connection_id": "c"}, "broadcast": {}, "seq": 0})
    async for _ in socket:
        pass
    return socket


async def _taken(request: web.Request) -> web.Response:
    await request.read()
    body = {
        "ok": True,
        "id": "bot",
        "username": "atelier",
        "user_id": "UBOT",
        "bot_id": "B1",
        "team_id": "T1",
        "ts": f"{datetime.now(UTC).timestamp()}",
    }
    return web.Response(text=json.dumps({**body, "channel": {"id": "D1"}}), content_type="application/json")


def _serve(app: Starlette, port: int) -> None:
    uvicorn.run(app, host=HOST, port=port, log_level="warning", server_header=False, access_log=False)


def main(kind: str, port: str, *more: str) -> None:
    """Serve until killed."""
    match kind:
        case "ours":
            ours(int(port), more[0], more[1], more[2], int(more[3]))
        case "bare":
            bare(int(port), more[0])
        case "plain":
            plain(int(port))
        case _:
            sink(int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
