"""A Slack of ours, for what goes wrong: it answers what it was told to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

JSON = {"blocks", "metadata", "view", "files"}
Asked = tuple[str, dict[str, Any]]


@dataclass
class FakeSlack:
    """`will` prepares the next answers of a method; `asked` is everything that came."""

    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acks: list[dict[str, Any]] = field(default_factory=list)
    _answers: dict[str, list[web.Response | str]] = field(default_factory=lambda: defaultdict(list))
    _ts: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def will(self, method: str, body: Any, status: int = 200, **headers: str) -> None:
        """The next answer of a method."""
        self._answers[method].append(web.json_response(body, status=status, headers=headers))

    def fail(self, method: str, code: str) -> None:
        """The next answer is a refusal."""
        self.will(method, {"ok": False, "error": code})

    def cut(self, method: str) -> None:
        """The next connection breaks before an answer."""
        self._answers[method].append("cut")

    def of(self, method: str) -> list[dict[str, Any]]:
        """What a method was asked."""
        return [args for name, args in self.asked if name == method]

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        form = await request.post()
        self.asked.append((method, {k: json.loads(str(v)) if k in JSON else v for k, v in form.items()}))
        return self._next(request, method) or web.json_response({"ok": True} | self._usual(method, dict(form)))

    def _next(self, request: web.Request, method: str) -> web.StreamResponse | None:
        if not self._answers[method]:
            return None
        answer = self._answers[method].pop(0)
        if isinstance(answer, str):
            assert request.transport
            request.transport.abort()
            raise asyncio.CancelledError
        return answer

    def _usual(self, method: str, form: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                return {"ts": f"{next(self._ts)}.0", "channel": form["channel"]}
            case "conversations.open":
                return {"channel": {"id": f"D{form['users']}"}}
            case "files.getUploadURLExternal":
                return {"upload_url": f"{self.url}/upload", "file_id": "F1"}
            case "auth.test":
                return {"user_id": "UBOT"}
            case "apps.connections.open":
                return {"url": f"{self.url}/socket".replace("http", "ws")}
            case _:
                return {}

    async def hook(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(("hook", await request.json()))
        return self._next(request, "hook") or web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(("upload", {"content": await request.read()}))
        return self._next(request, "upload") or web.Response(text="OK")

    async def file(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(("file", {"authorization": request.headers.get("Authorization", "")}))
        kind, body = {
            "page": ("text/html", b"<!DOCTYPE html><title>Slack</title>"),
            "big": ("text/plain", b"x" * 9999),
        }.get(request.match_info["name"], ("application/pdf", b"%PDF-1.7"))
        return self._next(request, "file") or web.Response(body=body, content_type=kind)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        channel = web.WebSocketResponse()
        await channel.prepare(request)
        self.sockets.append(channel)
        await channel.send_json({"type": "hello", "num_connections": 1})
        async for message in channel:
            if message.type is WSMsgType.TEXT:
                self.acks.append(json.loads(message.data))
        return channel


@asynccontextmanager
async def serving(slack: FakeSlack) -> AsyncIterator[FakeSlack]:
    """The server, on a free port of this computer."""
    app = web.Application(client_max_size=1 << 26)
    app.router.add_post("/api/{method}", slack.api)
    app.router.add_post("/hook", slack.hook)
    app.router.add_post("/upload", slack.upload)
    app.router.add_get("/files/{name}", slack.file)
    app.router.add_get("/socket", slack.socket)
    async with TestServer(app) as server:
        slack.url = str(server.make_url("")).rstrip("/")
        yield slack
