"""Posts, of the socket or read back: told apart from what was already heard, handed over, in order within a conversation.

A post waits while the memory is away, and with it those that follow it in its conversation: nobody else sends it again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.mattermost import files, messages
from bot.mattermost.files import Unfetched
from bot.mattermost.hub import Hub, saying
from bot.mattermost.messages import Dropped, Heard
from bot.mattermost.payload import Unreadable, inner, number
from bot.mattermost.spots import Spot, between
from bot.mattermost.words import no_file
from bot.payload import Payload, text
from chat.platform import Undeliverable, Undelivered
from chat.talk import AnyEvent, Asked, Said

log = structlog.get_logger()

WAITS = (1.0, 2.0, 5.0, 15.0)
"""Seconds between two tries; the last one goes on for ever."""
FILE_TRIES = 20
"""After so many tries (four minutes), a server that answers and still does not give a file never will: its person is told,
and those who write after them are heard."""
REMEMBERED = 2000
AWAY = "away"


@dataclass(slots=True)
class Events:
    """What is said on the server."""

    hub: Hub
    _heard: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _last: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def listening(self) -> dict[str, Callable[[Payload], None]]:
        """The socket's events that are heard, by their kind."""
        return {"posted": self.posted, "post_edited": self.posted, "post_deleted": self.deleted}

    def posted(self, data: Payload) -> None:
        """An event « posted », or « post_edited »: the post is JSON inside JSON. What cannot be read is logged and left."""
        try:
            post = inner(data, "post")
            account = text(post, "user_id")
            direct = text(data, "channel_type") == "D" and between(text(data, "channel_name"), account, self.hub.me)
            self.take(post, direct=direct, corrected=bool(number(post, "edit_at")))
        except Unreadable as error:
            log.warning("unreadable", why=str(error))

    def deleted(self, data: Payload) -> None:
        """An event « post_deleted »: the post as it was. In a direct conversation it is nobody's word."""
        try:
            if text(data, "channel_type") != "D":
                self.gone(inner(data, "post"))
        except Unreadable as error:
            log.warning("unreadable", why=str(error))

    def gone(self, post: Payload) -> asyncio.Task[None] | None:
        """Tell, after the other posts of its conversation, that one was deleted; None when it was nobody's. Raises Unreadable."""
        found = messages.deleted(post, self.hub.me)
        return self._after(found) if found is not None and self._new(found[1].id) else None

    def read_back(self, post: Payload, *, direct: bool, start: int) -> asyncio.Task[None] | None:
        """A post read back, of which something happened since `start` (the server's milliseconds).

        What was posted since is told as it is now; what was heard before, and changed since, is told as a correction,
        which is nobody's word in a direct conversation; what was heard before, and deleted since, is told too. Raises
        Unreadable.
        """
        if number(post, "delete_at"):
            told = not direct and number(post, "delete_at") >= max(start, 1)
            return self.gone(post) if told else None
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
        return self._after(found, again) if found is not None and self._new(known) else None

    def _after(self, found: Heard, again: Heard | None = None) -> asyncio.Task[None]:
        """Handled once those before it in its conversation are."""
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
        while (outcome := await self._handled(*found, last=tried >= FILE_TRIES and await self._up())) == AWAY:
            await asyncio.sleep(WAITS[min(tried, len(WAITS) - 1)])
            tried += 1
        return outcome

    async def _up(self) -> bool:
        """Whether the server answers: what it does not give is then for no other moment."""
        try:
            await self.hub.answering.platform.hello()
        except (Undelivered, Undeliverable):
            return False
        return True

    async def _handled(self, spot: Spot, words: Said | Dropped | Asked, *, last: bool = False) -> str:
        """What became of it; « away » when it must be tried again. `last`: files are no longer waited for."""
        if isinstance(words, Dropped) and not spot.direct:
            outcome = (await self.hub.receive(words.said.offered())).outcome
            if outcome in {"ignored", AWAY}:
                return outcome
        try:
            event = await self._fetched(spot, words, last=last) if isinstance(words, Dropped) else words
        except Undelivered as failure:
            log.warning("file later", reason=str(failure))
            return AWAY
        if event is None:
            return "ignored"
        answer = await self.hub.receive(event)
        if answer.outcome != AWAY:
            self.hub.follow(spot, answer.replies, answer.lang)
        return answer.outcome

    async def _fetched(self, spot: Spot, dropped: Dropped, *, last: bool) -> AnyEvent | None:
        """The files with their bytes; the words alone when the server gave none of them. Raises Undelivered, unless `last`."""
        uploads, refused = [], []
        for ref in dropped.files:
            try:
                uploads.append(await files.fetch(self.hub.answering.platform.link, ref))
            except Unfetched as error:
                refused.append(saying(error.sentence))
            except Undelivered as failure:
                if not last:
                    raise
                log.warning("file given up", reason=str(failure))
                refused.append(saying(no_file(ref.name or ref.id)))
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
