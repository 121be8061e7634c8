"""The websocket: who it is, `hello`, events in JSON inside JSON, and what was missed to whoever comes back (facts 40 to 44)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.mattermost.world import World, new_id

NESTED = ("post", "mentions", "reaction", "dialog")


@dataclass
class Connection:
    """One socket's numbers, kept when it breaks: what comes meanwhile waits."""

    id: str = field(default_factory=new_id)
    queue: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    sent: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Sockets:
    """The server's sockets. `forget` is a restart: no connection is known any more."""

    world: World
    known: dict[str, Connection] = field(default_factory=dict)
    open: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    upgrades: list[dict[str, str]] = field(default_factory=list)

    async def upgrade(self, request: web.Request) -> web.StreamResponse:
        """A new socket, or one that comes back."""
        self.upgrades.append(dict(request.query))
        channel = web.WebSocketResponse(compress=False)
        await channel.prepare(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        user = self.world.tokens.get(token, "")
        if not user or self.world.users[user]["delete_at"]:
            await asyncio.sleep(0.05)  # five seconds on the real one
            assert request.transport
            request.transport.abort()
            return channel
        connection = self.known.get(request.query.get("connection_id", ""))
        start = int(request.query.get("sequence_number", 0))
        self.open = {id_: c for id_, c in self.open.items() if not c.closed}
        if connection is None:
            connection = Connection()
            self.known[connection.id] = connection
            self._listens(user, connection)
            data = {"connection_id": connection.id, "server_version": f"{self.world.version}.0.false"}
            await self._send(channel, connection, "hello", data, user=user)
        else:
            for event in connection.sent[start:]:
                await channel.send_json(event)
        self.open[connection.id] = channel
        try:
            return await self._talk(channel, connection)
        finally:
            if self.open.get(connection.id) is channel:
                del self.open[connection.id]

    def _listens(self, user: str, connection: Connection) -> None:
        if user == self.world.bot:
            self.world.listeners.append(connection.queue)
        else:
            self.world.ears.append((user, connection.queue))

    async def _talk(self, channel: web.WebSocketResponse, connection: Connection) -> web.WebSocketResponse:
        sending = asyncio.create_task(self._events(channel, connection))
        async for message in channel:
            if message.type is WSMsgType.TEXT:
                with contextlib.suppress(ValueError):
                    await channel.send_json({"status": "OK", "seq_reply": json.loads(message.data).get("seq", 1)})
        sending.cancel()
        return channel

    async def _events(self, channel: web.WebSocketResponse, connection: Connection) -> None:
        while True:
            event = await connection.queue.get()
            try:
                await self._send(channel, connection, event["event"], event["data"], channel=event["channel"],
                                 user=event.get("user", ""))  # fmt: skip
            except (ConnectionError, RuntimeError):
                return

    async def _send(
        self, socket: web.WebSocketResponse, connection: Connection, event: str, data: dict[str, Any], *,
        user: str = "", channel: str = "",
    ) -> None:  # fmt: skip
        nested = {k: json.dumps(v, ensure_ascii=False) if k in NESTED else v for k, v in data.items()}
        whole = {
            "event": event, "data": nested, "seq": len(connection.sent),
            "broadcast": {"omit_users": None, "user_id": user, "channel_id": channel, "team_id": ""},
        }  # fmt: skip
        connection.sent.append(whole)
        await socket.send_json(whole)

    async def cut(self) -> None:
        """Every connection breaks, without a word (fact 44)."""
        for channel in self.open.values():
            transport = channel._req.transport if channel._req else None
            if transport:
                transport.abort()
        self.open.clear()
        await asyncio.sleep(0)

    def forget(self) -> None:
        """The server has restarted: it knows no connection."""
        self.known.clear()
        self.world.listeners.clear()
        self.world.ears.clear()
