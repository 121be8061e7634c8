"""A Slack that remembers: messages kept, edited and read back; outages switched on and off; from any thread.

`FakeSlack` answers what it was told to; this one behaves as the workspace of docs/faits-slack.md §1: history newest first, replies
oldest first, metadata only when asked for, triggers that serve once, a connection broken after the post was accepted.
"""

from __future__ import annotations

import asyncio
import copy
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.slack.server import JSON, FakeSlack

BOT, TOKEN = "UBOT", "xoxb-of-the-tests"
FIRST = 1_790_000_000
POSTS = frozenset({"chat.postMessage", "chat.update"})
Message = dict[str, Any]


class Refused(Exception):
    """A method's own code of error."""


@dataclass
class Workspace(FakeSlack):
    """`outage` is one of "", "down" (no connection), "slow" (accepted, answered too late), "limited" (429), "broken"
    (503), "cut" (accepted, then the connection breaks). `refused` maps a channel, a user or a method to its error.
    """

    outage: str = ""
    slowness: float = 2.0
    revoked: bool = False
    token: str = TOKEN
    team: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    channels: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The last window opened for each person, named by their trigger's head."""
    told: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """What came by each response_url."""
    triggers: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    number: int = 0

    def kept(self) -> dict[str, Any]:
        """What the workspace remembers, to be put back."""
        return {"channels": copy.deepcopy(dict(self.channels)), "number": self.number}

    def put_back(self, kept: dict[str, Any]) -> None:
        """As it was; nothing is out of order any more."""
        self.channels = defaultdict(list, copy.deepcopy(kept["channels"]))
        self.number = kept["number"]
        self.outage, self.revoked, self.refused = "", False, {}
        self.asked, self.views, self.told = [], {}, defaultdict(list)

    def posts(self, channel: str) -> list[Message]:
        """Everything posted there, threads included, in order."""
        return list(self.channels[channel])

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        form = {k: json.loads(str(v)) if k in JSON else v for k, v in (await request.post()).items()}
        if self.outage == "down":
            self.asked.append((method, form))
            return self._hang_up(request)
        if self.outage == "limited":
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        if self.outage == "broken":
            return web.Response(text="<html>no upstream</html>", status=503, content_type="text/html")
        self.asked.append((method, form))
        answer = self._done(method, form, request.headers.get("Authorization", ""))
        if self.outage == "slow" and method in POSTS:
            await asyncio.sleep(self.slowness)
        if self.outage == "cut" and method in POSTS:
            return self._hang_up(request)
        return web.json_response(answer)

    def _hang_up(self, request: web.Request) -> web.StreamResponse:
        assert request.transport
        request.transport.abort()
        raise asyncio.CancelledError

    def _done(self, method: str, form: dict[str, Any], bearer: str) -> dict[str, Any]:
        named = (method, form.get("channel"), form.get("users"), form.get("user"))
        code = next((self.refused[n] for n in named if n in self.refused), "")
        if self.revoked or bearer != f"Bearer {self.token}":
            code = "token_revoked"
        try:
            return {"ok": False, "error": code} if code else {"ok": True} | self._usual(method, form)
        except Refused as refused:
            return {"ok": False, "error": str(refused)}

    def _usual(self, method: str, form: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                return self._post(form)
            case "chat.update":
                return self._update(form)
            case "conversations.history":
                newest = [m for m in reversed(self.channels[form["channel"]]) if m.get("thread_ts", m["ts"]) == m["ts"]]
                return self._page(form, [m for m in newest if float(m["ts"]) > float(form.get("oldest", 0))])
            case "conversations.replies":
                found = [m for m in self.channels[form["channel"]] if form["ts"] in {m["ts"], m.get("thread_ts")}]
                if not found:
                    raise Refused("thread_not_found")
                return self._page(form, found)
            case "views.open":
                return self._open(form)
            case "auth.test":
                return {"user_id": BOT} | ({"team_id": self.team} if self.team else {})
            case "auth.revoke":
                self.revoked = True
                return {"revoked": True}
            case _:
                return super()._usual(method, form)

    def _post(self, form: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        ts = f"{FIRST}.{self.number:06d}"
        kept = {name: form[name] for name in ("text", "blocks", "metadata", "thread_ts") if name in form}
        self.channels[form["channel"]].append({"type": "message", "user": BOT, "bot_id": "B1", "ts": ts, **kept})
        return {"ts": ts, "channel": form["channel"]}

    def _update(self, form: dict[str, Any]) -> dict[str, Any]:
        found = next((m for m in self.channels[form["channel"]] if m["ts"] == form["ts"]), None)
        if found is None:
            raise Refused("message_not_found")
        found |= {"text": form["text"], "blocks": form.get("blocks", []), "edited": {"user": BOT, "ts": form["ts"]}}
        return {"ts": form["ts"], "channel": form["channel"]}

    def _page(self, form: dict[str, Any], found: list[Message]) -> dict[str, Any]:
        start, most = int(form.get("cursor", 0)), int(form.get("limit", 100))
        whole = form.get("include_all_metadata") == "true"
        page = [m if whole else {k: v for k, v in m.items() if k != "metadata"} for m in found[start : start + most]]
        after = str(start + most) if len(found) > start + most else ""
        return {"messages": page, "response_metadata": {"next_cursor": after}}

    def _open(self, form: dict[str, Any]) -> dict[str, Any]:
        trigger = form["trigger_id"]
        if trigger in self.triggers:
            raise Refused("exchanged_trigger_id")
        if "late" in trigger:
            raise Refused("expired_trigger_id")
        self.triggers.add(trigger)
        self.views[trigger.partition(".")[0]] = form["view"]
        return {"view": {"id": "V1"}}

    async def hooked(self, request: web.Request) -> web.StreamResponse:
        """A response_url, one for each act of a person."""
        if self.outage in {"down", "cut"}:
            return self._hang_up(request)
        if self.outage in {"limited", "broken"}:
            return web.Response(status=503)
        self.told[request.match_info["name"]].append(await request.json())
        return web.Response(text="ok")

    async def file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name in self.files and request.headers.get("Authorization") == f"Bearer {self.token}" and not self.revoked:
            return web.Response(body=self.files[name], content_type="application/pdf")
        return web.Response(text="<!DOCTYPE html><title>Slack</title>", content_type="text/html")


@contextmanager
def standing(slack: Workspace | None = None) -> Iterator[Workspace]:
    """The workspace on a free port of this computer, in a thread of its own: other processes speak to it."""
    slack, loop = slack or Workspace(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="slack")
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_served(slack), loop).result(10)
    try:
        yield slack
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _served(slack: Workspace) -> web.AppRunner:
    app = web.Application(client_max_size=1 << 26)
    app.router.add_post("/api/{method}", slack.api)
    app.router.add_post("/hook/{name}", slack.hooked)
    app.router.add_post("/upload", slack.upload)
    app.router.add_get("/files/{name}", slack.file)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner
