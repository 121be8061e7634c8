"""`atelier serve` and `atelier work`: the processes of the Procfile, ended cleanly by SIGTERM."""

from __future__ import annotations

import asyncio
import signal

import uvicorn

from bot import production, web
from bot.production import Production

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a container is reached from outside; what is served checks its signatures
GRACE = 10
"""Seconds left to requests under way when the process is told to end."""


def serve(made: Production, port: int, *, worker: bool) -> None:
    """Serve the platforms until SIGTERM or Ctrl+C."""
    reach = web.greeting({room.platform.name: room.hello for room in made.rooms})
    app = production.site(made, web.operations(made.app, reach), worker=worker)
    uvicorn.run(
        app, host=EVERYWHERE, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=GRACE,
        access_log=False, proxy_headers=True,
    )  # fmt: skip


def work(made: Production) -> None:
    """Carry the outbox and ring the deadlines until SIGTERM or Ctrl+C."""
    asyncio.run(_work(made))


async def _work(made: Production) -> None:
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, until.set)
    await production.work(made, until)
