"""Each fact of docs/faits-mattermost.md that a naive adapter breaks on, by its number: commands, buttons and menus."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot import patience
from chat.cards import Button, Card, Menu, Message, Token
from chat.talk import Asked, Pressed, Say, Turned
from chat.text import raw
from tests.mattermost import calls
from tests.mattermost.captured import Refusal, body
from tests.mattermost.facts import REFUSED, action, content, posted, sent, turned
from tests.mattermost.stage import OPEN, Stage, card, say, staged
from tests.mattermost.town import called
from tests.mattermost.world import COMMAND_TOKEN


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(patience, "TRIES", 1)
    async with staged(fetch=content) as stage:
        yield stage


async def test_fact_4_a_command_is_answered_200_with_a_json_object(stage: Stage):
    stage.desk.will(say("Voici l'aide."))
    assert (await stage.anne.command("aide", stage.channel) or {})["message"] == "Voici l'aide."
    assert await stage.anne.command("rien", stage.channel) is None, "{} is silent"
    assert stage.world.calls == [("mattermost/commands", 200)] * 2
    stage.world.bot_url = "http://127.0.0.1:1"
    with pytest.raises(Refusal, match="500"):
        await stage.anne.command("aide", stage.channel)


def _typed(stage: Stage, **more: str) -> str:
    """A recorded command, by Anne, as the server sends it."""
    form = dict(body("slash_command_request_public_channel")) | {"token": COMMAND_TOKEN, "user_id": stage.anne.id}
    return str(httpx.QueryParams(form | {"channel_id": stage.channel} | more))


async def _command(stage: Stage, **more: str) -> dict[str, Any]:
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Token {COMMAND_TOKEN}"}
    answer = await sent(stage, "commands", _typed(stage, **more), **headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("root", [{}, {"root_id": ""}, {"root_id": "a" * 26}])
async def test_fact_2_a_command_typed_in_a_thread_is_the_same_told_or_not(stage: Stage, root: dict[str, str]):
    stage.desk.will(say("Voici l'aide."))
    assert (await _command(stage, text="aide", **root))["text"] == "Voici l'aide."
    [event] = stage.desk.events
    assert isinstance(event, Asked)
    assert (event.text, event.place.id, event.direct) == ("aide", stage.channel, False)


async def test_fact_3_what_is_typed_comes_whole(stage: Stage):
    typed = "écrire  ADT-2026-0007\n\ttexte = « l’élu »\u202f: 1 < 2 & 3\u00a0% " + "é" * 59_900
    await _command(stage, text=typed, command="/atelier")
    [event] = stage.desk.events
    assert isinstance(event, Asked)
    assert event.text == typed


async def test_facts_5_6_7_an_answer_is_never_a_post_of_the_person(stage: Stage):
    """« in_channel » would be theirs, and would show the buttons' addresses; a long one would be an error."""
    stage.desk.will(Say(message=card("Valider")))
    stage.desk.will(Say(message=Message(text=raw("x" * 20_000))))
    before = len(stage.world.posts)
    for _ in range(2):
        assert (await _command(stage, text="aide")).get("response_type", "ephemeral") == "ephemeral"
    assert len(stage.world.posts) == before


@pytest.mark.parametrize("props", [{"from_webhook": "true"}, {"override_username": "bot"}, {"from_bot": "true"}])
async def test_fact_34_props_make_nobody_else_of_a_person(stage: Stage, props: dict[str, str]):
    """Whoever says that they are a robot is not listened to; nobody is taken for another."""
    stage.world.create(stage.paul.id, {"channel_id": stage.channel, "message": "@atelier aide", "props": props})
    post = next(p for p in stage.world.posts.values() if p["message"] == "@atelier aide")
    task = stage.room.events.take(post, direct=False)
    if task is not None:
        await task
    assert {event.sender.id for event in stage.desk.events} <= {stage.paul.id}
    assert bool(stage.desk.events) is ("override_username" in props)


async def test_fact_8_a_response_url_serves_five_times_then_the_direct_conversation(stage: Stage):
    stage.desk.will(*(say(f"réponse {n}") for n in range(8)))
    await stage.anne.command("aide", stage.channel)
    await stage.settle()
    assert [w["message"] for w in stage.world.whispers[stage.anne.id]] == [f"réponse {n}" for n in range(6)]
    assert [p["message"] for p in stage.anne.screen()] == ["réponse 6", "réponse 7"]


