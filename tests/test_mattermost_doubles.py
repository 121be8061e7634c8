"""Fact 31, with the whole bot behind: one letter is one post, however the answer was lost and whatever the server forgot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.mattermost.press import Seals
from bot.sandbox.people import CAMILLE, NORA
from chat.cards import Address
from chat.platform import Undelivered
from tests.conformance.mattermost import MattermostStage
from tests.conformance.outages import carried, received, written
from tests.conformance.stages import lived
from tests.mattermost.captured import Refusal
from tests.mattermost.stage import Stage, card, staged
from tests.mattermost.town import KEY
from tests.mattermost.world import World

THIRTY = 31.0
"""Seconds after which the server has forgotten an id."""


@pytest.fixture(name="stage")
async def whole(tmp_path: Path) -> AsyncIterator[MattermostStage]:
    async with lived("mattermost", tmp_path) as stage:
        yield cast(MattermostStage, stage)


@pytest.fixture
async def alone() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


def forgotten(world: World) -> None:
    """Thirty seconds pass for the server: it knows no id any more."""
    world.pending = {id_: (post, at - THIRTY) for id_, (post, at) in world.pending.items()}


def pending(world: World) -> list[str]:
    """The ids under which posts were asked for, in order."""
    return [body["pending_post_id"] for method, path, body in world.asked if (method, path) == ("POST", "/posts")]


async def test_fact_31_after_thirty_seconds_the_letter_is_looked_for_before_it_is_sent_again(stage: MattermostStage):
    """The server would make a second post: only the outbox id in its props tells that it was taken."""
    written(stage, "Bonjour")
    await stage.settle()
    stage.outage("cut")
    written(stage, "Lettre 1")
    await stage.settle()
    stage.outage("")
    asked = len(pending(stage.world))
    forgotten(stage.world)
    await carried(stage)
    assert received(stage) == ["Lettre 1"]
    assert len(pending(stage.world)) == asked, "it was found, not sent again"


async def test_fact_31_the_server_really_forgets(alone: Stage):
    """The same id twice, thirty seconds apart, is two posts: what the bot's own search is for."""
    place = Address(platform="mattermost", id=alone.channel)
    first = await alone.room.platform.post(place, card("A"), "o1", "", "fr")
    forgotten(alone.world)
    again = await alone.room.platform.post(place, card("A"), "o1", "", "fr")
    assert first != again
    assert len(alone.anne.screen(alone.channel)) == 2


async def test_fact_31_a_refusal_frees_the_id_and_the_letter_goes_under_it(stage: MattermostStage):
    """A post that failed holds nothing: the next try, under the same id, is taken."""
    real, refusals = stage.world.create, [Refusal(500, "store.sql_post.save.app_error")]

    def created(user: str, given: dict[str, Any]) -> Any:
        if user == stage.world.bot and refusals:
            raise refusals.pop()
        return real(user, given)

    stage.world.create = created  # type: ignore[method-assign]
    written(stage, "Lettre 1")
    await carried(stage)
    assert received(stage) == ["Lettre 1"]
    first, second = pending(stage.world)
    assert first == second


async def test_fact_31_two_at_once_are_one_post_and_the_pending_one_is_tried_again(stage: MattermostStage):
    """The double is refused while the first is being made; tried again, it is the first that comes back."""
    real, told = stage.world.create, []

    def created(user: str, given: dict[str, Any]) -> Any:
        if user == stage.world.bot:
            told.append(given["pending_post_id"])
            made = real(user, given)  # the first, whose answer is still on its way
            if len(told) == 1:
                raise Refusal(500, "api.post.deduplicate_create_post.pending")
            return made
        return real(user, given)

    stage.world.create = created  # type: ignore[method-assign]
    written(stage, "Lettre 1", "Lettre 2")
    await carried(stage)
    assert received(stage) == ["Lettre 1", "Lettre 2"]


async def test_fact_31_each_letter_has_an_id_of_its_own(stage: MattermostStage):
    written(stage, "Lettre 1", "Lettre 1", "Lettre 2")
    await carried(stage)
    assert received(stage) == ["Lettre 1", "Lettre 1", "Lettre 2"]
    assert len(set(pending(stage.world))) == 3


async def test_fact_31_whoever_sends_our_id_receives_our_post_so_it_is_a_secret(alone: Stage):
    """Measured on 5.37: even from a private channel. The id is made with our key: another key makes another."""
    place = Address(platform="mattermost", id=alone.channel)
    ours = await alone.room.platform.post(place, card("A"), "o1", "", "fr")
    [id_] = pending(alone.world)
    stranger = alone.world.user("curieux")["id"]
    aside = alone.world.channel("ailleurs", stranger)["id"]
    given = {"channel_id": aside, "message": "", "pending_post_id": id_}
    assert alone.world.create(stranger, given)["id"] == ours, "the server gives it"
    assert id_ == Seals.of(KEY).double("o1")
    for key in (b"", b"another secret of the tests", KEY[:-1]):
        guess = Seals.of(key).double("o1")
        assert alone.world.create(stranger, given | {"pending_post_id": guess})["id"] != ours


async def test_fact_31_a_post_of_another_under_the_same_outbox_id_is_not_taken_for_ours(stage: MattermostStage):
    """Anybody may set props (fact 34): what is found must be of our own account."""
    place = stage.direct(CAMILLE)
    props = {"atelier": "o1"}
    stage.world.create(stage.account(CAMILLE), {"channel_id": stage.home(CAMILLE), "message": "x", "props": props})
    assert await stage.platform.find(place, "o1", "") is None
    stage.outage("down")
    with pytest.raises(Undelivered):
        await stage.platform.find(stage.direct(NORA), "o1", "")
