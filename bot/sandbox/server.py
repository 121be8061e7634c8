"""The demo served on this computer: the page, the ticks, one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import socket

from starlette.applications import Starlette

from bot import memory, ports
from bot.sandbox.local import Local
from bot.sandbox.page import routes
from scheduler.clock import Ticking

LOOPBACK = "127.0.0.1"
EVERY_SECOND, EVERY_HALF_MINUTE = 1.0, 30.0


def site(local: Local, lang: str = "fr") -> Starlette:
    """The page as an ASGI application; its ticks run while it is up. `state.carrying` is held while the bot carries."""
    carrying = asyncio.Lock()  # an act waits for the tick under way, so that its page comes back with the answer

    async def carried() -> None:
        async with carrying:
            await local.app.carry()

    async def settled() -> None:
        async with carrying:
            await local.app.settle()

    @asynccontextmanager
    async def up(_app: Starlette) -> AsyncIterator[None]:
        ticks = Ticking({"carry": (carried, EVERY_SECOND), "ring": (local.app.ring, EVERY_HALF_MINUTE)})
        ticks.start()
        try:
            yield
        finally:
            ticks.stop()

    pages = routes(
        local.sandbox, local.clock, local.app.languages,
        on_jump=settled, on_act=settled, fetch=memory.fetching(local.app.writer), lang=lang,
    )  # fmt: skip
    made = Starlette(routes=pages, lifespan=up)
    made.state.carrying = carrying
    return made


def serve(local: Local, port: socket, lang: str = "fr") -> None:
    """Serve the page on a port of the loopback until interrupted."""
    ports.serve(site(local, lang), port)