async def test_fact_8_a_response_url_of_another_server_is_not_called(stage: Stage):
    async def taken(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    async with called(Starlette(routes=[Route("/hooks/commands/x", taken, methods=["POST"])])) as elsewhere:
        form = dict(body("slash_command_request_public_channel")) | {
            "token": COMMAND_TOKEN, "user_id": stage.anne.id, "response_url": f"{elsewhere}/hooks/commands/x",
        }  # fmt: skip
        stage.desk.will(say("un"), say("deux"))
        headers = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Token {COMMAND_TOKEN}"}
        assert (await sent(stage, "commands", str(httpx.QueryParams(form)), **headers)).json()["text"] == "un"
        await stage.settle()
    assert [p["message"] for p in stage.anne.screen()] == ["deux"]


async def test_fact_9_an_action_has_no_signature_but_ours(stage: Stage):
    await posted(stage, card("Valider"))
    await stage.anne.press("Valider", stage.channel)
    assert not [h for h in stage.world.sent if "Authorization" in h]
    [event] = stage.desk.events
    assert isinstance(event, Pressed)
    assert (event.token, event.sender.id, event.direct) == (OPEN, stage.anne.id, False)


async def test_fact_9_a_menu_without_a_choice_is_refused(stage: Stage):
    menu = Menu(label=raw("Lequel ?"), token=OPEN, choices=(("a", raw("Un")),))
    await posted(stage, Message(text=raw("Voici"), card=Card(title=raw("Carte"), menus=(menu,))))
    [post] = stage.anne.screen(stage.channel)
    assert REFUSED in await calls.press(stage.world, stage.anne.id, post, "m0", None)
    assert turned(stage) == [(stage.anne.id, "button", "option")]


async def test_fact_10_a_forged_context_is_refused_logged_and_journaled(
    stage: Stage, capsys: pytest.CaptureFixture[str]
):
    """Any user may post a button aimed at our address, with any context."""
    forged = {"url": f"{stage.world.bot_url}/mattermost/actions", "context": {"act": "valider", "t": "x.y"}}
    attachment = {"text": "Piège", "actions": [{"id": "a", "type": "button", "name": "Valider", "integration": forged}]}
    stage.world.create(
        stage.paul.id, {"channel_id": stage.channel, "message": "", "props": {"attachments": [attachment]}}
    )
    assert REFUSED in await stage.anne.press("Valider", stage.channel)
    assert turned(stage) == [(stage.anne.id, "button", "signature")]
    said = capsys.readouterr().out
    assert "button refused" in said
    assert stage.anne.id in said


@pytest.mark.parametrize("context", [{}, {"t": ""}, {"t": 3}, {"t": "e30."}, {"selected_option": "x"}])
async def test_fact_10_any_other_context_too(stage: Stage, context: dict[str, Any]):
    answer = await sent(stage, "actions", action(stage, context))
    assert answer.status_code == 200
    assert turned(stage) == [(stage.anne.id, "button", "signature")]
    assert answer.json()["ephemeral_text"]


async def test_fact_11_a_choice_that_was_not_offered_is_refused(stage: Stage):
    menu = Menu(label=raw("Lequel ?"), token=OPEN, choices=(("a", raw("Un")), ("b", raw("Deux"))))
    await posted(stage, Message(text=raw("Voici"), card=Card(title=raw("Carte"), menus=(menu,))))
    [post] = stage.anne.screen(stage.channel)
    assert REFUSED in await calls.press(stage.world, stage.anne.id, post, "m0", "INVENTED")
    assert turned(stage) == [(stage.anne.id, "button", "option")]
    await stage.anne.choose("Lequel ?", "Deux", stage.channel)
    event = stage.desk.events[-1]
    assert isinstance(event, Pressed)
    assert event.token.arg == "b"


async def test_fact_13_every_button_is_alive(stage: Stage):
    """And is itself: the server calls the first of those that have the same id."""
    labels = [f"Bouton {n} é_-" for n in range(12)]
    buttons = tuple(Button(label=raw(n), token=Token(act="voir", arg=n)) for n in labels)
    await posted(stage, Message(text=raw("Voici"), card=Card(title=raw("Carte"), buttons=buttons)))
    for label in labels:
        await stage.anne.press(label, stage.channel)
    assert [event.token.arg for event in stage.desk.events if isinstance(event, Pressed)] == labels


async def test_fact_17_three_presses_at_once_are_one(stage: Stage):
    stage.desk.slow = 0.2
    stage.desk.will(say("C'est fait."))
    await posted(stage, card("Valider"))
    told = await asyncio.gather(*(stage.anne.press("Valider", stage.channel) for _ in range(3)))
    assert len(stage.world.calls) == 3
    assert len(stage.desk.events) == 1
    assert sorted(told) == ["", "", "C'est fait."]


async def test_fact_17_the_same_press_sent_again_has_the_same_id_and_another_has_not(stage: Stage):
    sealed = {"t": stage.room.platform.drawing.seals.button(OPEN, stage.room.platform.drawing.now())}
    for trigger in ("t1", "t1", "t2"):
        await sent(stage, "actions", action(stage, sealed, trigger_id=trigger))
    one, two, three = (event.id for event in stage.desk.events)
    assert one == two != three


async def test_fact_18_a_whispered_button_pressed_by_another_is_refused(stage: Stage):
    stage.desk.will(Say(message=card("Confirmer")))
    await stage.anne.command("valider", stage.channel)
    [whispered] = stage.world.whispers[stage.anne.id]
    assert REFUSED in await calls.press(stage.world, stage.paul.id, whispered, "b0")
    command, refused = stage.desk.events
    assert isinstance(command, Asked)
    assert isinstance(refused, Turned)
    assert (refused.sender.id, refused.what, refused.why) == (stage.paul.id, "button", "button of another person")
    await calls.press(stage.world, stage.anne.id, whispered, "b0")
    assert isinstance(stage.desk.events[-1], Pressed)


async def test_fact_18_so_is_one_that_came_by_the_response_url(stage: Stage):
    """What follows a command's own answer is whispered too, and as personal."""
    stage.desk.will(say("Voici."), Say(message=card("Confirmer")))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    whispered = stage.world.whispers[stage.anne.id][1]
    assert REFUSED in await calls.press(stage.world, stage.paul.id, whispered, "b0")
    assert stage.desk.events[-1].why == "button of another person"  # type: ignore[union-attr]
    await calls.press(stage.world, stage.anne.id, whispered, "b0")
    assert isinstance(stage.desk.events[-1], Pressed)
