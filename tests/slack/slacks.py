"""Slack as several workspaces see it: one Web API, a workspace behind each token, codes exchanged for tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.conformance.slack_rooms import Rooms
from tests.slack.server import FakeSlack
from tests.slack.workspace import _served

CLIENT, CLIENT_SECRET = "111.222", "client secret of the tests"
HOME, ALPHA, BETA = "T0ETAT", "T1ALPHA", "T2BETA"


@dataclass
class Slacks(FakeSlack):
    """`rooms` are the workspaces, by token; `codes` what each code is exchanged for, once."""

    rooms: dict[str, Rooms] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def grants(self, code: str, team: str, /, **more: Any) -> None:
        """A code that Slack gives once the person accepted."""
        told = {
            "app_id": "A1", "team": {"id": team, "name": f"Espace {team}"}, "enterprise": None, "token_type": "bot",
            "access_token": f"xoxb-{team}", "bot_user_id": "UBOT", "scope": "commands", "is_enterprise_install": False,
            "authed_user": {"id": "UWHO"},
        }  # fmt: skip
        self.codes[code] = told | more

    def room(self, team: str) -> Rooms:
        """A workspace."""
        return next(room for room in self.rooms.values() if room.team == team)

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if method == "oauth.v2.access":
            return await self._exchanged(request)
        room = self.rooms.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if room is None:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return await room.api(request)

    async def _exchanged(self, request: web.Request) -> web.StreamResponse:
        form = {k: str(v) for k, v in (await request.post()).items()}
        self.asked.append(("oauth.v2.access", form))
        prepared = self._next(request, "oauth.v2.access")
        if prepared is not None:
            return prepared
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, CLIENT_SECRET):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        if form.get("redirect_uri") != "https://bot.test/slack/oauth_redirect":
            return web.json_response({"ok": False, "error": "bad_redirect_uri"})
        granted = self.codes.pop(form.get("code", ""), None)
        if granted is None:
            return web.json_response({"ok": False, "error": "invalid_code"})
        room = self.rooms.get(granted["access_token"])
        if room is not None:
            room.revoked = False
        return web.json_response({"ok": True, **granted})


@asynccontextmanager
async def slacks(*teams: str) -> AsyncIterator[Slacks]:
    """The Web API, and these workspaces, each with its own hooks and files, on this computer."""
    slack = Slacks()
    async with AsyncExitStack() as closing:
        for team in teams:
            room = Rooms(token=f"xoxb-{team}", team=team)
            slack.rooms[room.token] = room
            closing.push_async_callback((await _served(room)).cleanup)
        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/api/{method}", slack.api)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        closing.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield slack
