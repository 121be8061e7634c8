"""The outbox carried to the platforms: in order within each place, at least once, a possible duplicate looked up first.

The place is leased, not the row, for longer than the HTTP timeout; no transaction is open while the network speaks.
Times here are the machine's, never the procedure's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from chat.cards import Address, Message
from chat.platform import Platform, Undeliverable, Undelivered
from handlers import cards
from storage.errors import NotFound, Stale
from storage.letters import Lane, Letter
from storage.unit import Unit
from storage.writer import Writer

LEASE = timedelta(seconds=60)
"""Longer than any platform's HTTP timeout."""
BACKOFF = (1, 2, 5, 15, 60, 300, 900)
"""Seconds between tries; the last one goes on for ever: a chat down for a day loses nothing."""

ABREAST = 4
"""How many places of one platform are emptied at once by a process: fewer than the connections that platforms keep."""

ABSENT = 60.0
"""Seconds before trying again a platform that this process does not have: one that left may come back."""
UNOPENED = 3.0
"""Seconds before looking again whether an atelier's channel is open."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter drawn for now: what to send, where on the platform, in which thread, over which post if there is one.

    `doubtful`: an earlier try may have been taken.
    """

    message: Message
    place: Address
    thread: str
    post: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Carries what waits. `machine` is the machine's clock, `procedure` the one that cards are drawn with."""

    writer: Writer
    platforms: Mapping[str, Platform]
    machine: Callable[[], datetime]
    procedure: Callable[[], datetime]
    holder: str

    async def carry(self) -> int:
        """Carry everything due; returns how many letters left. A platform, or a place, that is slow holds up no other."""
        waiting = await self.writer.run(lambda u: u.outbox.platforms(self.machine()))
        return await _together(*(self._along(platform, ABREAST) for platform in waiting))

    async def _along(self, platform: str, abreast: int) -> int:
        """Empty a platform's places one after another; whoever finds one to empty calls the next of `abreast`."""
        lane = await self._claim(platform)
        if lane is None:
            return 0
        more = [self._along(platform, abreast - 1)] if abreast > 1 else []
        return await _together(self._on(lane), *more)

    async def _on(self, lane: Lane | None) -> int:
        """Empty this place, then each that is free."""
        sent = 0
        while lane is not None:
            sent += await self._empty(lane)
            lane = await self._claim(lane.place.platform)
        return sent

    async def _claim(self, platform: str) -> Lane | None:
        seconds = LEASE.total_seconds()
        return await self.writer.run(lambda u: u.outbox.claim_place(self.machine(), self.holder, seconds, platform))

    async def _empty(self, lane: Lane) -> int:
        """Send what waits in a place; ends early when the place must wait, or is no longer ours."""
        sent = 0
        try:
            while letters := await self.writer.run(lambda u: u.outbox.letters(lane)):
                for letter in letters:
                    if not await self._send(letter):
                        return sent
                    sent += 1
            await self.writer.run(lambda u: u.outbox.release(lane))
        except Stale:
            log.warning("lane lost", place=lane.place.id, holder=self.holder)
        return sent

    async def _send(self, letter: Letter) -> bool:
        """Send one letter; False when its place must wait. Raises Stale when the place is no longer ours."""
        doubtful = False
        try:
            ready = await self.writer.run(lambda u: self._ready(u, letter))
            doubtful = ready.doubtful
            post = await self._carried(letter, ready)
        except Undelivered as failure:
            await self._later(letter, failure, doubt=doubtful or not failure.untaken)
            return False
        except (Undeliverable, NotFound) as failure:
            await self._dead(letter, f"{type(failure).__name__}: {failure}")
            return True
        await self.writer.run(lambda u: _settle(u, letter, post))
        return True

    def _ready(self, unit: Unit, letter: Letter) -> Ready:
        """Renew the lease, so that a long batch never outlives it; say that a try begins; draw the letter for now."""
        unit.outbox.renew(letter.lane, self.machine(), LEASE.total_seconds())
        doubtful = unit.outbox.start(letter)
        place = unit.ateliers.real(letter.place)
        if place is None:
            raise Undelivered("the atelier's channel is not open yet", UNOPENED, untaken=True)
        thread = (unit.threads.at(letter.thread, letter.place) or "") if letter.thread else ""
        if letter.message is not None:
            return Ready(letter.message, place, thread, doubtful=doubtful)
        message = cards.draw(unit, letter.key, self.procedure())
        return Ready(message, place, thread, _posted(unit, letter.key, letter.place), doubtful)

    async def _carried(self, letter: Letter, ready: Ready) -> str:
        """The platform's id of the post. Raises Undelivered or Undeliverable."""
        platform = self._platform(letter)
        if ready.post and await self._edited(platform, letter, ready):
            return ready.post
        if ready.doubtful and (found := await platform.find(ready.place, letter.id, ready.thread)):
            log.info("duplicate recognised", place=letter.place.id, id=letter.id)
            if letter.key:
                await platform.edit(ready.place, found, ready.message, letter.lang)  # it may have moved since
            return found
        return await platform.post(ready.place, ready.message, letter.id, ready.thread, letter.lang)

    def _platform(self, letter: Letter) -> Platform:
        if letter.place.platform not in self.platforms:
            raise Undelivered(f"no platform {letter.place.platform}", ABSENT, untaken=True, everywhere=True)
        return self.platforms[letter.place.platform]

    async def _edited(self, platform: Platform, letter: Letter, ready: Ready) -> bool:
        """False when the post is gone: it is forgotten, and the card posted anew."""
        try:
            await platform.edit(ready.place, ready.post, ready.message, letter.lang)
        except Undeliverable as failure:
            log.warning("card gone", place=letter.place.id, key=letter.key, reason=str(failure))
            await self.writer.run(lambda u: _forget(u, letter))
            return False
        return True

    async def _later(self, letter: Letter, failure: Undelivered, *, doubt: bool) -> None:
        wait = failure.retry_after or BACKOFF[min(letter.attempts, len(BACKOFF) - 1)]
        until = self.machine() + timedelta(seconds=wait)
        reason = str(failure)
        log.warning("letter later", place=letter.place.id, id=letter.id, seconds=wait, reason=reason)
        await self.writer.run(lambda u: u.outbox.later(letter, until, reason, doubt=doubt))
        if failure.everywhere:
            await self.writer.run(lambda u: u.outbox.rest(letter.place.platform, until))

    async def _dead(self, letter: Letter, reason: str) -> None:
        log.error("letter dead", place=letter.place.id, id=letter.id, reason=reason)
        await self.writer.run(lambda u: u.outbox.dead(letter, reason))


async def _together(*jobs: Awaitable[int]) -> int:
    """The sum of what jobs return, once all of them ended. Raises what the first that failed raised."""
    done = await asyncio.gather(*jobs, return_exceptions=True)
    for failure in done:
        if isinstance(failure, BaseException):
            raise failure
    return sum(count for count in done if isinstance(count, int))


def _posted(unit: Unit, key: str, place: Address) -> str:
    return next((c.post for c in unit.cards.copies(key) if c.place == place), "")


def _forget(unit: Unit, letter: Letter) -> None:
    unit.cards.forget(letter.key, letter.place)
    unit.threads.forget(letter.key, letter.place)


def _settle(unit: Unit, letter: Letter, post: str) -> None:
    if letter.key and not _posted(unit, letter.key, letter.place):
        unit.cards.remember(letter.key, letter.place, post, letter.ref, letter.audience)
        unit.threads.open(letter.key, letter.place, post, letter.ref, letter.audience)
    unit.outbox.posted(letter, post)
