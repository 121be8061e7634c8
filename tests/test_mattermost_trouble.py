"""What goes wrong around a Mattermost server, with the whole bot behind: a sentence or a doctor's finding, and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from bot.findings import Level
from bot.mattermost.checkup import Checkup
from bot.sandbox.people import CAMILLE, MARC, NORA, REVIEW
from chat.cards import Address, Message
from chat.language import load
from chat.text import raw
from storage.tables import outbox
from storage.unit import Unit
from tests.conformance.mattermost import MattermostStage
from tests.conformance.outages import carried, received, written
from tests.conformance.stages import KEY, lived
from tests.mattermost.captured import Refusal
from tests.mattermost.world import COMMAND_TOKEN, TOKEN

SAY = load().say("fr")


@pytest.fixture(name="stage")
async def whole(tmp_path: Path) -> AsyncIterator[MattermostStage]:
    async with lived("mattermost", tmp_path) as stage:
        yield cast(MattermostStage, stage)


async def doctor(stage: MattermostStage, **more: Any) -> dict[str, tuple[Level, str]]:
    """What the doctor finds there: each point, its level, what is said and how to repair it."""
    world = stage.world
    given: dict[str, Any] = {
        "token": TOKEN,
        "command_token": COMMAND_TOKEN,
        "secret": KEY,
        "channel": stage.review,
    } | more
    findings = await Checkup(world.url, public=world.bot_url, **given).findings()
    return {f.point: (f.level, SAY(f.said) + (f" {SAY(f.repair)}" if f.repair else "")) for f in findings}


def letters(stage: MattermostStage) -> list[tuple[str, str]]:
    """Every letter's state, and what the platform said of it."""
    assert stage.app is not None

    def read(unit: Unit) -> list[tuple[str, str]]:
        found = select(outbox.c.state, outbox.c.reason).order_by(outbox.c.seq)
        return [(row.state, row.reason or "") for row in unit.conversations._connection.execute(found)]

    return stage.app.writer.call(read)


async def later(stage: MattermostStage, by: timedelta) -> None:
    """Time goes on, and what is due is tried again."""
    for _ in range(4):
        stage.ahead.by += by / 4
        await stage.settle()


@pytest.mark.parametrize("token", ["revoked", "wrong"])
async def test_a_token_that_is_refused_holds_every_letter_until_another_is_given(
    stage: MattermostStage, token: str
) -> None:
    kept = dict(stage.world.tokens)
    stage.world.tokens = {t: u for t, u in kept.items() if t != TOKEN} | (
        {"another": stage.world.bot} if token == "wrong" else {}
    )
    written(stage, "Lettre 1", "Lettre 2")
    await later(stage, timedelta(hours=2))
    assert received(stage) == []
    assert {state for state, _ in letters(stage)} == {"waiting"}
    assert "401" in letters(stage)[0][1]
    level, said = (await doctor(stage))["mattermost.jeton"]
    assert (level, "MATTERMOST_TOKEN" in said) == (Level.FAUTE, True)
    stage.world.tokens = kept
    await carried(stage)
    assert received(stage) == ["Lettre 1", "Lettre 2"]


async def test_a_server_away_for_an_hour_loses_nothing_either_way(stage: MattermostStage) -> None:
    written(stage, "Lettre 1")
    await stage.settle()
    stage.outage("down")
    await stage.world.sockets.cut()  # type: ignore[attr-defined]
    for number in range(2, 6):
        written(stage, f"Lettre {number}")
        await later(stage, timedelta(minutes=15))
    assert received(stage) == ["Lettre 1"]
    level, said = (await doctor(stage))["mattermost.jeton"]
    assert (level, "MATTERMOST_URL" in said) == (Level.FAUTE, True)
    before = len(stage.ear.heard)
    stage.people[CAMILLE.account].say("aide")  # it is back for people before our socket is
    stage.outage("")
    await stage.came(before + 1)
    await carried(stage)
    assert received(stage) == [f"Lettre {n}" for n in range(1, 6)]
    assert {state for state, _ in letters(stage)} == {"posted"}
    assert "Les commandes" in stage.read(CAMILLE)


async def test_what_is_typed_while_the_upgrade_is_limited_is_read_back_once(stage: MattermostStage) -> None:
    await stage.command(CAMILLE, "aide")
    stage.outage("limited")
    await stage.world.sockets.cut()  # type: ignore[attr-defined]
    await asyncio.sleep(0.1)
    before = len(stage.ear.heard)
    for words in ("liste", "file"):
        stage.people[CAMILLE.account].say(words)
    await asyncio.sleep(0.3)
    assert len(stage.ear.heard) == before
    stage.outage("")
    await stage.came(before + 2)
    await stage.settle()
    assert [event.text for event, _ in stage.ear.heard[before:]] == ["liste", "file"]  # type: ignore[union-attr]


