"""The atelier's private channels on Slack: opened once, found again by their name, kept to their members.

Sources: https://docs.slack.dev/reference/methods/conversations.create, .list, .invite, .kick, .members; .unarchive:
« Bot tokens (xoxb-...) cannot currently be used to unarchive conversations ».
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from bot.payload import every, part, text
from bot.slack.link import Link
from chat.platform import Undeliverable, Undelivered

log = structlog.get_logger()

TAKEN, THERE, ALONE = "name_taken", "already_in_channel", "cant_invite_self"
GONE = (
    "user_not_found",
    "cant_invite",
    "user_is_restricted",
    "no_user",
    "user_disabled",
    "cant_kick_self",
    "cant_kick_from_general",
    "not_supported",
    "user_is_ultra_restricted",
    "ura_max_channels",
    "invitee_cant_see_channel",
    "user_team_not_in_channel",
    "org_user_not_in_team",
    "no_external_invite_permission",
)
LEFT = "conversations.kick: not_in_channel"
"""Of a kick, this code is about the person, who left by themselves; of any other call it is about us."""
PAGE, PAGES = 200, 50
TRIES = 9
LONGEST = 80
"""Letters in a channel's name."""


async def opened(link: Link, name: str) -> str:
    """The id of the private channel of that name, or of the next free one. Raises Undelivered or Undeliverable.

    A name stays taken by an archived channel, which a bot cannot bring back, and by somebody else's, which a bot may not
    even see: only a channel that we created ourselves and that still lives is ours.
    """
    ours: Mapping[str, str] | None = None
    for number in range(1, TRIES + 1):
        tried = name if number == 1 else f"{name[: LONGEST - 2]}-{number}"
        try:
            return _id(await link.call("conversations.create", name=tried, is_private=True))
        except Undeliverable as refusal:
            if TAKEN not in str(refusal):
                raise
        ours = await _ours(link) if ours is None else ours
        if tried in ours:
            return ours[tried]
        log.info("channel of another", name=tried)
    raise Undeliverable(f"{TAKEN}: every name like {name} is taken")


def _id(answer: object) -> str:
    found = text(answer, "channel", "id") if isinstance(answer, dict) else ""
    if not found:
        raise Undelivered("conversations.create: no channel in the answer")
    return found


async def _ours(link: Link) -> Mapping[str, str]:
    """The channels that we created and that live, by name: a record may have been lost with the process that made it."""
    us = text(dict(await link.call("auth.test")), "user_id")
    found: dict[str, str] = {}
    cursor = ""
    for _ in range(PAGES):
        page = await link.call(
            "conversations.list", types="private_channel", exclude_archived=True, limit=PAGE, cursor=cursor or None
        )
        ours = (c for c in every(page, "channels") if text(c, "creator") == us and part(c, "is_archived") is not True)
        found |= {text(channel, "name"): text(channel, "id") for channel in ours}
        cursor = text(page, "response_metadata", "next_cursor")
        if not cursor:
            break
    return found


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
    except (Undelivered, Undeliverable) as refusal:
        code = str(refusal).rpartition(" ")[2]
        if str(refusal) != LEFT and code not in {THERE, ALONE, *GONE}:
            raise
        if code in GONE:
            log.warning("not moved", method=method, channel=args["channel"], code=code)
