"""What was corrected or deleted while the bot was away: carried once, as when it is there; Slack tells no deletion afterwards."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update
from test_two_chats import ANSWERED, SAID, Both, opened

from bot.catching import catch_up
from bot.sandbox.people import CAMILLE, OSCAR
from storage.tables import inbox
from storage.unit import Unit
from tests.mattermost.posts import Post

__all__ = ["opened"]


def deaf(both: Both) -> list[Any]:
    """Mattermost's events reach nobody from now on."""
    kept, both.state.world.listeners[:] = list(both.state.world.listeners), []
    return kept


async def read_back(both: Both, platform: str) -> None:
    """Another process starts and catches up: it remembers nothing but what is in the database."""
    room = both.state.room if platform == "mattermost" else both.firm.room
    if platform == "mattermost":
        both.state.room.events._heard.clear()
    for _ in range(2):  # twice is once
        await catch_up(both.app.writer, platform, room.catch_up, pause=0)
        await both.settle()


def left(both: Both, at: datetime) -> None:
    """The last thing handled was at this moment."""

    def moved(unit: Unit) -> None:
        unit.conversations._connection.execute(update(inbox).values(at=at))

    both.app.writer.call(moved)


async def said(both: Both, words: str) -> Post:
    """Camille says it in the atelier's channel, and it is carried."""
    before = len(both.state.ear.heard)
    post = both.state.people[CAMILLE.account].say(words, both.place(both.state))
    await both.state.came(before + 1)
    await both.settle()
    return post


# Mattermost


async def test_a_message_heard_then_corrected_while_away_is_carried_as_a_correction(both: Both) -> None:
    post = await said(both, "Salle 2")
    deaf(both)
    both.state.world.change(post, {"message": "Salle 3"})
    await read_back(both, "mattermost")
    assert both.read(both.firm) == [f"{SAID} : « Salle 2 »", f"{SAID} corrige : « Salle 3 »"]


async def test_an_old_message_corrected_while_away_too(both: Both) -> None:
    """It was said long before the absence: « since » brings it for its last change."""
    post = await said(both, "Salle 2")
    post["create_at"] -= 3 * 86_400_000
    deaf(both)
    both.state.world.change(post, {"message": "Salle 3"})
    await read_back(both, "mattermost")
    assert both.read(both.firm)[-1] == f"{SAID} corrige : « Salle 3 »"
    assert len(both.read(both.firm)) == 2


async def test_a_message_said_and_corrected_while_away_is_carried_once_as_it_is_now(both: Both) -> None:
    await both.state.command(CAMILLE, "aide")
    deaf(both)
    post = both.state.people[CAMILLE.account].say("Salle 2", both.place(both.state))
    both.state.world.change(post, {"message": "Salle 3"})
    await read_back(both, "mattermost")
    assert both.read(both.firm) == [f"{SAID} : « Salle 3 »"]


async def test_a_correction_heard_live_is_not_carried_again(both: Both) -> None:
    post = await said(both, "Salle 2")
    before = len(both.state.ear.heard)
    both.state.world.change(post, {"message": "Salle 3"})
    await both.state.came(before + 1)
    await both.settle()
    await read_back(both, "mattermost")
    assert len(both.read(both.firm)) == 2


async def test_a_pin_while_away_is_nothing_and_a_deletion_is_said_once(both: Both) -> None:
    pinned, gone = await said(both, "Épinglé"), await said(both, "Effacé")
    deaf(both)
    pinned |= {"is_pinned": True, "update_at": both.state.world.now()}
    never = both.state.people[CAMILLE.account].say("Dit puis effacé", both.place(both.state))
    for post in (gone, never):
        post |= {"delete_at": both.state.world.now(), "update_at": both.state.world.now()}
    await read_back(both, "mattermost")
    *told, deleted = both.read(both.firm)
    assert told == [f"{SAID} : « Épinglé »", f"{SAID} : « Effacé »"]
    assert deleted.startswith(f"{SAID} : son message du ")


async def test_a_correction_missed_by_a_socket_that_was_not_resumed_is_carried(both: Both) -> None:
    """Nothing new was said there: the channel itself shows no trace of it."""
    post = await said(both, "Salle 2")
    await asyncio.sleep(0.01)
    moment = datetime.now(UTC)
    await asyncio.sleep(0.01)
    deaf(both)
    both.state.world.change(post, {"message": "Salle 3"})
    assert both.state.world.channels[post["channel_id"]]["last_post_at"] < moment.timestamp() * 1000
    await both.state.room.catch_up.resync(moment)
    await both.settle()
    assert both.read(both.firm)[-1] == f"{SAID} corrige : « Salle 3 »"


async def test_what_is_corrected_in_a_direct_conversation_is_nobody_s(both: Both) -> None:
    both.state.people[CAMILLE.account].say("aide")
    await both.state.came(1)
    await both.settle()
    heard = len(both.state.ear.heard)
    post = both.state.people[CAMILLE.account].screen()[0]
    deaf(both)
    both.state.world.change(both.state.world.posts[post["id"]], {"message": "demande"})
    await read_back(both, "mattermost")
    assert {answer.outcome for _, answer in both.state.ear.heard[heard:]} <= {"seen"}
    assert "ADT-2026-0001" not in both.state.read(CAMILLE), "« demande » would have opened one"


# Slack


def held(both: Both, words: str, minutes: int, *, edited: int = 0) -> dict[str, Any]:
    """A message of Oscar's in Slack's history, minutes from now, corrected at another minute or never."""
    at = int((datetime.now(UTC) + timedelta(minutes=minutes)).timestamp())
    told = {"type": "message", "user": both.firm.account(OSCAR), "ts": f"{at}.000100", "text": words}
    if edited:
        again = int((datetime.now(UTC) + timedelta(minutes=edited)).timestamp())
        told["edited"] = {"user": both.firm.account(OSCAR), "ts": f"{again}.000000"}
    both.firm.slack.channels[both.place(both.firm)].append(told)
    return told


async def _away_since(both: Both, minutes: int) -> None:
    await both.firm.command(OSCAR, "aide")
    left(both, datetime.now(UTC) + timedelta(minutes=minutes))


async def test_slack_a_message_said_before_and_corrected_while_away(both: Both) -> None:
    await _away_since(both, -30)
    held(both, "À 10 h.", -200, edited=-10)
    held(both, "Jamais corrigé, et porté en son temps.", -190)
    held(both, "Corrigé avant notre absence.", -180, edited=-170)
    await read_back(both, "slack")
    assert both.read(both.state) == [f"{ANSWERED} corrige : « À 10 h. »"]


async def test_slack_a_message_said_and_corrected_while_away_is_carried_once(both: Both) -> None:
    await _away_since(both, -30)
    held(both, "À 10 h.", -20, edited=-10)
    await read_back(both, "slack")
    assert both.read(both.state) == [f"{ANSWERED} : « À 10 h. »"]


async def test_slack_a_message_heard_just_before_and_corrected_while_away(both: Both) -> None:
    """It is read again for the margin: known already, so what is new is its correction."""
    await _away_since(both, -30)
    told = held(both, "À 9 h.", -20)
    await read_back(both, "slack")
    left(both, datetime.now(UTC) - timedelta(minutes=30))
    again = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp())
    told |= {"text": "À 10 h.", "edited": {"user": told["user"], "ts": f"{again}.000000"}}
    await read_back(both, "slack")
    assert both.read(both.state) == [f"{ANSWERED} : « À 9 h. »", f"{ANSWERED} corrige : « À 10 h. »"]