async def test_a_renamed_person_is_the_same_person(stage: MattermostStage) -> None:
    stage.world.users[stage.account(CAMILLE)] |= {
        "username": "camille.durand",
        "first_name": "Camille",
        "last_name": "Durand",
    }
    written(stage, "Lettre 1")
    await stage.command(CAMILLE, "demande")
    assert received(stage) == ["Lettre 1"]
    assert "ADT-2026-0001" in stage.read(CAMILLE)
    await stage.say(CAMILLE, "DDT de la Meuse")
    assert stage.ear.heard[-1][1].outcome == "done"


async def test_a_deactivated_person_stops_nobody_and_what_was_not_read_is_known(stage: MattermostStage) -> None:
    assert stage.app is not None
    account = stage.account(CAMILLE)
    stage.world.users[account]["delete_at"] = 1
    written(stage, "Lettre 1")

    def to_nora(unit: Unit) -> None:
        unit.outbox.put(stage.direct(NORA), Message(text=raw("À Nora")), due=stage.clock.now())

    stage.app.writer.call(to_nora)
    await stage.settle()
    assert "À Nora" in stage.read(NORA)
    assert [state for state, _ in letters(stage)] == ["dead", "posted"]
    assert "deactivated" in letters(stage)[0][1]
    stage.world.users[account]["delete_at"] = 0
    stage.platform.inner.places._opened.clear()  # what was learnt of a conversation is kept for a while  # type: ignore[attr-defined]
    written(stage, "Lettre 2")
    await stage.settle()
    assert received(stage) == ["Lettre 2"]


async def test_somebody_removed_from_a_channel_reads_and_presses_nothing_there_and_is_still_written_to(
    stage: MattermostStage,
) -> None:
    await stage.command(MARC, "aide", REVIEW.id)
    stage.world.members[stage.review].discard(stage.account(MARC))
    with pytest.raises(Refusal, match="403"):
        await stage.command(MARC, "file", REVIEW.id)
    await stage.command(MARC, "file")
    assert stage.ear.heard[-1][1].outcome == "done"


async def test_the_bot_removed_from_the_review_channel_waits_to_be_invited(stage: MattermostStage) -> None:
    assert stage.app is not None
    review = Address(platform="mattermost", id=stage.review)
    stage.world.members[stage.review].discard(stage.world.bot)

    def to_review(unit: Unit) -> None:
        unit.outbox.put(review, Message(text=raw("À tous")), due=stage.clock.now())

    stage.app.writer.call(to_review)
    await later(stage, timedelta(hours=1))
    assert [state for state, _ in letters(stage)] == ["waiting"]
    level, said = (await doctor(stage))["mattermost.salon"]
    assert (level, "/invite" in said) == (Level.FAUTE, True)
    stage.world.members[stage.review].add(stage.world.bot)
    await carried(stage)
    assert "À tous" in stage.read(NORA, REVIEW.id)


async def test_an_archived_channel_is_said_and_holds_up_nothing_else(stage: MattermostStage) -> None:
    assert stage.app is not None
    review = Address(platform="mattermost", id=stage.review)
    stage.world.channels[stage.review]["delete_at"] = 1

    def to_review(unit: Unit) -> None:
        unit.outbox.put(review, Message(text=raw("À tous")), due=stage.clock.now())

    stage.app.writer.call(to_review)
    written(stage, "Lettre 1")
    await stage.settle()
    assert received(stage) == ["Lettre 1"]
    assert letters(stage)[0][0] == "waiting"
    assert "can_not_post_to_deleted" in letters(stage)[0][1], "kept, with the reason, for « atelier doctor »"
    level, said = (await doctor(stage))["mattermost.salon"]
    assert (level, "archivé" in said, "Désarchivez" in said) == (Level.FAUTE, True, True)
    stage.world.channels[stage.review]["delete_at"] = 0
    await carried(stage)
    assert "À tous" in stage.read(NORA, REVIEW.id)


async def test_an_address_that_the_server_refuses_to_call_leaves_the_conversation(stage: MattermostStage) -> None:
    await stage.command(CAMILLE, "demande")
    shown = len(stage.ear.heard)
    stage.world.reachable = False
    with pytest.raises(Refusal, match="action_integration"):
        await stage.press(CAMILLE, "Tout remplir en une fois")
    with pytest.raises(Refusal, match="500"):
        await stage.command(CAMILLE, "liste")
    assert len(stage.ear.heard) == shown, "nothing reached us"
    await stage.say(CAMILLE, "DDT de la Meuse")
    assert stage.ear.heard[-1][1].outcome == "done", "words go by the websocket, which the bot opens itself"
    level, said = (await doctor(stage))["mattermost.appel"]
    assert (level, "AllowedUntrustedInternalConnections" in said) == (Level.FAUTE, True)
    stage.world.reachable = True
    await stage.press(CAMILLE, "Tout remplir en une fois")
    assert stage.window(CAMILLE) is not None
