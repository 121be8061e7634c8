"""Ways to do a thing, the best first; each is tried again when the platform says « later »."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from chat.platform import Undeliverable, Undelivered

log = structlog.get_logger()

LONGEST_WAIT = 30.0
TRIES = 3
Way = Callable[[], Awaitable[object]]


async def first_of(ways: Sequence[Way]) -> None:
    """The first way that works; each is tried again when told « later ». Raises what the last one raised."""
    for way in ways[:-1]:
        try:
            await _patiently(way)
        except (Undelivered, Undeliverable) as failure:
            log.info("another way", reason=str(failure))
        else:
            return
    await _patiently(ways[-1])


async def _patiently(way: Way) -> None:
    for tried in range(1, TRIES + 1):
        try:
            await way()
        except Undelivered as failure:
            wait = failure.retry_after or float(tried)
            if tried == TRIES or wait > LONGEST_WAIT:
                raise
            await asyncio.sleep(wait)
        else:
            return
