"""Each fact of docs/faits-mattermost.md that a naive adapter breaks on, by its number."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot import patience
from bot.mattermost import files, limits
from bot.mattermost.files import Unfetched
from bot.mattermost.messages import FileRef
from chat.cards import Address, Card, File, Menu, Message
from chat.forms import Choice, Form, Question
from chat.platform import Undelivered
from chat.talk import Ask, Asked, Attached, Correct, Filled, Pressed, Said, Say, Show, Turned
from chat.text import raw, tr
from tests.mattermost import calls, posts
from tests.mattermost.captured import Refusal, body
from tests.mattermost.stage import FORM, OPEN, Stage, card, say, staged
from tests.mattermost.town import called, connected
from tests.mattermost.world import COMMAND_TOKEN, new_id

REFUSED = "Ce bouton n'est pas reconnu"


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async def content(id_: str) -> bytes | None:
        return b"contents" if id_ == "f1" else None

    monkeypatch.setattr(patience, "TRIES", 1)
    async with staged(fetch=content) as stage:
        yield stage


def place(stage: Stage) -> Address:
    return Address(platform="mattermost", id=stage.channel)


async def posted(stage: Stage, message: Message) -> str:
    return await stage.room.platform.post(place(stage), message, new_id(), "", "fr")


async def sent(stage: Stage, path: str, payload: Any, **headers: str) -> httpx.Response:
    content = payload if isinstance(payload, str) else json.dumps(payload)
    async with httpx.AsyncClient() as http:
        return await http.post(f"{stage.world.bot_url}/mattermost/{path}", content=content, headers=headers)


def action(stage: Stage, context: dict[str, Any], **more: Any) -> dict[str, Any]:
    return (
        dict(body("action_request_button"))
        | {"user_id": stage.anne.id, "channel_id": stage.channel, "context": context}
        | more
    )


def turned(stage: Stage) -> list[tuple[str, str, str]]:
    """What the desk was given for the journal, and nothing else: who, what, why."""
    assert all(isinstance(event, Turned) for event in stage.desk.events), stage.desk.events
    return [(e.sender.id, e.what, e.why) for e in stage.desk.events if isinstance(e, Turned)]


async def test_fact_4_a_command_is_answered_200_with_a_json_object(stage: Stage):
    stage.desk.will(say("Voici l'aide."))
    assert (await stage.anne.command("aide", stage.channel) or {})["message"] == "Voici l'aide."
    assert await stage.anne.command("rien", stage.channel) is None, "{} is silent"
    assert stage.world.calls == [("mattermost/commands", 200)] * 2
    stage.world.bot_url = "http://127.0.0.1:1"
    with pytest.raises(Refusal, match="500"):
        await stage.anne.command("aide", stage.channel)


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
    labels = [f"Bouton {n} é_-" for n in range(12)]
    await posted(stage, card(*labels))
    for label in labels:
        await stage.anne.press(label, stage.channel)
    assert len(stage.desk.events) == 12


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


async def test_fact_22_a_dialog_sent_without_having_been_opened_is_refused(
    stage: Stage, capsys: pytest.CaptureFixture[str]
):
    told = await calls.submit(stage.world, stage.anne.id, {"avis": "oui"})
    assert "Ce formulaire n'est pas reconnu" in told["error"]
    assert turned(stage) == [(stage.anne.id, "form", "signature")]
    assert "dialog refused" in capsys.readouterr().out
    forged = dict(body("dialog_request_submit_forged_by_client"))
    assert "error" in (await sent(stage, "dialogs", forged)).json()


async def test_fact_22_nor_the_dialog_of_another(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    stage.world.dialogs[stage.paul.id] = stage.world.dialogs[stage.anne.id]
    assert "error" in await stage.paul.fill(avis="oui")
    assert [type(e) for e in stage.desk.events] == [Asked, Turned]
    assert stage.desk.events[-1].why == "dialog of another person"


async def test_fact_22_a_submission_aimed_at_the_other_addresses_is_refused(stage: Stage):
    submission = body("dialog_request_submit")
    assert (await sent(stage, "commands", submission, **{"content-type": "application/json"})).status_code == 400
    answer = await sent(stage, "actions", submission)
    assert (answer.status_code, stage.desk.events) == (200, [])
    assert "illisible" in answer.json()["ephemeral_text"]
    sealed = {"t": stage.room.platform.drawing.seals.button(OPEN, stage.room.platform.drawing.now())}
    both = action(stage, sealed) | submission | {"user_id": stage.anne.id}
    assert "illisible" in (await sent(stage, "actions", both)).json()["ephemeral_text"], "a submission is no press"
    press = action(stage, {"t": "x"})
    assert "illisible" in (await sent(stage, "dialogs", press)).json()["error"]


async def test_fact_23_the_place_is_where_it_was_opened_not_what_the_client_says(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await posted(stage, card("Valider"))
    await stage.anne.press("Valider", stage.channel)
    await stage.settle()
    stage.desk.will(say("C'est fait."))
    await calls.submit(stage.world, stage.anne.id, {"avis": "oui"}, channel_id=stage.anne.direct)
    event = stage.desk.events[-1]
    assert isinstance(event, Filled)
    assert (event.place.id, event.direct, event.given) == (stage.channel, False, {"avis": "oui"})


async def test_fact_25_null_absent_number_and_boolean(stage: Stage):
    kinds = (
        Question(name="un", label=raw("Un"), short=raw("Un"), required=False),
        Question(name="deux", label=raw("Deux"), short=raw("Deux"), required=False),
        Question(name="n", label=raw("N"), short=raw("N")),
        Question(name="t", label=raw("T"), short=raw("T"), kind="choices", choices=tuple(Choice(value=v, label=raw(v)) for v in "abc")),
        Question(name="c", label=raw("C"), short=raw("C"), kind="choice", required=False, choices=(Choice(value="x", label=raw("X")),)),
    )  # fmt: skip
    stage.desk.will(Ask(form=Form(title=raw("F"), short=raw("F"), token=OPEN, questions=kinds, submit=raw("OK"))))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    given = {"un": None, "n": 12, "t.a": True, "t.b": "true", "t.c": None, "c": "atelier.none", "pas": "demandé"}
    await calls.submit(stage.world, stage.anne.id, given)
    event = stage.desk.events[-1]
    assert isinstance(event, Filled)
    assert event.given == {"un": "", "deux": "", "n": "12", "t": ("a", "b"), "c": ""}


async def test_fact_24_a_dialog_that_is_cancelled_changes_nothing(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    for answers in ({}, None):
        opened = stage.world.dialogs[stage.anne.id]
        assert await calls.submit(stage.world, stage.anne.id, answers, cancelled=True) == {}  # type: ignore[arg-type]
        stage.world.dialogs[stage.anne.id] = opened
    assert len(stage.desk.events) == 1


async def test_fact_31_the_same_outbox_id_posts_once(stage: Stage):
    first, again = [await stage.room.platform.post(place(stage), card("A"), "o1", "", "fr") for _ in range(2)]
    assert first == again
    [one, two] = stage.of("POST", "/posts")
    assert one["pending_post_id"] == two["pending_post_id"]
    assert "o1" not in one["pending_post_id"]
    assert len(stage.anne.screen(stage.channel)) == 1


async def test_fact_31_a_post_whose_answer_was_lost_is_found(stage: Stage):
    stage.world.outage = "cut"
    with pytest.raises(Undelivered):
        await stage.room.platform.post(place(stage), card("A"), "o1", "", "fr")
    stage.world.outage = ""
    [post] = stage.anne.screen(stage.channel)
    assert await stage.room.platform.find(place(stage), "o1", "") == post["id"]
    assert await stage.room.platform.find(place(stage), "o2", "") is None


PDF = File(id="f1", name="carte à plat é.pdf", mime="application/pdf", size=8)


async def test_fact_36_a_file_goes_with_its_message(stage: Stage):
    await posted(stage, Message(text=raw("La note"), files=(PDF, PDF.model_copy(update={"id": "gone"}))))
    [post] = stage.anne.screen(stage.channel)
    assert [f["name"] for f in post["metadata"]["files"]] == ["carte à plat é.pdf"]
    assert stage.world.contents[post["file_ids"][0]] == b"contents"


async def test_fact_36_a_file_that_the_server_drops_follows(stage: Stage):
    real = stage.world._attach
    stage.world._attach = lambda *_: setattr(stage.world, "_attach", real)  # type: ignore[method-assign]
    await posted(stage, Message(text=raw("La note"), files=(PDF,)))
    note, follows = stage.anne.screen(stage.channel)
    assert "file_ids" not in note
    assert (follows["root_id"], len(follows["file_ids"])) == (note["id"], 1)


async def test_fact_36_a_file_of_theirs_is_fetched_and_a_login_page_refused(stage: Stage):
    post = stage.anne.say("La lettre", files={"lettre à signer.pdf": b"%PDF-1.7"})
    task = stage.room.events.take(posts.shown(post), direct=True)
    assert task
    await task
    [event] = stage.desk.events
    assert isinstance(event, Attached)
    assert [(f.name, f.content) for f in event.files] == [("lettre à signer.pdf", b"%PDF-1.7")]
    [id_] = post["file_ids"]
    link = stage.room.platform.link
    assert (await files.fetch(link, FileRef(id_))).name == "lettre à signer.pdf"
    stage.world.outage = "login"
    with pytest.raises(Unfetched, match="n'a pas donné le fichier"):
        await files.fetch(link, FileRef(id_, "lettre.pdf", "application/pdf", 8))


async def test_fact_36_a_file_of_a_conversation_we_are_not_in(stage: Stage):
    aside = stage.world.direct(stage.anne.id, stage.paul.id)["id"]
    [id_] = stage.anne.say("", aside, files={"a.pdf": b"x"})["file_ids"]
    with pytest.raises(Undelivered, match="403"):
        await files.fetch(stage.room.platform.link, FileRef(id_, "a.pdf"))


async def test_fact_31_a_double_that_is_being_made_is_tried_again_under_the_same_id(stage: Stage):
    """500 « deduplicate_create_post.pending »: no proof that it was posted, nor that it was not."""
    real, told = stage.world.create, []

    def pending(user: str, given: dict[str, Any]) -> Any:
        told.append(given["pending_post_id"])
        if len(told) == 1:
            raise Refusal(500, "api.post.deduplicate_create_post.pending")
        return real(user, given)

    stage.world.create = pending  # type: ignore[method-assign]
    with pytest.raises(Undelivered, match="deduplicate_create_post"):
        await stage.room.platform.post(place(stage), card("A"), "o1", "", "fr")
    await stage.room.platform.post(place(stage), card("A"), "o1", "", "fr")
    assert told[0] == told[1]
    assert len(stage.anne.screen(stage.channel)) == 1


async def test_fact_31_nobody_guesses_the_id_and_receives_the_post(stage: Stage):
    await stage.room.platform.post(place(stage), card("A"), "o1", "", "fr")
    [ours] = stage.of("POST", "/posts")
    for guess in ("o1", f"{stage.world.bot}:o1", "atelier:o1", "atelier-o1"):
        given = {"channel_id": stage.channel, "message": "à moi", "pending_post_id": guess}
        assert stage.world.create(stage.paul.id, given)["message"] == "à moi"
        assert guess != ours["pending_post_id"]


async def test_fact_40_a_wrong_token_is_no_http_error_and_is_tried_by_rest_first(stage: Stage):
    address, kept = f"{stage.world.url}/api/v4/websocket", dict(stage.world.tokens)
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(address, headers={"Authorization": "Bearer wrong"}) as bad,
    ):
        assert (await bad.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}, "101, then silence"
    sockets, room = stage.world.sockets, stage.room  # type: ignore[attr-defined]
    stage.world.tokens.clear()
    room.socket.first_wait, before = 0.02, len(sockets.upgrades)
    task = asyncio.create_task(room.run())
    await asyncio.sleep(0.2)
    assert len(sockets.upgrades) == before, "no upgrade with a token that REST refuses"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    stage.world.tokens |= kept
    async with connected(room, stage.world):
        stage.anne.say("bonjour")
        await stage.settle()
    assert [event.text for event in stage.desk.events if isinstance(event, Said)] == ["bonjour"]


async def test_fact_46_one_403_is_no_proof(stage: Stage):
    stage.world.outage = "database"
    with pytest.raises(Undelivered, match=r"403.*500") as refused:
        await posted(stage, card("A"))
    assert refused.value.retry_after == 5
    stage.world.outage = ""
    stage.world.members[stage.channel].discard(stage.world.bot)
    with pytest.raises(Undelivered, match="403") as refused:
        await posted(stage, card("A"))
    assert refused.value.retry_after == 900, "the administrator must invite us: no message dies of it"


async def test_facts_12_32_an_edit_keeps_buttons_pin_files_and_the_outbox_id(stage: Stage):
    platform = stage.room.platform
    id_ = await platform.post(place(stage), card("Un").model_copy(update={"files": (PDF,)}), "o1", "", "fr")
    await platform.pin(place(stage), id_)
    await platform.edit(place(stage), id_, card("Deux"), "fr")
    post = stage.world.posts[id_]
    assert (post["is_pinned"], len(post["file_ids"]), post["props"]["atelier"]) == (True, 1, "o1")
    assert await platform.find(place(stage), "o1", "") == id_
    await stage.anne.press("Deux", stage.channel)
    assert isinstance(stage.desk.events[-1], Pressed)


async def test_fact_21_a_spent_trigger_leaves_a_button(stage: Stage):
    stage.world.trigger_life = -1
    stage.desk.will(Ask(form=FORM))
    await posted(stage, card("Valider"))
    await stage.anne.press("Valider", stage.channel)
    await stage.settle()
    assert "ouvrez-la avec ce bouton" in stage.anne.read()
    stage.world.trigger_life = 3
    stage.desk.will(Ask(form=FORM))
    await stage.anne.press("Ouvrir le formulaire")
    await stage.settle()
    assert stage.anne.dialog["title"] == "Valider"


async def test_fact_15_show_replaces_a_post_and_not_a_whisper(stage: Stage):
    id_ = await posted(stage, card("Suivant"))
    stage.desk.will(Show(message=card("Fini")))
    await stage.anne.press("Suivant", stage.channel)
    await stage.settle()
    assert stage.world.posts[id_]["props"]["attachments"][0]["actions"][0]["name"] == "Fini"
    stage.desk.will(Say(message=card("Encore")), outcome="done")
    await stage.anne.command("x", stage.channel)
    stage.desk.will(Show(message=card("Remplacé")))
    await stage.anne.press("Encore", stage.channel)
    await stage.settle()
    assert "[Remplacé]" in stage.anne.read()


async def test_fact_27_a_form_at_fault_stays_open(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    stage.desk.will(Correct(problems={"avis": tr("Trop court."), "": tr("Corrigez.")}))
    assert await stage.anne.fill(avis="x") == {"errors": {"avis": "Trop court."}, "error": "Corrigez."}
    assert stage.anne.dialog
    assert await stage.anne.fill(avis="un avis assez long") == {}


ASKED_FOR = frozenset({4, 8, 9, 10, 11, 13, 17, 18, 22, 23, 25, 31, 36, 40, 46})
"""Those that a naive adapter breaks on first."""


def test_each_of_the_facts_that_break_a_naive_adapter_has_its_test():
    """By its number, and each one is in the page of facts."""
    named = re.findall(r"^(?:async )?def test_facts?_((?:\d+_)+)", Path(__file__).read_text("utf-8"), re.MULTILINE)
    numbers = {int(number) for found in named for number in found.split("_") if number}
    assert numbers >= ASKED_FOR
    page = (Path(__file__).parent.parent / "docs" / "faits-mattermost.md").read_text("utf-8")
    assert numbers <= {int(number) for number in re.findall(r"^(\d+)\. ", page, re.MULTILINE)}


def test_fact_29_we_weigh_props_as_the_server_does():
    props = {"a": '<é>\n&"', "liste": [1, True, None, {"ü": "😀"}]}
    assert (
        limits.weight(props)
        == posts.runes(props)
        == len(json.dumps(props, ensure_ascii=False).replace(": ", ":").replace(", ", ",")) + 15
    )


async def test_fact_47_no_cookie_comes_back_and_no_get_has_a_body(stage: Stage):
    for _ in range(3):
        await stage.room.hello()
    assert [h for h in stage.world.headers if "Cookie" in h] == []
    assert [b for m, _, b in stage.world.asked if m == "GET" and b is not None] == []
