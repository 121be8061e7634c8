"""Each fact of docs/faits-mattermost.md that a naive adapter breaks on, by its number: posts, files, the websocket, errors."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot import patience
from bot.mattermost import files, limits
from bot.mattermost.files import Unfetched
from bot.mattermost.messages import FileRef
from chat.cards import File, Message
from chat.platform import Undelivered
from chat.talk import Attached, Pressed, Said, Say, Show
from chat.text import raw
from tests.mattermost import posts
from tests.mattermost.captured import Refusal
from tests.mattermost.facts import content, place, posted
from tests.mattermost.stage import Stage, card, staged
from tests.mattermost.town import connected


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(patience, "TRIES", 1)
    async with staged(fetch=content) as stage:
        yield stage


PDF = File(id="f1", name="carte à plat é.pdf", mime="application/pdf", size=8)


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
        async with asyncio.timeout(10):
            while not stage.desk.events:  # noqa: ASYNC110 - what was missed is read back first
                await asyncio.sleep(0.01)
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
