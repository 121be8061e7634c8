"""The atelier's private channels on Slack: opened once, found again by their name, kept to their members.

Sources: https://docs.slack.dev/reference/methods/conversations.create, .invite, .kick, .members.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.payload import every, text
from bot.slack.link import Link
from chat.platform import Undeliverable, Undelivered

TAKEN, THERE, ALONE = "name_taken", "already_in_channel", "cant_invite_self"
GONE = (
    "user_not_found",
    "cant_invite",
    "user_is_restricted",
    "no_user",
    "user_disabled",
    "not_in_channel",
    "cant_kick_self",
)
PAGE, PAGES = 200, 50


async def opened(link: Link, name: str) -> str:
    """The id of the private channel of this name, created when it does not exist. Raises Undelivered or Undeliverable."""
    try:
        answer = await link.call("conversations.create", name=name, is_private=True)
    except Undeliverable as refusal:
        if TAKEN not in str(refusal):
            raise
        return await _found(link, name)
    return _id(answer)


def _id(answer: object) -> str:
    found = text(answer, "channel", "id") if isinstance(answer, dict) else ""
    if not found:
        raise Undelivered("conversations.create: no channel in the answer")
    return found


async def _found(link: Link, name: str) -> str:
    """Ours was created before, and its record lost with the process that made it."""
    cursor = ""
    for _ in range(PAGES):
        page = await link.call(
            "conversations.list", types="private_channel", exclude_archived=True, limit=PAGE, cursor=cursor or None
        )
        for channel in every(page, "channels"):
            if text(channel, "name") == name:
                return text(channel, "id")
        cursor = text(page, "response_metadata", "next_cursor")
        if not cursor:
            break
    raise Undeliverable(f"{TAKEN}: {name} is somebody else's channel")


async def settle(link: Link, channel: str, members: Sequence[str]) -> None:
    """Invite who is missing, one by one so that one refusal keeps nobody else out; take out who should not be there."""
    us = text(dict(await link.call("auth.test")), "user_id")
    there = await _members(link, channel)
    for user in members:
        if user not in there:
            await _calmly(link, "conversations.invite", channel=channel, users=user)
    for user in there - {*members, us}:
        await _calmly(link, "conversations.kick", channel=channel, user=user)


async def _members(link: Link, channel: str) -> frozenset[str]:
    found: set[str] = set()
    cursor = ""
    for _ in range(PAGES):
        page = await link.call("conversations.members", channel=channel, limit=PAGE, cursor=cursor or None)
        listed = page.get("members")
        found |= {str(user) for user in listed} if isinstance(listed, list) else set()
        cursor = text(page, "response_metadata", "next_cursor")
        if not cursor:
            break
    return frozenset(found)


async def _calmly(link: Link, method: str, **args: str) -> None:
    """A person who cannot be moved (gone, a guest, already there) keeps nobody else out. Raises Undelivered."""
    try:
        await link.call(method, **args)
    except Undeliverable as refusal:
        if not any(code in str(refusal) for code in (THERE, ALONE, *GONE)):
            raise
