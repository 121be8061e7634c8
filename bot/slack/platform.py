"""Slack as a platform: what the bot calls. Posts carry the outbox id in their metadata, and are found again by it.

Places are channels' ids, or « dm:<user> », opened once and remembered. Slack detects no duplicate by itself
(docs/faits-slack.md §1): whoever is in doubt calls `find` first. Methods raise Undelivered or Undeliverable, nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.payload import Payload, every, text
from bot.slack import channels, files
from bot.slack.drawing import Drawn
from bot.slack.link import Link
from bot.slack.marks import plain
from bot.slack.pens import Drawing
from bot.slack.spots import DIRECT, SLACK
from chat.cards import Address, Message
from chat.platform import Undeliverable, Undelivered
from chat.text import Say

Fetch = Callable[[str], Awaitable[bytes | None]]
EVENT_TYPE = "atelier"
PAGE, PAGES = 200, 10
PURPOSE = 250
"""The longest purpose a channel takes (conversations.setPurpose)."""
REMEMBERED = 1000


async def no_file(_id: str) -> bytes | None:
    """The bot hands out no file."""
    return None


@dataclass(slots=True)
class Slack:
    """The platform. `fetch` gives the bytes of a file the bot hands out, by its id."""

    link: Link
    drawing: Drawing
    fetch: Fetch = no_file
    name: str = SLACK
    _opened: dict[str, str] = field(default_factory=dict, init=False)
    _posted: OrderedDict[str, str] = field(default_factory=OrderedDict, init=False)

    async def post(self, place: Address, message: Message, outbox_id: str, thread: str, lang: str) -> str:
        """Post and return the post's ts; files go before it, so that a post found means that all of it was taken."""
        if outbox_id in self._posted:
            return self._posted[outbox_id]
        drawn = self.drawing.drawn(message, lang)
        channel = await self.channel(place.id)
        await self._share(message, outbox_id, (channel, thread), self.drawing.pen(lang).say)
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"outbox_id": outbox_id}}
        posted = await self.say(channel, drawn, thread, metadata)
        self._remember(outbox_id, posted)
        return posted

    async def say(self, channel: str, drawn: Drawn, thread: str, metadata: Mapping[str, Any] | None = None) -> str:
        """Post in a conversation already known by Slack's id."""
        answer = await self.link.call(
            "chat.postMessage", channel=channel, text=drawn.text, blocks=drawn.blocks, thread_ts=thread or None,
            metadata=metadata, parse="none", link_names=False, unfurl_links=False, unfurl_media=False,
        )  # fmt: skip
        return _told(answer, "ts")

    async def edit(self, place: Address, post: str, message: Message, lang: str) -> None:
        """Replace a post of ours; blocks always go along, for text alone removes them."""
        drawn = self.drawing.drawn(message, lang)
        channel = await self.channel(place.id)
        await self.link.call(
            "chat.update",
            channel=channel,
            ts=post,
            text=drawn.text,
            blocks=drawn.blocks,
            parse="none",
            link_names=False,
        )

    async def find(self, place: Address, outbox_id: str, thread: str) -> str | None:
        """The ts of the post that carries this outbox id, among the last two thousand of the place or thread.

        Slack posts beside a thread whose root was deleted, without a word: the post is then looked for in the place.
        """
        if outbox_id in self._posted:
            return self._posted[outbox_id]
        channel = await self.channel(place.id)
        try:
            return await self._found(channel, outbox_id, thread)
        except Undeliverable as error:
            if "thread_not_found" not in str(error):
                raise
        return await self._found(channel, outbox_id, "")

    async def _found(self, channel: str, outbox_id: str, thread: str) -> str | None:
        method = "conversations.replies" if thread else "conversations.history"
        where = {"channel": channel, "ts": thread} if thread else {"channel": channel}
        cursor = ""
        for _ in range(PAGES):
            page = await self.link.call(method, **where, limit=PAGE, include_all_metadata=True, cursor=cursor or None)
            for message in every(page, "messages"):
                if _outbox_id(message) == outbox_id:
                    return _told(message, "ts")
            cursor = text(page, "response_metadata", "next_cursor")
            if not cursor:
                break
        return None

    async def open_place(self, name: str, purpose: str, members: Sequence[str]) -> str:
        """A private channel of this name with these people; one that exists is found again."""
        opened = await channels.opened(self.link, name)
        if purpose:
            await self.link.call("conversations.setPurpose", channel=opened, purpose=purpose[:PURPOSE])
        await channels.settle(self.link, opened, members)
        return opened

    async def set_members(self, place: str, members: Sequence[str]) -> None:
        """Invite who is missing, take out who should not be there; the bot itself stays."""
        await channels.settle(self.link, place, members)

    async def channel(self, place: str) -> str:
        """Slack's id of a place; a direct conversation is opened the first time."""
        if not place.startswith(DIRECT):
            return place
        user = place.removeprefix(DIRECT)
        if user not in self._opened:
            answer = await self.link.call("conversations.open", users=user)
            self._opened[user] = _told(answer, "channel", "id")
        return self._opened[user]

    async def hello(self) -> Mapping[str, Any]:
        """Who we are there (auth.test), for « doctor » and « readyz »."""
        return await self.link.call("auth.test")

    async def _share(self, message: Message, outbox_id: str, where: files.Where, say: Say) -> None:
        for file in message.files:
            key = f"{outbox_id}\n{file.id}"
            content = None if key in self._posted else await self.fetch(file.id)
            if content is not None:
                alt = plain(say(file.alt)) if file.alt else ""
                await files.share(self.link, file.name, content, where, alt)
                self._remember(key, file.id)

    def _remember(self, key: str, value: str) -> None:
        self._posted[key] = value
        while len(self._posted) > REMEMBERED:
            self._posted.popitem(last=False)


def _outbox_id(message: Payload) -> str:
    ours = text(message, "metadata", "event_type") == EVENT_TYPE
    return text(message, "metadata", "event_payload", "outbox_id") if ours else ""


def _told(answer: Payload, *path: str) -> str:
    """What an answer must say; one that does not is a try to be made again."""
    found = text(answer, *path)
    if not found:
        raise Undelivered(f"no {'.'.join(path)} in the answer")
    return found
