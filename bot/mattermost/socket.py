"""The websocket, by a loop of our own: the driver's cannot connect over TLS, and loses events (docs/faits-mattermost.md).

The token is tried by REST first: a wrong one is no HTTP error here (fact 40). A connection that comes back asks for what it
missed by its id and the next number; a server that no longer knows it greets anew, and then all is read back by REST.
A revoked token still hears an open socket (fact 44): it is tried again from time to time. Source: facts 40 to 45.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from bot.mattermost.payload import number
from bot.payload import Payload, part, text
from chat.platform import Undeliverable, Undelivered

log = structlog.get_logger()

PING, PATIENCE = 20.0, 20.0
"""Seconds between two pings, and for their answer: a dead connection is known within forty."""
BIGGEST = 4 * 1024 * 1024
MARGIN = timedelta(minutes=1)
REFUSED = "users/me: 401"


@dataclass(slots=True)
class Socket:
    """What must stay connected. `check` is the seconds between two trials of the token, `longest` between two connections."""

    url: str
    token: str = field(repr=False)
    hello: Callable[[], Awaitable[object]]
    told: Mapping[str, Callable[[Payload], None]]
    """What is done with the data of an event, by its kind; the others are not listened to."""
    resync: Callable[[datetime], Awaitable[object]]
    now: Callable[[], datetime]
    tls: ssl.SSLContext | None = None
    check: float = 60.0
    first_wait: float = 1.0
    longest: float = 60.0
    connection: str = field(default="", init=False)
    next: int = field(default=0, init=False)
    heard: datetime | None = field(default=None, init=False)
    behind: datetime | None = field(default=None, init=False)

    @property
    def whole(self) -> datetime | None:
        """Nothing said before this was missed: the last frame, or what is to be read back since."""
        return self.behind or self.heard

    def begin(self, moment: datetime) -> None:
        """Let the next connection be a new one, and begin by what was said since `moment` (aware)."""
        self.connection, self.behind = "", moment

    async def run(self) -> None:
        """Stay connected until cancelled; each failure is waited after, longer and longer, or as long as the server says."""
        wait, self.heard = self.first_wait, self.now()
        while True:
            began = time.monotonic()
            asked = await self._once()
            wait = self.first_wait if time.monotonic() - began > self.longest else wait
            await asyncio.sleep(max(min(asked or 0.0, self.longest), wait))
            wait = min(wait * 2, self.longest)

    async def _once(self) -> float | None:
        """One connection, until it breaks; the seconds that the server wants to be left alone."""
        try:
            await self.hello()
            await self._connected()
        except InvalidStatus as refusal:
            wait = refusal.response.headers.get("Retry-After", "")
            log.warning("websocket refused", status=refusal.response.status_code, wait=wait)
            return float(wait) if wait.isdecimal() else None
        except (Undelivered, Undeliverable) as failure:
            log.warning("websocket waits", reason=str(failure))
            return getattr(failure, "retry_after", None)
        except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError, ValueError) as failure:
            log.warning("websocket lost", reason=type(failure).__name__)
        finally:
            self._never_greeted()
        return None

    def _never_greeted(self) -> None:
        """The first connection failed: the first that succeeds begins by what was said since the start."""
        if not self.connection and self.behind is None:
            self.behind = self.heard

    async def _connected(self) -> None:
        resumed = {"connection_id": self.connection, "sequence_number": self.next} if self.connection else {}
        address = f"{self.url.replace('http', 'ws', 1)}/api/v4/websocket?{urlencode(resumed)}".rstrip("?")
        async with connect(
            address, additional_headers={"Authorization": f"Bearer {self.token}"}, ssl=self.tls, max_size=BIGGEST,
            ping_interval=PING, ping_timeout=PATIENCE, open_timeout=PATIENCE, close_timeout=1,
        ) as channel:  # fmt: skip
            log.info("websocket connected", resumed=bool(resumed))
            watch = asyncio.create_task(self._watch(channel))
            try:
                async for frame in channel:
                    await self._heard(frame)
            finally:
                watch.cancel()

    async def _watch(self, channel: ClientConnection) -> None:
        """Close a connection whose token is refused: what it hears could not be answered."""
        while not await self._refused():  # noqa: ASYNC110 - it is tried again, not waited for
            await asyncio.sleep(self.check)
        log.error("websocket closed: the token is refused")
        await channel.close()

    async def _refused(self) -> bool:
        try:
            await self.hello()
        except (Undelivered, Undeliverable) as failure:
            return str(failure).startswith(REFUSED)
        return False

    async def _heard(self, frame: str | bytes) -> None:
        """One frame. A gap in the numbers, or a greeting where none was due, means that something was missed."""
        event = _parsed(frame)
        if not text(event, "event"):
            return  # the answer to a request of ours has no event
        last, at = self.behind or self.heard, number(event, "seq")
        missed = bool(self.connection) and at != self.next
        if text(event, "event") == "hello":
            known, self.connection = self.connection, text(event, "data", "connection_id")
            missed = bool(known) and known != self.connection
        self.next, self.heard = at + 1, self.now()
        if last is not None and (missed or self.behind is not None):
            await self._read_back(last)
        data, told = part(event, "data"), self.told.get(text(event, "event"))
        if told is not None and isinstance(data, dict):
            told(data)

    async def _read_back(self, moment: datetime) -> None:
        """Raises Undelivered or Undeliverable: the connection is given up, and the next one begins by this."""
        self.behind = moment
        try:
            count = await self.resync(moment - MARGIN)
        except (Undelivered, Undeliverable):
            self.connection = ""
            raise
        self.behind = None
        log.info("websocket read back", posts=count)


def _parsed(frame: str | bytes) -> dict[str, Any]:
    try:
        event = json.loads(frame)
    except ValueError:
        log.warning("websocket frame unreadable")
        return {}
    return event if isinstance(event, dict) else {}
