"""Socket Mode, watched: the SDK's client can die in silence (docs/faits-slack.md §2), so a dead one is thrown away.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode/. Several connections may be open at once (ten at most),
each envelope goes to one of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

log = structlog.get_logger()

CONNECTING = 30.0
"""Seconds a connection may take; the SDK's own `connect` tries for ever."""


@dataclass(frozen=True, slots=True)
class Socket:
    """What must stay connected. `check` is the seconds between two looks; two bad looks in a row mean a new client."""

    app: AsyncApp
    app_token: str
    check: float = 10.0
    longest_wait: float = 60.0

    async def run(self) -> None:
        """Stay connected until cancelled."""
        wait = 1.0
        while True:
            handler = AsyncSocketModeHandler(self.app, self.app_token)
            try:
                async with asyncio.timeout(CONNECTING):
                    await handler.connect_async()  # type: ignore[no-untyped-call]
                log.info("socket mode connected")
                wait = 1.0
                await self._watch(handler)
                log.warning("socket mode lost: a new client is made")
            except TimeoutError:
                log.warning("socket mode does not connect", seconds=wait)
            finally:
                await handler.close_async()  # type: ignore[no-untyped-call]
            await asyncio.sleep(wait)
            wait = min(wait * 2, self.longest_wait)

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        """Return when the connection is down twice in a row."""
        down = 0
        while down < 2:  # noqa: PLR2004 - one look may fall between two connections
            await asyncio.sleep(self.check)
            down = 0 if await handler.client.is_connected() else down + 1
