"""One process at a time listens where each would hear everything: a lease says who, a mark says up to when all was heard.

The holder renews its lease and moves the mark. When it dies, another takes the lease within `TERM` seconds and first reads
back what was said since the mark; what was handled already, the inbox drops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from bot import presence
from bot.clock import machine
from bot.ids import fresh_id
from chat.cards import Address
from storage.errors import Away
from storage.unit import Unit
from storage.writer import Writer

log = structlog.get_logger()

TERM, EVERY = 8, 2.0
"""Seconds of the lease, and between two trials or renewals: a dead listener is replaced within their sum."""
PREFIX, MARK, UNTIL = "ecoute:", "ecoute", "jusque"


class Listener(Protocol):
    """What listens, and knows up to when it heard everything."""

    @property
    def heard(self) -> datetime | None:
        """All that was said before this instant is handled; None while it is not known."""
        ...

    def since(self, moment: datetime) -> None:
        """Begin by what was said since then."""
        ...

    async def run(self) -> None:
        """Listen until cancelled."""
        ...


@dataclass(slots=True)
class Turn:
    """One process's part in an election: it listens while the lease is its own. `holder` names it, and nobody else."""

    writer: Writer
    platform: str
    listener: Listener
    holder: str = field(default_factory=lambda: presence.named(fresh_id()))
    now: Callable[[], datetime] = machine
    term: int = TERM
    every: float = EVERY
    _marked: datetime | None = field(default=None, init=False)

    async def run(self) -> None:
        """Listen whenever it is our turn, until cancelled."""
        while True:
            try:
                mark = await self.writer.run(self._take)
            except Away as away:
                log.warning("turn unknown", platform=self.platform, reason=str(away))
                mark = None
            if mark is not None:
                await self._listen(mark)
            await asyncio.sleep(self.every)

    def _take(self, unit: Unit) -> datetime | None:
        """The mark of whoever listened before, or the first one, now; None while it is not our turn."""
        if not unit.leases.take(f"{PREFIX}{self.platform}", self.holder, self.term):
            return None
        kept = unit.conversations.at(self._place)
        if kept is None:
            kept = {UNTIL: self.now().isoformat()}
            unit.conversations.keep(self._place, kept)
        return datetime.fromisoformat(kept[UNTIL])

    async def _listen(self, mark: datetime) -> None:
        """Until the lease is somebody else's, or listening breaks; then it is given back, for the next one at once."""
        self.listener.since(mark)
        log.info("listening", platform=self.platform, holder=self.holder)
        task = asyncio.create_task(self.listener.run())
        try:
            while not task.done() and await self._kept():
                await asyncio.wait([task], timeout=self.every)
            if task.done() and not task.cancelled() and (broken := task.exception()) is not None:
                log.error("listening broke", platform=self.platform, exc_info=broken)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._left()
        log.info("listening no more", platform=self.platform, holder=self.holder)

    async def _kept(self) -> bool:
        """Renew. Without the database nobody else can begin either: we go on."""
        heard = self.listener.heard
        try:
            return await self.writer.run(lambda unit: self._renew(unit, heard))
        except Away as away:
            log.warning("turn not renewed", platform=self.platform, reason=str(away))
            return True

    def _renew(self, unit: Unit, heard: datetime | None) -> bool:
        if not unit.leases.take(f"{PREFIX}{self.platform}", self.holder, self.term):
            return False
        if heard is not None and heard != self._marked:
            unit.conversations.keep(self._place, {UNTIL: heard.isoformat()})
            self._marked = heard
        return True

    async def _left(self) -> None:
        try:
            await self.writer.run(lambda unit: unit.leases.give_back(f"{PREFIX}{self.platform}", self.holder))
        except Away as away:
            log.warning("turn not given back", platform=self.platform, reason=str(away))

    @property
    def _place(self) -> Address:
        return Address(platform=MARK, id=self.platform)
