"""The ateliers' channels: opened on each platform, kept to their members; what fails is tried again, later each time.

Times here are the machine's. Two processes may tick: the lease lets one do it, and a channel opened twice is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from chat.platform import Platform, Undeliverable, Undelivered
from storage.ateliers import Channel
from storage.unit import Unit
from storage.writer import Writer

LEASE = "channels"
HELD = 120
AT_ONCE = 20
BACKOFF = (2, 15, 60, 300, 900)
"""Seconds between tries; the last one goes on for ever."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Channels:
    """Opens what is wanted. `machine` is the machine's clock."""

    writer: Writer
    platforms: Mapping[str, Platform]
    machine: Callable[[], datetime]
    holder: str

    async def settle(self) -> int:
        """Open and fill every channel that waits; returns how many are as wanted now."""
        waiting = await self.writer.run(self._waiting)
        return sum([await self._settled(channel) for channel in waiting])

    def _waiting(self, unit: Unit) -> tuple[Channel, ...]:
        pending = unit.ateliers.pending(self.machine(), AT_ONCE)
        return pending if pending and unit.leases.take(LEASE, self.holder, HELD) else ()

    async def _settled(self, channel: Channel) -> bool:
        platform = self.platforms.get(channel.platform)
        if platform is None:
            await self._later(channel, Undeliverable(f"no platform {channel.platform}"))
            return False
        try:
            if not channel.place:
                place = await platform.open_place(channel.name, channel.ref, channel.wanted)
                await self.writer.run(lambda unit: unit.ateliers.opened(channel, place))
            else:
                await platform.set_members(channel.place, channel.wanted)
            await self.writer.run(lambda unit: unit.ateliers.settled(channel))
        except (Undelivered, Undeliverable) as failure:
            await self._later(channel, failure)
            return False
        except Exception as failure:
            log.exception("channel broken", ref=channel.ref, platform=channel.platform)
            await self._later(channel, failure)
            return False
        return True

    async def _later(self, channel: Channel, failure: Exception) -> None:
        wait = getattr(failure, "retry_after", None) or BACKOFF[min(channel.attempts, len(BACKOFF) - 1)]
        until, reason = self.machine() + timedelta(seconds=wait), str(failure)
        log.warning("channel later", ref=channel.ref, platform=channel.platform, seconds=wait, reason=reason)
        await self.writer.run(lambda unit: unit.ateliers.later(channel, until, reason))
