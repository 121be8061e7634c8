"""Conversations: direct ones, opened once; private channels of ours, with their members.

A channel's name stays taken for ever, also once archived (fact 38), and a stranger may have taken it before us: only a
channel that the bot itself created and that still lives is ours, another gets the next name.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.mattermost.limits import shortened
from bot.mattermost.link import Link
from bot.mattermost.spots import DIRECT, Me
from bot.payload import part, text
from chat.platform import Undeliverable, Undelivered

log = structlog.get_logger()

NAME, DISPLAY, PURPOSE = 64, 64, 250
TRIES = 9
PAGE = 200
FRESH = 600.0
"""Seconds after which it is asked again whether somebody's account still lives."""
TAKEN = "exists.app_error"
HERE = "member"


@dataclass(slots=True)
class Places:
    """The conversations of one server. `team` is the name of the team where channels are opened; empty: `review`'s."""

    link: Link
    me: Me
    team: str = ""
    review: str = ""
    _opened: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def channel(self, place: str) -> str:
        """The server's id of a place. Raises Undeliverable for the direct conversation of a deactivated account."""
        if not place.startswith(DIRECT):
            return place
        user = place.removeprefix(DIRECT)
        known, until = self._opened.get(user, ("", 0.0))
        if time.monotonic() >= until:
            known = await self._open_direct(user)
            self._opened[user] = (known, time.monotonic() + FRESH)
        return known

    async def _open_direct(self, user: str) -> str:
        """A deactivated account still takes messages, that nobody reads (fact 39)."""
        account = await self.link.call("user", lambda api: api.users.get_user(user))
        if part(account, "delete_at"):
            raise Undeliverable("user: deactivated")
        pair = [await self.mine(), user]
        return told(await self.link.call("direct", lambda api: api.channels.create_direct_message_channel(pair)), "id")

    async def open(self, name: str, purpose: str, members: Sequence[str]) -> str:
        """The private channel of that name. Raises Undelivered or Undeliverable."""
        team, base = await self._team(), slug(name)
        for number in range(1, TRIES + 1):
            suffix = f"-{number}" if number > 1 else ""
            found = await self._one(team, base[: NAME - len(suffix)].rstrip("-") + suffix, name, purpose)
            if found:
                await self.set_members(found, members)
                return found
        raise Undeliverable(f"channel: every name like {base} is taken")

    async def _one(self, team: str, name: str, display: str, purpose: str) -> str:
        """A new channel, or ours of that name; nothing when it is another's, or archived."""
        body = {
            "team_id": team, "name": name, "display_name": shortened(display, DISPLAY), "type": "P",
            "purpose": shortened(purpose, PURPOSE) if purpose else "",
        }  # fmt: skip
        try:
            return told(await self.link.call("channel", lambda api: api.channels.create_channel(body)), "id")
        except Undeliverable as error:
            if TAKEN not in str(error):
                raise
        try:
            held = await self.link.call("channel", lambda api: api.channels.get_channel_by_name(team, name))
        except (Undelivered, Undeliverable) as error:
            log.info("channel of another", name=name, reason=str(error))
            return ""
        ours = text(held, "creator_id") == await self.mine() and not part(held, "delete_at")
        return told(held, "id") if ours else ""

    async def set_members(self, channel: str, members: Sequence[str]) -> None:
        """Add who is missing, remove who is not among them; whom the server refuses is told to the log."""
        wanted, present = {*members, await self.mine()}, await self.members(channel)
        for user in sorted(wanted - present):
            await self._one_member(f"{HERE} added", channel, user)
        for user in sorted(present - wanted):
            await self._one_member(f"{HERE} removed", channel, user)

    async def _one_member(self, what: str, channel: str, user: str) -> None:
        try:
            if what == f"{HERE} added":
                await self.link.call(what, lambda api: api.channels.add_user(channel, {"user_id": user}))
            else:
                await self.link.call(what, lambda api: api.channels.remove_channel_member(channel, user))
        except Undeliverable as error:
            log.warning("member refused", what=what, channel=channel, account=user, reason=str(error))

    async def members(self, channel: str) -> set[str]:
        """The accounts of a channel."""
        found: set[str] = set()
        for number in range(TRIES):
            page = {"page": number, "per_page": PAGE}
            listed = await self.link.ask("members", lambda api, p=page: api.channels.get_channel_members(channel, p))  # type: ignore[misc]
            found |= {text(member, "user_id") for member in listed}
            if len(listed) < PAGE:
                break
        return found

    async def mine(self) -> str:
        """The bot's own account: asked again when the server was away at the start."""
        if not self.me.id:
            self.me.id = told(await self.link.call("users/me", lambda api: api.users.get_user("me")), "id")
        return self.me.id

    async def _team(self) -> str:
        if self.team:
            return told(await self.link.call("team", lambda api: api.teams.get_team_by_name(self.team)), "id")
        found = await self.link.call("channel", lambda api: api.channels.get_channel(self.review))
        return text(found, "team_id") or _no_team()


def slug(name: str) -> str:
    """A channel's name: lower-case letters and digits without accents, hyphens between, 2 to 64."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    told = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:NAME].rstrip("-")
    return told if len(told) > 1 else f"atelier-{told}".rstrip("-")


def _no_team() -> str:
    raise Undeliverable("team: set MATTERMOST_TEAM")


def told(answer: Mapping[str, Any], name: str) -> str:
    """What an answer must say; one that does not is a try to be made again. Raises Undelivered."""
    found = text(answer, name)
    if not found:
        raise Undelivered(f"no {name} in the answer")
    return found
