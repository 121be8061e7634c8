"""Mattermost as a platform: what the bot calls. Posts carry the outbox id in their props, and are found again by it.

Places are channels' ids, or « dm:<user id> ». The server itself knows a double for thirty seconds, by `pending_post_id`;
after that, whoever is in doubt calls `find` first. Edits draw everything anew and keep the outbox id: what the server gives
back has lost its buttons (fact 12). Methods raise Undelivered or Undeliverable, nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.mattermost import files
from bot.mattermost.drawing import OUTBOX, Drawn
from bot.mattermost.link import Link
from bot.mattermost.payload import listed
from bot.mattermost.pens import Drawing
from bot.mattermost.places import Places, told
from bot.mattermost.spots import PLATFORM, Me
from bot.payload import Payload, part, text
from chat.cards import Address, Message
from chat.platform import Undeliverable

log = structlog.get_logger()

Fetch = Callable[[str], Awaitable[bytes | None]]
PAGE, PAGES = 200, 10
NO_ROOT = "root_id.app_error"


async def no_file(_id: str) -> bytes | None:
    """The bot hands out no file."""
    return None


@dataclass(slots=True)
class Mattermost:
    """The platform. `fetch` gives the bytes of a file the bot hands out, by its id."""

    link: Link
    drawing: Drawing
    me: Me
    places: Places
    fetch: Fetch = no_file
    name: str = field(default=PLATFORM, init=False)

    async def post(self, place: Address, message: Message, outbox_id: str, thread: str, lang: str) -> str:
        """Post with its files and return the post's id."""
        drawn = self.drawing.drawn(message, lang)
        channel = await self.places.channel(place.id)
        ids = await self._share(message, channel)
        posted = await self.say(channel, drawn, thread, outbox_id, ids)
        if len(_files(posted)) < len(ids):
            await self._files_again(message, channel, thread or text(posted, "id"), outbox_id)
        return told(posted, "id")

    async def say(
        self, channel: str, drawn: Drawn, thread: str, outbox_id: str, ids: Sequence[str] = ()
    ) -> Mapping[str, Any]:
        """Post in a conversation known by the server's id, and give the post; a thread whose root is gone is left."""
        body = {
            "channel_id": channel, "message": drawn.text, "root_id": thread, "file_ids": list(ids),
            "props": {**drawn.props, OUTBOX: outbox_id}, "pending_post_id": self.drawing.seals.double(outbox_id),
        }  # fmt: skip
        try:
            return await self.link.call("post", lambda api: api.posts.create_post(body))
        except Undeliverable as error:
            if not thread or NO_ROOT not in str(error):
                raise
            log.warning("thread gone", channel=channel, root=thread)
        return await self.link.call("post", lambda api: api.posts.create_post({**body, "root_id": ""}))

    async def _share(self, message: Message, channel: str) -> list[str]:
        """Upload anew at each try: an id that served once is silently dropped (fact 36)."""
        contents = [(file.name, await self.fetch(file.id)) for file in message.files]
        return [await files.share(self.link, name, c, channel) for name, c in contents if c is not None]

    async def _files_again(self, message: Message, channel: str, root: str, outbox_id: str) -> None:
        """The server dropped files: they follow under the message. One that is dropped twice is told to the log."""
        ids = await self._share(message, channel)
        names = " · ".join(" ".join(file.name.split()) for file in message.files)
        posted = await self.say(channel, Drawn(f"📎 {names}"), root, f"{outbox_id}+", ids)
        if len(_files(posted)) < len(ids):
            log.error("files dropped", channel=channel, post=text(posted, "id"), count=len(ids))

    async def edit(self, place: Address, post: str, message: Message, lang: str) -> None:
        """Replace a post of ours; its pin and files stay, and so does the outbox id."""
        drawn = self.drawing.drawn(message, lang)
        held = await self.link.call("post", lambda api: api.posts.get_post(post))
        if part(held, "delete_at") or text(held, "channel_id") != await self.places.channel(place.id):
            raise Undeliverable("post: gone")
        await self.patch(post, drawn, text(held, "props", OUTBOX))

    async def patch(self, post: str, drawn: Drawn, outbox_id: str) -> None:
        """Draw a post anew."""
        props = {**drawn.props, **({OUTBOX: outbox_id} if outbox_id else {})}
        body = {"message": drawn.text, "props": props}
        await self.link.call("patch", lambda api: api.posts.patch_post(post, body))

    async def find(self, place: Address, outbox_id: str, thread: str) -> str | None:
        """The id of our post that carries this outbox id, among the last two thousand of the place, or in the thread.

        A thread whose root is gone holds nothing: what was for it went beside (see `say`), and is looked for in the place.
        """
        channel, mine = await self.places.channel(place.id), await self.places.mine()
        if thread and (replies := await self._thread(thread)) is not None:
            return _carrying(replies, outbox_id, mine)
        for number in range(PAGES):
            page = {"page": number, "per_page": PAGE}
            found = await self.link.call("find", lambda api, p=page: api.posts.get_posts_for_channel(channel, p))  # type: ignore[misc]
            held = listed(found)
            if ours := _carrying(held, outbox_id, mine):
                return ours
            if len(held) < PAGE:
                break
        return None

    async def _thread(self, root: str) -> list[Payload] | None:
        """Its posts; None when its root is gone."""
        try:
            return listed(await self.link.call("find", lambda api: api.posts.get_thread(root)))
        except Undeliverable:
            return None

    async def pin(self, place: Address, post: str) -> None:
        """Pin a post to its channel; `place` is where it is."""
        log.info("pinned", place=place.id, post=post)
        await self.link.call("pin", lambda api: api.posts.pin_post_to_channel(post))

    async def open_place(self, name: str, purpose: str, members: Sequence[str]) -> str:
        """The private channel of that name, with these accounts: the same one when it is asked for again."""
        return await self.places.open(name, purpose, members)

    async def set_members(self, place: str, members: Sequence[str]) -> None:
        """Make these accounts, and the bot, the only members of a channel of ours."""
        await self.places.set_members(place, members)

    async def hello(self) -> Mapping[str, Any]:
        """Who we are there, remembered: for « readyz », and to know our own posts."""
        answer = await self.link.call("users/me", lambda api: api.users.get_user("me"))
        self.me.id, self.me.name = told(answer, "id"), text(answer, "username")
        return answer


def _carrying(posts: Sequence[Payload], outbox_id: str, mine: str) -> str | None:
    """Anybody may set props: only a post of ours counts (fact 34)."""
    ours = (p for p in posts if text(p, "user_id") == mine and not part(p, "delete_at"))
    return next((text(p, "id") for p in ours if text(p, "props", OUTBOX) == outbox_id), None)


def _files(post: Payload) -> list[object]:
    found = part(post, "file_ids")
    return found if isinstance(found, list) else []
