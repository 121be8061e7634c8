"""Catch-up after an outage: one process reads back what each platform kept for us; the inbox drops what was seen."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.ids import fresh_id
from chat.cards import Address
from chat.platform import Undeliverable, Undelivered
from handlers.missed import Absence, Spot, absence
from storage.writer import Writer

MARGIN = timedelta(minutes=1)
"""Events arrive out of order by a little: a minute more is read, and dropped by the inbox."""
LEASE = 120
"""Seconds; renewed before each place."""
PAUSE = 1.2
"""Seconds between two reads: Slack's tier 3 allows fifty a minute."""

log = structlog.get_logger()


class History(Protocol):
    """What reads a place back."""

    async def since(self, place: Address, moment: datetime, thread: str = "") -> int:
        """Replay a place from `moment` on; returns how many messages. Raises Undelivered or Undeliverable."""
        ...


async def catch_up(writer: Writer, platform: str, history: History, pause: float = PAUSE) -> int:
    """Replay what was missed on a platform, unless another process does; returns how many messages were handed over."""
    holder = fresh_id()
    name = f"rattrapage:{platform}"
    if not await writer.run(lambda unit: unit.leases.take(name, holder, LEASE)):
        return 0
    away = await writer.run(lambda unit: absence(unit, platform))
    if away.since is None:
        return 0
    log.info("catching up", platform=platform, since=away.since.isoformat(), places=len(away.spots))
    count = await _all(writer, history, away, (name, holder), pause)
    await writer.run(lambda unit: unit.leases.give_back(name, holder))
    log.info("caught up", platform=platform, messages=count)
    return count


async def _all(writer: Writer, history: History, away: Absence, lease: tuple[str, str], pause: float) -> int:
    total = 0
    for spot in away.spots:
        if not await writer.run(lambda unit: unit.leases.take(*lease, LEASE)):
            break
        total += await _one(history, spot, away.since)
        await asyncio.sleep(pause)
    return total


async def _one(history: History, spot: Spot, since: datetime | None) -> int:
    if since is None:
        return 0
    try:
        return await history.since(spot.place, since - MARGIN, spot.thread)
    except (Undelivered, Undeliverable) as failure:
        log.warning("not caught up", place=spot.place.id, thread=spot.thread, reason=str(failure))
        return 0
