"""The server on a free port of this computer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.mattermost import acting, admin, rest
from tests.mattermost.captured import Refusal, refused
from tests.mattermost.rest import Asking, Handler
from tests.mattermost.sockets import Sockets
from tests.mattermost.world import World, new_id

ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "/users", acting.create_user), ("POST", "/commands/execute", acting.execute),
    ("DELETE", "/users/{user}", acting.deactivate), ("DELETE", "/teams/{team}/members/{user}", acting.leave_team),
    ("DELETE", "/channels/{channel}", acting.archive), ("POST", "/channels/{channel}/restore", acting.restore),
    ("POST", "/posts/{post}/actions/{action}", acting.press), ("GET", "/users/{user}", rest.me), ("GET", "/users/username/{name}", rest.named), ("GET", "/users/{user}/teams", rest.teams),
    ("GET", "/users/{user}/teams/{team}/channels", rest.team_channels), ("POST", "/users/{user}/tokens", admin.create_token),
    ("GET", "/teams", rest.teams), ("GET", "/teams/name/{name}", rest.team), ("POST", "/teams/{team}/members", rest.join_team),
    ("GET", "/teams/{team}/channels/name/{name}", rest.channel_named),
    ("POST", "/channels", rest.create_channel), ("POST", "/channels/direct", rest.open_direct),
    ("GET", "/channels/{channel}", rest.channel), ("GET", "/channels/{channel}/members", rest.members),
    ("GET", "/channels/{channel}/members/{user}", rest.member),
    ("POST", "/channels/{channel}/members", rest.add_member), ("DELETE", "/channels/{channel}/members/{user}", rest.remove_member),
    ("GET", "/channels/{channel}/posts", rest.channel_posts), ("POST", "/posts", rest.create_post),
    ("POST", "/posts/ephemeral", rest.whispered), ("GET", "/posts/{post}", rest.get_post), ("PUT", "/posts/{post}", rest.put_post),
    ("DELETE", "/posts/{post}", rest.delete_post), ("PUT", "/posts/{post}/patch", rest.patch_post),
    ("GET", "/posts/{post}/thread", rest.thread), ("POST", "/posts/{post}/pin", rest.pin),
    ("POST", "/files", rest.upload), ("GET", "/files/{file}", rest.file), ("GET", "/files/{file}/info", rest.file_info),
    ("POST", "/actions/dialogs/open", rest.open_dialog), ("POST", "/actions/dialogs/submit", rest.submit_dialog),
    ("GET", "/commands", admin.list_commands), ("POST", "/commands", admin.create_command),
    ("PUT", "/commands/{command}", admin.update_command), ("GET", "/bots", admin.list_bots), ("POST", "/bots", admin.create_bot),
    ("POST", "/bots/{bot}/enable", admin.enable_bot), ("GET", "/config", admin.config), ("GET", "/config/client", admin.client_config),
    ("GET", "/system/ping", admin.ping),
]  # fmt: skip
OPEN = {admin.client_config, admin.ping, rest.open_dialog}
"""What needs no token."""


def _answered(refusal: Refusal) -> web.Response:
    told = {
        "id": refusal.id,
        "message": refusal.message,
        "detailed_error": "",
        "request_id": new_id(),
        "status_code": refusal.status,
    }
    return web.json_response(told, status=refusal.status)


def _dropped(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    raise asyncio.CancelledError


def _suffering(world: World, request: web.Request) -> web.Response | None:
    """What an outage answers before anything is done."""
    writing = request.method != "GET"
    match world.outage:
        case "down":
            return _dropped(request)
        case "broken":
            return web.Response(text="<html>no upstream</html>", status=503, content_type="text/html")
        case "database":
            return _answered(refused("create post with DB down") if writing else Refusal(500, "app.user.get.app_error"))
        case "limited":
            status, headers, text = admin.limited()
            return web.Response(status=status, headers=headers, text=text)
        case _:
            return None


def _handled(world: World, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.content_type == "application/json" and request.can_read_body else None
        world.asked.append((request.method, request.path.removeprefix("/api/v4"), body))
        world.headers.append(dict(request.headers))
        if handler is not admin.ping and (answer := _suffering(world, request)) is not None:
            return answer
        user = world.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "), "")
        if handler not in OPEN and (not user or world.users[user]["delete_at"]):
            return _answered(refused("bad token"))
        try:
            found = handler(Asking(world, user, dict(request.match_info), dict(request.query), body, request))
            found = await found if isawaitable(found) else found
        except Refusal as refusal:
            return _dropped(request) if refusal.id == "panic" else _answered(refusal)
        if world.outage == "cut":
            return _dropped(request)
        return _json(found)

    return handle


def _json(found: Any) -> web.StreamResponse:
    if isinstance(found, web.StreamResponse):
        return found
    status, told = found if isinstance(found, tuple) else (200, found)
    answer = web.json_response(told, status=status)
    answer.headers["Content-Type"] = "application/json"
    answer.set_cookie("MMAUTHTOKEN", "a cookie that must not come back")
    return answer


def _upgrading(world: World, sockets: Sockets) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def upgrade(request: web.Request) -> web.StreamResponse:
        return _suffering(world, request) or await sockets.upgrade(request)

    return upgrade


@asynccontextmanager
async def serving(world: World, port: int = 0) -> AsyncIterator[World]:
    """The server, on a port of its own if none is given; at the end, everything that bots sent was as in the captures."""
    app = web.Application(client_max_size=1 << 26)
    world.sockets = Sockets(world)  # type: ignore[attr-defined]
    app.router.add_get("/api/v4/websocket", _upgrading(world, world.sockets))  # type: ignore[attr-defined]
    for method, path, handler in ROUTES:
        app.router.add_route(method, f"/api/v4{path}", _handled(world, handler))
    app.router.add_post("/hooks/commands/{hook}", _handled(world, rest.hook))
    OPEN.add(rest.hook)
    async with TestServer(app, host="127.0.0.1", port=port or None) as server:
        world.url = str(server.make_url("")).rstrip("/")
        yield world
    assert world.faults == [], world.faults
