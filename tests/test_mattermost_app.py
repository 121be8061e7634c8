"""The three doors from outside: who may push them, what they answer, what follows; and the bot as production builds it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from atelier.territories import Territories
from bot import memory, patience, production, settings
from bot.mattermost import events
from bot.mattermost.app import MattermostRoom
from bot.settings import Settings, Wrong
from chat.cards import Address, Message
from chat.language import load
from chat.platform import Undelivered
from chat.talk import Asked, Attached, Correct, Offered, Pressed, Say, Show, Turned
from chat.text import raw, tr
from tests.mattermost.captured import Refusal, body, capture
from tests.mattermost.person import Person
from tests.mattermost.server import serving
from tests.mattermost.stage import LANGUAGES, Stage, card, say, staged
from tests.mattermost.town import KEY, room_of
from tests.mattermost.world import COMMAND_TOKEN, TOKEN, World

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(patience, "TRIES", 1)
    async with staged() as stage:
        yield stage


async def push(stage: Stage, path: str, content: str | bytes, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.post(f"{stage.world.bot_url}/mattermost/{path}", content=content, headers=headers)


def form(**more: str) -> str:
    return urlencode(body("slash_command_request_public_channel") | {"token": COMMAND_TOKEN} | more)


# The door of commands


@pytest.mark.parametrize("token", ["", "wrong", COMMAND_TOKEN[:-1], COMMAND_TOKEN + "x", TOKEN])
async def test_a_wrong_command_token(stage: Stage, token: str):
    assert (await push(stage, "commands", form(token=token), **FORM)).status_code == 401
    assert (await push(stage, "commands", form(), **FORM, authorization=f"Token {token or 'x'}")).status_code == 401
    assert stage.desk.events == []


async def test_the_token_is_never_logged(stage: Stage, capsys: pytest.CaptureFixture[str]):
    await push(stage, "commands", form(token="a-secret-of-somebody"), **FORM)
    assert "a-secret-of-somebody" not in capsys.readouterr().out


def test_without_a_command_token_there_is_no_such_door():
    world = World(url="http://127.0.0.1:1")
    with_token, without = room_of(world), room_of(world, command_token="")
    assert [r.path for r in with_token.routes if "commands" in r.path] == ["/mattermost/commands"]  # type: ignore[attr-defined]
    assert [r.path for r in without.routes] == ["/mattermost/actions", "/mattermost/dialogs"]  # type: ignore[attr-defined]


async def test_each_team_has_its_command_token():
    async with staged(command_token=f"other, {COMMAND_TOKEN}") as stage:
        for token, status in (("other", 200), (COMMAND_TOKEN, 200), ("", 401), (f"other, {COMMAND_TOKEN}", 401)):
            assert (await push(stage, "commands", form(token=token), **FORM)).status_code == status


async def test_two_mentions_repeat_their_keys(stage: Stage):
    text = capture("slash_command_request_two_mentions_repeated_keys")["body_text"]
    token = body("slash_command_request_two_mentions_repeated_keys")["token"]
    assert (await push(stage, "commands", text.replace(token, COMMAND_TOKEN), **FORM)).json() == {}
    [event] = stage.desk.events
    assert isinstance(event, Asked)
    assert event.text.startswith("@prefet @dreal @inconnu")


@pytest.mark.parametrize("path", ["commands", "actions", "dialogs"])
@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"3", b"{", b"x" * (1 << 20 | 1), b"[" * 100_000])
async def test_what_is_no_payload(stage: Stage, path: str, content: bytes):
    kind = {"content-type": "application/json"}
    assert (await push(stage, path, content, **kind)).status_code == 400
    assert stage.desk.events == []


async def test_anything_at_all_is_answered(stage: Stage):
    """Never a 500: a body of any shape is refused, or answered by an object."""
    doors = httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=stage.room.routes)), base_url="http://bot.test"
    )
    bases = {"actions": body("action_request_button"), "dialogs": body("dialog_request_submit")}
    for strange in (None, 0, True, "", "x\ud800", [], {}, [{}], {"t": []}, "x" * 9000):
        for path, base in bases.items():
            for name in base:
                answer = await doors.post(f"/mattermost/{path}", content=json.dumps(base | {name: strange}))
                assert answer.status_code == 200, (path, name, strange)
                assert isinstance(answer.json(), dict)
            answer = await doors.post(f"/mattermost/{path}", content=json.dumps(strange))
            assert answer.status_code in {200, 400}, (path, strange)
    await doors.aclose()
    assert all(isinstance(event, Turned) for event in stage.desk.events)


# What is answered


async def test_a_command_is_answered_to_the_person_alone_with_its_buttons(stage: Stage):
    stage.desk.will(Say(message=card("Confirmer")), say("Et ceci."))
    shown = await stage.anne.command("valider", stage.channel)
    await stage.settle()
    assert shown
    assert shown["type"] == "system_ephemeral"
    assert "[Confirmer]" in stage.anne.read(stage.channel)
    assert "Et ceci." in stage.anne.read(stage.channel)
    assert stage.paul.read(stage.channel) == ""


async def test_slack_s_marks_are_left_as_they_are(stage: Stage):
    stage.desk.will(say("<!channel> <https://x.fr|ici>"))
    answer = (await push(stage, "commands", form(user_id=stage.anne.id), **FORM)).json()
    assert answer["skip_slack_parsing"] is True
    assert answer["response_type"] == "ephemeral"


async def test_words_are_whispered_after_a_press_and_a_card_goes_to_the_direct_conversation(stage: Stage):
    place = Address(platform="mattermost", id=stage.channel)
    await stage.room.platform.post(place, card("Valider"), "o1", "", "fr")
    stage.desk.will(say("C'est fait."))
    assert await stage.anne.press("Valider", stage.channel) == "C'est fait."
    stage.desk.will(Say(message=card("Confirmer")))
    assert await stage.anne.press("Valider", stage.channel) == "La réponse est dans votre conversation avec le robot."
    await stage.settle()
    assert "[Confirmer]" in stage.anne.read()
    assert stage.paul.read(stage.channel).count("[Confirmer]") == 0


async def test_what_was_whispered_is_answered_in_the_direct_conversation_and_the_person_is_told(stage: Stage):
    stage.desk.will(Say(message=card("Suivant")))
    await stage.anne.command("valider", stage.channel)
    stage.desk.will(Show(message=card("Fini")))
    assert await stage.anne.press("Suivant", stage.channel) == "La réponse est dans votre conversation avec le robot."
    await stage.settle()
    assert "[Fini]" in stage.anne.read()
    assert [p for m, p, _ in stage.world.asked if (m, p[:7]) == ("GET", "/posts/")] == [], (
        "it is no post: none is looked for"
    )


async def test_in_the_direct_conversation_an_answer_stays_in_its_thread(stage: Stage):
    platform, place = stage.room.platform, Address(platform="mattermost", id=f"dm:{stage.anne.id}")
    root = await platform.post(place, Message(text=raw("Racine")), "o1", "", "fr")
    await platform.post(place, card("Valider"), "o2", root, "fr")
    stage.desk.will(say("C'est fait."))
    await stage.anne.press("Valider")
    await stage.settle()
    assert [(p["message"], p["root_id"]) for p in stage.anne.screen()][-1] == ("C'est fait.", root)


async def test_a_correction_without_a_dialog_is_said(stage: Stage):
    stage.desk.will(Correct(problems={"": tr("Il manque le courrier."), "avis": tr("Trop court.")}))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    assert "Il manque le courrier." in stage.anne.read(stage.channel)
    assert "avis : Trop court." in stage.anne.read(stage.channel)


async def test_the_memory_is_away(stage: Stage):
    stage.desk.will(say("La base de données ne répond pas."), outcome="away")
    shown = await stage.anne.command("aide", stage.channel)
    assert shown
    assert shown["message"] == "La base de données ne répond pas."


async def test_a_callback_that_the_server_refuses_to_call(stage: Stage):
    """AllowedUntrustedInternalConnections: the person sees an error, we hear nothing, and nothing is changed."""
    place = Address(platform="mattermost", id=stage.channel)
    await stage.room.platform.post(place, card("Valider"), "o1", "", "fr")
    stage.world.reachable = False
    with pytest.raises(Refusal, match="action_integration"):
        await stage.anne.press("Valider", stage.channel)
    assert stage.desk.events == []
    stage.world.reachable = True
    await stage.anne.press("Valider", stage.channel)
    assert isinstance(stage.desk.events[0], Pressed)


async def test_an_answer_that_cannot_be_given_is_logged(stage: Stage, capsys: pytest.CaptureFixture[str]):
    place = Address(platform="mattermost", id=f"dm:{stage.anne.id}")
    await stage.room.platform.post(place, card("Valider"), "o1", "", "fr")
    stage.desk.will(say("C'est fait."))
    stage.world.outage = "broken"
    await stage.anne.press("Valider")
    await stage.settle()
    assert "answer lost" in capsys.readouterr().out


async def test_files_of_a_channel_where_nobody_listens_are_not_fetched(stage: Stage):
    stage.desk.will(outcome="ignored")
    post = stage.paul.say("voyez", stage.channel, files={"a.pdf": b"%PDF"})
    before = len(stage.of("GET", "/files"))
    stage.room.events.take(post, direct=False)
    await stage.settle()
    [asked] = stage.desk.events
    assert isinstance(asked, Offered)
    assert asked.place.id == stage.channel
    assert len(stage.of("GET", "/files")) == before


async def test_files_of_a_channel_are_fetched_once_they_are_wanted(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "WAITS", (0.02,))
    stage.desk.will(outcome="away")
    stage.desk.will(outcome="wanted")
    post = stage.paul.say("voyez", stage.channel, files={"a.pdf": b"%PDF"})
    stage.room.events.take(post, direct=False)
    await stage.settle()
    assert [type(e) for e in stage.desk.events] == [Offered, Offered, Attached]
    assert len(stage.of("GET", "/files")) == 1
    [upload] = stage.desk.events[-1].files  # type: ignore[union-attr]
    assert (upload.name, upload.content) == ("a.pdf", b"%PDF")


async def test_an_outage_does_not_stop_the_start():
    room = room_of(World(url="http://127.0.0.1:1"), languages=LANGUAGES)
    await room.start()
    with pytest.raises(Undelivered):
        await room.hello()
    await room.close()


# Production


def _settings(tmp_path: Path, **more: Any) -> Settings:
    known = {
        "database_url": f"sqlite:///{tmp_path}/a.db", "atelier_secret_key": SecretStr("x" * 32),
        "atelier_review_channel": "mattermost:" + "a" * 26, "mattermost_url": "http://127.0.0.1:1",
        "mattermost_token": SecretStr("t"), "mattermost_command_token": SecretStr("c"),
        "atelier_public_url": "https://atelier.exemple.fr",
    }  # fmt: skip
    return Settings(**{**known, **more})


async def test_production_builds_the_room(tmp_path: Path):
    memory.moved(f"sqlite:///{tmp_path}/a.db")
    made = production.build(_settings(tmp_path), Territories.load(), load())
    [room] = made.rooms
    assert isinstance(room, MattermostRoom)
    assert room.config.review == "a" * 26
    assert [r.path for r in room.routes] == ["/mattermost/actions", "/mattermost/dialogs", "/mattermost/commands"]  # type: ignore[attr-defined]
    assert await room.platform.fetch("nothing") is None
    await room.close()
    made.app.close()


async def test_production_builds_both(tmp_path: Path):
    memory.moved(f"sqlite:///{tmp_path}/a.db")
    slack = {"slack_bot_token": SecretStr("xoxb-1"), "slack_signing_secret": SecretStr("s")}
    made = production.build(_settings(tmp_path, **slack), Territories.load(), load())
    assert [room.platform.name for room in made.rooms] == ["slack", "mattermost"]
    for room in made.rooms:
        await room.close()
    made.app.close()


async def test_production_runs_on_mattermost(tmp_path: Path):
    """As it runs for people: connected, the outbox carried by the clock, nothing called by the test but the server."""
    memory.moved(f"sqlite:///{tmp_path}/a.db")
    async with serving(World()) as world:
        review = world.channel("revue-ad1", world.bot)["id"]
        more = {
            "mattermost_url": world.url,
            "mattermost_token": SecretStr(TOKEN),
            "atelier_review_channel": f"mattermost:{review}",
        }
        anne = Person.new(world, "anne")
        made = production.build(
            _settings(tmp_path, **more, atelier_admins=f"mattermost:{anne.id}"), Territories.load(), load()
        )
        async with production.running(made, web=True, worker=True), asyncio.timeout(20):
            while not world.listeners:  # noqa: ASYNC110 - the server's own list
                await asyncio.sleep(0.02)
            anne.say("aide")
            while len(anne.screen()) < 2:  # noqa: ASYNC110 - the server's own list
                await asyncio.sleep(0.05)
        assert "/atelier" in anne.read()


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"MATTERMOST_URL": "chat.exemple.fr"}, "MATTERMOST_URL n'est pas une adresse"),
        ({"MATTERMOST_URL": "https://"}, "MATTERMOST_URL n'est pas une adresse"),
        ({"MATTERMOST_URL": "https://chat.exemple.fr:x"}, "MATTERMOST_URL n'est pas une adresse"),
        ({"ATELIER_PUBLIC_URL": ""}, "ATELIER_PUBLIC_URL manque"),
        ({"MATTERMOST_TOKEN": ""}, "MATTERMOST_URL et MATTERMOST_TOKEN vont ensemble"),
    ],
)
def test_settings_that_do_not_go_together(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], sentence: str):
    base = {
        "MATTERMOST_URL": "https://chat.exemple.fr", "MATTERMOST_TOKEN": "t", "ATELIER_PUBLIC_URL": "https://a.exemple.fr",
    }  # fmt: skip
    for name, value in (base | env).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Wrong, match=sentence):
        settings.read()


def test_the_configuration_does_not_show_its_secrets():
    room = room_of(World(url="http://127.0.0.1:1"))
    shown = repr(room.config) + repr(room.platform.link) + repr(room.socket)
    assert TOKEN not in shown
    assert COMMAND_TOKEN not in shown
    assert KEY.decode() not in json.dumps(shown)
