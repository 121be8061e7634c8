"""What was said while we were away: read back by « since », and heard as if the socket had just told it.

« since » is about the last change, strictly after: posts edited or deleted since come too, and a post at that very
millisecond does not (fact 42). So one millisecond more is asked; of what was created before, only what its author changed is
told, as a correction, and what was deleted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.mattermost.events import Events
from bot.mattermost.payload import Unreadable, listed, number
from bot.mattermost.platform import PAGE, PAGES, Mattermost
from bot.mattermost.spots import DIRECT, between
from bot.payload import Payload, text
from chat.cards import Address
from chat.platform import Undelivered

log = structlog.get_logger()

FULL = 1000
"""As many as « since » gives at once: there may be more."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Replays places, oldest first."""

    platform: Mattermost
    events: Events
    pause: float = 10.0
    """Seconds between two trials of a server that is away."""

    async def since(self, place: Address, moment: datetime, thread: str = "") -> int:
        """Replay a direct conversation, or a thread, from `moment` on; returns how many messages were handed over.

        A server that is away is waited for: this is done once, at the start. Raises Undelivered or Undeliverable.
        """
        await self._up()
        channel = await self.platform.places.channel(place.id)
        start = int(moment.timestamp() * 1000)
        posts = await self._changed(channel, start)
        missed = [p for p in posts if not thread or text(p, "root_id") == thread]
        tasks = self._taken(missed, direct=place.id.startswith(DIRECT), start=start)
        await asyncio.gather(*tasks)
        return len(tasks)

    async def _up(self) -> None:
        while True:
            try:
                await self.platform.hello()
            except Undelivered as failure:
                log.info("catching up waits", reason=str(failure))
                await asyncio.sleep(self.pause)
            else:
                return

    async def resync(self, moment: datetime) -> int:
        """Replay every conversation of the bot where something was said since: the socket could not be resumed.

        What is handed over is not waited for: the socket must be read meanwhile. Raises Undelivered or Undeliverable.
        """
        start, total = int(moment.timestamp() * 1000), 0
        for channel in (await self._channels()).values():
            direct = self._direct(channel)
            if self._worth(channel, start, direct=direct):
                posts = await self._changed(text(channel, "id"), start)
                total += len(self._taken(posts, direct=direct, start=start))
        return total

    @staticmethod
    def _worth(channel: Payload, start: int, *, direct: bool) -> bool:
        """What is only corrected or deleted leaves no trace on its channel, and is nobody's word in a direct conversation."""
        return not number(channel, "delete_at") and (not direct or number(channel, "last_post_at") >= start)

    def _direct(self, channel: Payload) -> bool:
        me = self.platform.me
        return text(channel, "type") == "D" and between(text(channel, "name"), me.id, me)

    async def _channels(self) -> Mapping[str, Payload]:
        link = self.platform.link
        found: dict[str, Payload] = {}
        for team in await link.ask("teams", lambda api: api.teams.get_user_teams("me")):
            id_ = text(team, "id")
            for channel in await link.ask("channels", lambda api, t=id_: api.channels.get_channels_for_user("me", t)):  # type: ignore[misc]
                found[text(channel, "id")] = channel
        return found

    async def _changed(self, channel: str, start: int) -> list[Payload]:
        """The posts created or changed since, in the order in which that happened."""
        posts = await self._page(channel, {"since": start - 1})
        if len(posts) >= FULL:
            posts += await self._older(channel, start)
        moments = {text(p, "id"): (_when(p, start), p) for p in posts}
        return [p for at, p in sorted(moments.values(), key=lambda found: found[0]) if at >= start]

    async def _older(self, channel: str, start: int) -> list[Payload]:
        """Page by page from the newest, until what was before."""
        found: list[Payload] = []
        for page in range(PAGES):
            posts = await self._page(channel, {"page": page, "per_page": PAGE})
            found += posts
            if len(posts) < PAGE or number(posts[-1], "create_at") < start:
                break
        return found

    async def _page(self, channel: str, asked: dict[str, Any]) -> list[Payload]:
        call = self.platform.link.call
        return listed(await call("since", lambda api: api.posts.get_posts_for_channel(channel, asked)))

    def _taken(self, posts: list[Payload], *, direct: bool, start: int) -> list[asyncio.Task[None]]:
        """What is being handled of these posts."""
        tasks = []
        for post in posts:
            try:
                task = self.events.read_back(post, direct=direct, start=start)
            except Unreadable as error:
                log.warning("unreadable", why=str(error))
            else:
                tasks += [task] if task is not None else []
        return tasks


def _when(post: Payload, start: int) -> int:
    """When it was posted; or changed by its author, or deleted, if it was posted before."""
    made = number(post, "create_at")
    return made if made >= start else max(number(post, "edit_at"), number(post, "delete_at"))
