"""The ateliers' channels on Slack: names that are taken, channels that are ours, and who is brought in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.slack import channels
from bot.slack.link import Link
from chat.platform import Undeliverable, Undelivered
from tests.conformance.slack_rooms import Rooms
from tests.slack.workspace import BOT, TOKEN, Refused, _served

NAME = "adt-2026-0007"


@dataclass
class Crowded(Rooms):
    """A workspace where names are taken: by channels that the bot does not see, and by some that it is in."""

    unseen: set[str] = field(default_factory=set)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)

    def _usual(self, method: str, form: dict[str, Any]) -> dict[str, Any]:
        if method == "conversations.create" and form["name"] in {*self.unseen, *self.others}:
            raise Refused("name_taken")
        found = super()._usual(method, form)
        if method == "conversations.list":
            found["channels"] += [{"id": f"X{name}", "name": name, **told} for name, told in self.others.items()]
        return found


@pytest.fixture
async def slack() -> AsyncIterator[Crowded]:
    slack = Crowded()
    runner = await _served(slack)
    yield slack
    await runner.cleanup()


@pytest.fixture
async def link(slack: Crowded) -> AsyncIterator[Link]:
    link = Link(TOKEN, f"{slack.url}/api/")
    yield link
    await link.close()


def names(slack: Crowded) -> list[str]:
    return list(slack.rooms)


async def test_a_channel_is_opened_once_and_found_again(slack: Crowded, link: Link) -> None:
    opened = await channels.opened(link, NAME)
    assert await channels.opened(link, NAME) == opened
    assert names(slack) == [NAME]


@pytest.mark.parametrize(
    "told", [{"creator": "USOMEBODY"}, {"creator": BOT, "is_archived": True}], ids=["another's", "archived"]
)
async def test_a_name_taken_gives_the_next_one(slack: Crowded, link: Link, told: dict[str, Any]) -> None:
    slack.others[NAME] = told
    opened = await channels.opened(link, NAME)
    assert names(slack) == [f"{NAME}-2"]
    assert await channels.opened(link, NAME) == opened, "found again by its number"


async def test_a_name_taken_by_what_we_do_not_see_gives_the_next_one(slack: Crowded, link: Link) -> None:
    slack.unseen |= {NAME, f"{NAME}-2"}
    await channels.opened(link, NAME)
    assert names(slack) == [f"{NAME}-3"]


async def test_when_every_name_is_taken_it_is_said(slack: Crowded, link: Link) -> None:
    slack.unseen |= {NAME, *(f"{NAME}-{number}" for number in range(2, channels.TRIES + 1))}
    with pytest.raises(Undeliverable, match="every name like adt-2026-0007 is taken"):
        await channels.opened(link, NAME)


async def test_another_refusal_is_no_taken_name(slack: Crowded, link: Link) -> None:
    slack.refused["conversations.create"] = "restricted_action"
    with pytest.raises(Undeliverable, match="restricted_action"):
        await channels.opened(link, NAME)
    slack.refused["conversations.create"] = "internal_error"
    with pytest.raises(Undelivered):
        await channels.opened(link, NAME)
    assert names(slack) == []


async def test_one_who_cannot_be_invited_keeps_nobody_out(slack: Crowded, link: Link) -> None:
    opened = await channels.opened(link, NAME)
    slack.refused["UGONE"] = "user_disabled"
    await channels.settle(link, opened, ["UGONE", "UANNE"])
    assert slack.members[opened] == {"UANNE"}
    await channels.settle(link, opened, [])
    assert slack.members[opened] == set()


@pytest.mark.parametrize(
    "code", ["ura_max_channels", "user_is_ultra_restricted", "invitee_cant_see_channel", "no_external_invite_permission",
             "org_user_not_in_team", "user_team_not_in_channel"],
)  # fmt: skip
async def test_a_guest_who_may_be_in_one_channel_only_keeps_nobody_out(slack: Crowded, link: Link, code: str) -> None:
    opened = await channels.opened(link, NAME)
    slack.refused["UGUEST"] = code
    await channels.settle(link, opened, ["UGUEST", "UANNE"])
    assert slack.members[opened] == {"UANNE"}


async def test_one_who_left_by_themselves_stops_nothing(slack: Crowded, link: Link) -> None:
    opened = await channels.opened(link, NAME)
    await channels.settle(link, opened, ["UANNE", "UBOB"])
    slack.refused["conversations.kick"] = "not_in_channel"
    await channels.settle(link, opened, [])
    slack.refused["conversations.kick"] = "cant_kick_from_general"
    await channels.settle(link, opened, [])
    assert sorted(args["user"] for args in slack.of("conversations.kick")) == ["UANNE", "UANNE", "UBOB", "UBOB"]
    slack.refused["conversations.invite"] = "not_in_channel"
    with pytest.raises(Undelivered, match="not_in_channel"):
        await channels.settle(link, opened, ["UCLAIRE"])
