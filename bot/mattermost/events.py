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
AWAY = "away"


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

    def read_back(self, post: Payload, *, direct: bool, start: int) -> asyncio.Task[None] | None:
        """A post read back, of which something happened since `start` (the server's milliseconds).

        What was posted since is told as it is now; what was heard before, and changed since, is told as a correction,
        which is nobody's word in a direct conversation. What was deleted is not told. Raises Unreadable.
        """
        edited = not direct and number(post, "edit_at") >= max(start, 1)
        if number(post, "create_at") < start or text(post, "id") in self._heard:
            return self.take(post, direct=direct, corrected=True) if edited else None
        again = messages.message(post, self.hub.me, direct=direct, corrected=True) if edited else None
        return self.take(post, direct=direct, again=again)

    def take(
        self, post: Payload, *, direct: bool, corrected: bool = False, again: Heard | None = None
    ) -> asyncio.Task[None] | None:
        """Handle a post after those of its conversation; None for what is nobody's words, or already heard.

        `corrected`: it was told when it was posted, and was changed since; `again` is what to tell if it was heard by
        another process, before it was changed. Raises Unreadable.
        """
        found = messages.message(post, self.hub.me, direct=direct, corrected=corrected)
        known = f"{text(post, 'id')}:{number(post, 'edit_at')}" if corrected else text(post, "id")
        if found is None or not self._new(known):
            return None
        before = self._last.get(found[0].channel)
        task = asyncio.create_task(self._in_turn(found, again, before))
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

    async def _in_turn(self, found: Heard, again: Heard | None, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        if await self._until_handled(found) == "seen" and again is not None:
            await self._until_handled(again)

    async def _until_handled(self, found: Heard) -> str:
        """What became of it at last."""
        tried = 0
        while (outcome := await self._handled(*found)) == AWAY:
            await asyncio.sleep(WAITS[min(tried, len(WAITS) - 1)])
            tried += 1
        return outcome

    async def _handled(self, spot: Spot, words: Said | Dropped | Asked) -> str:
        """What became of it; « away » when it must be tried again."""
        if isinstance(words, Dropped) and not spot.direct:
            outcome = (await self.hub.receive(words.said.offered())).outcome
            if outcome in {"ignored", AWAY}:
                return outcome
        try:
            event = await self._fetched(spot, words) if isinstance(words, Dropped) else words
        except Undelivered as failure:
            log.warning("file later", reason=str(failure))
            return AWAY
        if event is None:
            return "ignored"
        answer = await self.hub.receive(event)
        if answer.outcome != AWAY:
            self.hub.follow(spot, answer.replies, answer.lang)
        return answer.outcome

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
