"""« /atelier » tried by the doctor: the token compared where it can be read, the command typed by the bot to the running bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.findings import Level
from bot.mattermost import probe
from bot.mattermost.checkup import Checkup
from bot.mattermost.press import Seals
from bot.mattermost.spots import Me
from chat.language import load
from chat.talk import Answer, AnyEvent
from tests.mattermost import calls
from tests.mattermost.server import serving
from tests.mattermost.town import KEY, called, room_of
from tests.mattermost.world import ADMIN_TOKEN, COMMAND_TOKEN, TOKEN, World, new_id

SAY = load().say("fr")
POINT = "mattermost.commande"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A server, and a bot that runs there and is in a channel."""
    async with serving(World()) as world:
        starlette, heard = Starlette(), []

        async def receive(event: AnyEvent) -> Answer:
            heard.append(event)
            return Answer()

        async with called(starlette) as url:
            world.bot_url = url
            room = room_of(world)
            starlette.routes.extend(room.routes)
            room.attach(receive)
            await room.start()
            world.channel("revue-ad1", world.bot)
            yield world
            await room.close()
        assert heard == [], "the doctor's own command is nobody's words"


def registered(world: World, **more: Any) -> dict[str, Any]:
    """« /atelier » as an administrator made it."""
    made = {
        "id": new_id(), "trigger": "atelier", "url": f"{world.bot_url}/mattermost/commands", "token": COMMAND_TOKEN, "method": "P",
        "team_id": world.team, "delete_at": 0, "creator_id": world.admin, **more,
    }  # fmt: skip
    world.commands[made["id"]] = made
    return made


async def found(world: World, **more: Any) -> list[tuple[Level, str]]:
    given = {"token": TOKEN, "command_token": COMMAND_TOKEN, "secret": KEY} | more
    findings = await Checkup(world.url, public=world.bot_url, **given).findings()
    told = [(f.level, SAY(f.said) + (f" → {SAY(f.repair)}" if f.repair else "")) for f in findings if f.point == POINT]
    assert told, "the command is always told about"
    return told


async def test_the_right_token_is_proved_by_the_command_itself(world: World):
    registered(world)
    [(level, said)] = await found(world)
    assert (level, "avec le bon jeton" in said) == (Level.OK, True)
    assert ("mattermost/commands", 200) in world.calls


async def test_a_wrong_token_is_refused_by_the_running_bot_and_told(world: World):
    registered(world, token=new_id())
    [(level, said)] = await found(world)
    assert level is Level.FAUTE
    assert "ne porte pas le jeton qu'il attend" in said
    assert "MATTERMOST_COMMAND_TOKEN" in said
    assert ("mattermost/commands", 401) in world.calls


async def test_with_an_administrator_s_token_it_is_compared(world: World):
    registered(world, token=new_id())
    [(level, said)] = await found(world, admin=ADMIN_TOKEN)
    assert (level, "n'est pas le jeton de la commande" in said) == (Level.FAUTE, True)
    assert not [path for path, _ in world.calls if path.endswith("commands")], "it needs no more to be known"
    world.commands.clear()
    registered(world)
    [(level, said)] = await found(world, admin=ADMIN_TOKEN, command_token=f"another, {COMMAND_TOKEN}")
    assert (level, "avec le bon jeton" in said) == (Level.OK, True)


async def test_a_bot_that_may_manage_commands_reads_it_itself(world: World):
    world.users[world.bot]["roles"] = "system_user system_admin"
    registered(world, token=new_id())
    [(level, said)] = await found(world)
    assert (level, "n'est pas le jeton de la commande" in said) == (Level.FAUTE, True)


async def test_a_command_that_calls_elsewhere(world: World):
    registered(world, url="http://127.0.0.1:1/mattermost/commands")
    [(level, said)] = await found(world, admin=ADMIN_TOKEN)
    assert (level, "http://127.0.0.1:1/mattermost/commands, et non ce robot" in said) == (Level.FAUTE, True)
    [(level, said)] = await found(world)
    assert (level, "n'atteint pas le robot" in said) == (Level.FAUTE, True)


@pytest.mark.parametrize("admin", ["", ADMIN_TOKEN])
async def test_no_command_at_all(world: World, admin: str):
    world.settings["slash"] = False
    [(level, said)] = await found(world, admin=admin)
    assert (level, "n'existe dans aucune équipe" in said, "installer" in said) == (Level.FAUTE, True, True)


async def test_another_program_answers(world: World):
    """It takes whatever comes: the tag is not there."""

    async def taken(_request: Request) -> JSONResponse:
        return JSONResponse({"text": "Bonjour"})

    async with called(Starlette(routes=[Route("/mattermost/commands", taken, methods=["POST"])])) as url:
        registered(world, url=f"{url}/mattermost/commands")
        [(level, said)] = await found(world)
    assert (level, "mène à un autre programme" in said) == (Level.FAUTE, True)


async def test_without_the_setting_nothing_is_typed(world: World):
    registered(world)
    [(level, said)] = await found(world, command_token="")
    assert (level, "manque" in said) == (Level.ATTENTION, True)
    assert not [path for path, _ in world.calls if path.endswith("commands")]


async def test_words_that_look_like_the_doctor_s_are_anybody_s_words(world: World):
    """Another account, other seals, too late: handled as any command, and never answered with the tag."""
    registered(world)
    seals, now = Seals.of(KEY).probe, datetime.now(UTC)
    words = probe.words(seals, "n", now)
    form = {"text": words, "user_id": world.bot}
    me = Me(world.bot, "atelier-bot")
    assert probe.typed(seals, form, now, me) == probe.typed_answer(seals, "n")
    assert probe.typed(seals, form | {"user_id": world.admin}, now, me) is None
    assert probe.typed(seals, form, now + timedelta(minutes=3), me) is None
    assert probe.typed(Seals.of(b"another").probe, form, now, me) is None
    assert probe.typed(seals, form | {"text": "aide"}, now, me) is None
    assert probe.typed(seals, form, now, Me()) is None
    assert probe.typed_answer(seals, "n") != probe.expected(seals, "n"), "one probe's answer is not the other's"


async def test_the_door_comes_first(world: World):
    """The doctor's words without the token are refused as any others."""
    words = probe.words(Seals.of(KEY).probe, "n", datetime.now(UTC))
    form = {
        "token": "wrong",
        "text": words,
        "user_id": world.bot,
        "channel_id": "c",
        "trigger_id": calls.trigger(world.bot),
    }
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{world.bot_url}/mattermost/commands", data=form)
    assert answer.status_code == 401
