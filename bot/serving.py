"""`atelier serve` and `atelier work`: the processes of the Procfile, ended cleanly by SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import signal
from types import FrameType
from typing import NoReturn

from bot import ports, production, web
from bot.production import Production

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a container is reached from outside; what is served checks its signatures
YOUNG = 10_000
"""How many new objects before the collector looks at them: an event makes a few thousand."""
GRACE = 10
"""Seconds left to requests under way when the process is told to end."""


def lasting() -> None:
    """What was built at start stays: the collector looks at it no more, and at the rest less often.

    Without this it goes through the official territories again and again, and whoever waits meanwhile waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def serve(made: Production, port: int, *, worker: bool) -> None:
    """Serve the platforms until SIGTERM or Ctrl+C. Raises Wrong when the port is not to be had."""
    taken = ports.held(EVERYWHERE, port)
    reach = web.greeting({room.platform.name: room.hello for room in made.rooms})
    app = production.site(made, web.operations(made.app, reach), worker=worker)
    lasting()
    signal.signal(signal.SIGTERM, _ended)  # uvicorn raises it again once everything is closed
    ports.serve(app, taken, timeout_graceful_shutdown=GRACE, access_log=False, proxy_headers=True)


def _ended(_number: int, _frame: FrameType | None) -> NoReturn:
    """Told to end, and ended: that is no failure."""
    raise SystemExit(0)


def work(made: Production) -> None:
    """Carry the outbox and ring the deadlines until SIGTERM or Ctrl+C."""
    asyncio.run(_work(made))


async def _work(made: Production) -> None:
    lasting()
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, until.set)
    await production.work(made, until)
