"""Posts, of the socket or read back: told apart from what was already heard, handed over, in order within a conversation.

A post waits while the memory is away, and with it those that follow it in its conversation: nobody else sends it again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

import structlog

from bot.mattermost import files, messages
from bot.mattermost.files import Unfetched
from bot.mattermost.hub import Hub, saying
from bot.mattermost.messages import Dropped, Heard
from bot.mattermost.payload import Unreadable, inner, number
from bot.mattermost.spots import Spot, between
from bot.payload import Payload, text
from chat.platform import Undelivered
from chat.talk import AnyEvent, Asked, Said

log = structlog.get_logger()

WAITS = (1.0, 2.0, 5.0, 15.0)
"""Seconds between two tries; the last one goes on for ever."""
REMEMBERED = 2000


@dataclass(slots=True)
class Events:
    """What is said on the server."""

    hub: Hub
    _heard: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _last: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def posted(self, data: Payload) -> None:
        """An event « posted », or « post_edited »: the post is JSON inside JSON. What cannot be read is logged and left."""
        try:
            post = inner(data, "post")
            account = text(post, "user_id")
            direct = text(data, "channel_type") == "D" and between(text(data, "channel_name"), account, self.hub.me)
            self.take(post, direct=direct, corrected=bool(number(post, "edit_at")))
        except Unreadable as error:
            log.warning("unreadable", why=str(error))

    def take(self, post: Payload, *, direct: bool, corrected: bool = False) -> asyncio.Task[None] | None:
        """Handle a post after those of its conversation; None for what is nobody's words, or already heard.

        `corrected`: it was told when it was posted, and was changed since. Raises Unreadable.
        """
        found = messages.message(post, self.hub.me, direct=direct, corrected=corrected)
        known = f"{text(post, 'id')}:{number(post, 'edit_at')}" if corrected else text(post, "id")
        if found is None or not self._new(known):
            return None
        before = self._last.get(found[0].channel)
        task = asyncio.create_task(self._in_turn(found, before))
        self._last[found[0].channel] = task
        task.add_done_callback(lambda done: self._ended(found[0].channel, done))
        return task

    def _new(self, id_: str) -> bool:
        new = id_ not in self._heard
        self._heard[id_] = None
        while len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        return new

    def _ended(self, channel: str, task: asyncio.Task[None]) -> None:
        if self._last.get(channel) is task:
            del self._last[channel]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("post lost", channel=channel, exc_info=error)

    async def _in_turn(self, found: Heard, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        tried = 0
        while not await self._handled(*found):
            await asyncio.sleep(WAITS[min(tried, len(WAITS) - 1)])
            tried += 1

    async def _handled(self, spot: Spot, words: Said | Dropped | Asked) -> bool:
        """False when it must be tried again."""
        if isinstance(words, Dropped) and not spot.direct:
            outcome = (await self.hub.receive(words.said.offered())).outcome
            if outcome in {"ignored", "away"}:
                return outcome == "ignored"
        try:
            event = await self._fetched(spot, words) if isinstance(words, Dropped) else words
        except Undelivered as failure:
            log.warning("file later", reason=str(failure))
            return False
        if event is None:
            return True
        answer = await self.hub.receive(event)
        if answer.outcome == "away":
            return False
        self.hub.follow(spot, answer.replies, answer.lang)
        return True

    async def _fetched(self, spot: Spot, dropped: Dropped) -> AnyEvent | None:
        """The files with their bytes; the words alone when the server gave none of them."""
        uploads, refused = [], []
        for ref in dropped.files:
            try:
                uploads.append(await files.fetch(self.hub.answering.platform.link, ref))
            except Unfetched as error:
                refused.append(saying(error.sentence))
        self.hub.follow(spot, refused, "fr")
        words = dropped.said
        if uploads:
            return words.with_files(tuple(uploads))
        return words if words.text else None

    @property
    def busy(self) -> bool:
        """True while something that was taken is not handled yet."""
        return bool(self._last)

    async def drain(self) -> None:
        """Wait for what was taken."""
        while self._last:
            await asyncio.wait(list(self._last.values()))

    def cancel(self) -> None:
        """Leave what still waits: it is read back at the next start."""
        for task in self._last.values():
            task.cancel()
