"""What the bot calls on Mattermost: posts, edits, finds, places; and what each refusal means for the outbox."""

import socket
from collections.abc import AsyncIterator

import pytest

from bot.mattermost import client, places
from bot.mattermost.app import Config, MattermostRoom
from bot.mattermost.client import Failure, driver, trust
from bot.mattermost.link import Link
from bot.mattermost.places import slug
from chat.cards import Address, Message
from chat.platform import Undeliverable, Undelivered
from chat.text import raw
from tests.mattermost.stage import LANGUAGES, Stage, card, staged
from tests.mattermost.town import KEY
from tests.mattermost.world import COMMAND_TOKEN, TOKEN, new_id

HELLO = Message(text=raw("Bonjour"))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


def at(id_: str) -> Address:
    return Address(platform="mattermost", id=id_)


async def test_a_post_carries_its_outbox_id(stage: Stage):
    id_ = await stage.room.platform.post(at(stage.channel), HELLO, "o1", "", "fr")
    post = stage.world.posts[id_]
    assert (post["message"], post["props"]["atelier"], post["user_id"]) == ("Bonjour", "o1", stage.world.bot)


async def test_a_direct_conversation_is_opened_once(stage: Stage):
    for outbox in ("o1", "o2"):
        await stage.room.platform.post(at(f"dm:{stage.anne.id}"), HELLO, outbox, "", "fr")
    assert len(stage.of("POST", "/channels/direct")) == 1
    assert len(stage.anne.screen()) == 2


async def test_a_renamed_user_is_still_reached(stage: Stage):
    stage.world.users[stage.anne.id]["username"] = "anne.martin"
    await stage.room.platform.post(at(f"dm:{stage.anne.id}"), HELLO, "o1", "", "fr")
    assert "Bonjour" in stage.anne.read()


async def test_a_deactivated_or_unknown_user_is_not_written_to(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(places, "FRESH", 0.0)
    await stage.room.platform.post(at(f"dm:{stage.anne.id}"), HELLO, "o1", "", "fr")
    stage.world.users[stage.anne.id]["delete_at"] = 1
    with pytest.raises(Undeliverable, match="deactivated"):
        await stage.room.platform.post(at(f"dm:{stage.anne.id}"), HELLO, "o2", "", "fr")
    with pytest.raises(Undeliverable, match="404"):
        await stage.room.platform.post(at(f"dm:{new_id()}"), HELLO, "o3", "", "fr")


async def test_an_archived_channel_is_waited_for(stage: Stage):
    """An administrator may bring it back: nothing dies of it."""
    id_ = await stage.room.platform.post(at(stage.channel), HELLO, "o0", "", "fr")
    stage.world.channels[stage.channel]["delete_at"] = 1
    with pytest.raises(Undelivered, match="can_not_post_to_deleted") as refused:
        await stage.room.platform.post(at(stage.channel), HELLO, "o1", "", "fr")
    assert (refused.value.retry_after, refused.value.untaken) == (900, True)
    with pytest.raises(Undelivered, match="can_not_update_post_in_deleted"):
        await stage.room.platform.pin(at(stage.channel), id_)


async def test_the_bot_is_removed_from_a_channel(stage: Stage):
    stage.world.members[stage.channel].discard(stage.world.bot)
    with pytest.raises(Undelivered, match="403") as refused:
        await stage.room.platform.post(at(stage.channel), HELLO, "o1", "", "fr")
    assert refused.value.retry_after == 900


async def test_a_wrong_or_revoked_token(stage: Stage):
    del stage.world.tokens[TOKEN]
    with pytest.raises(Undelivered, match="401") as refused:
        await stage.room.platform.post(at(stage.channel), HELLO, "o1", "", "fr")
    assert refused.value.retry_after == 900
    with pytest.raises(Undelivered):
        await stage.room.hello()


@pytest.mark.parametrize(("outage", "why"), [("down", "0 "), ("broken", "503"), ("limited", "429")])
async def test_a_server_away_for_a_while(stage: Stage, outage: str, why: str):
    stage.world.outage = outage
    with pytest.raises(Undelivered, match=why) as refused:
        await stage.room.platform.post(at(stage.channel), HELLO, "o1", "", "fr")
    assert refused.value.retry_after == (1 if outage == "limited" else None)
    stage.world.outage = ""
    await stage.room.platform.post(at(stage.channel), HELLO, "o1", "", "fr")


def test_a_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = driver(f"http://127.0.0.1:{silent.getsockname()[1]}", TOKEN, trust())
        with pytest.raises(Failure, match="0 ReadTimeout"):
            slow.users.get_user("me")
        slow.client.http.close()


async def test_replies_are_in_their_thread_and_found_there(stage: Stage):
    platform, place = stage.room.platform, at(stage.channel)
    root = await platform.post(place, HELLO, "o1", "", "fr")
    reply = await platform.post(place, HELLO, "o2", root, "fr")
    assert stage.world.posts[reply]["root_id"] == root
    assert await platform.find(place, "o2", root) == reply
    assert await platform.find(place, "o3", root) is None
    assert await platform.find(place, "o3", new_id()) is None


async def test_a_thread_whose_root_is_gone_is_left(stage: Stage):
    platform, place = stage.room.platform, at(stage.channel)
    root = await platform.post(place, HELLO, "o1", "", "fr")
    stage.world.posts[root]["delete_at"] = 1
    posted = await platform.post(place, HELLO, "o2", root, "fr")
    assert stage.world.posts[posted]["root_id"] == ""
    assert await platform.find(place, "o2", root) == posted, "or a try in doubt would say it twice"


async def test_a_post_is_found_pages_away_and_another_s_is_not_ours(stage: Stage):
    platform, place = stage.room.platform, at(stage.channel)
    ours = await platform.post(place, HELLO, "o1", "", "fr")
    for _ in range(250):
        stage.world.create(stage.paul.id, {"channel_id": stage.channel, "message": "x", "props": {"atelier": "o2"}})
    assert await platform.find(place, "o1", "") == ours
    assert await platform.find(place, "o2", "") is None


async def test_a_post_is_found_by_a_bot_that_started_without_the_server(stage: Stage):
    platform, place = stage.room.platform, at(stage.channel)
    ours = await platform.post(place, HELLO, "o1", "", "fr")
    platform.me.id = ""
    assert await platform.find(place, "o1", "") == ours


async def test_an_edit_of_what_is_gone_or_another_s(stage: Stage):
    platform, place = stage.room.platform, at(stage.channel)
    ours = await platform.post(place, card("Un"), "o1", "", "fr")
    with pytest.raises(Undeliverable):
        await platform.edit(at(f"dm:{stage.anne.id}"), ours, HELLO, "fr")
    stage.world.posts[ours]["delete_at"] = 1
    with pytest.raises(Undeliverable, match="404"):
        await platform.edit(place, ours, HELLO, "fr")
    theirs = stage.paul.say("à moi", stage.channel)
    with pytest.raises(Undelivered, match="403"):
        await platform.edit(place, theirs["id"], HELLO, "fr")


async def test_a_double_that_is_being_made_is_tried_again(stage: Stage):
    refusal = Failure(500, "api.post.deduplicate_create_post.pending")
    assert isinstance(await stage.room.platform.link._meaning("post", refusal), Undelivered)


# Places


async def test_a_private_channel_is_opened_once_with_its_members(stage: Stage):
    platform = stage.room.platform
    name = "Atelier ADT-2026-0007 — Bar-le-Duc"
    opened = await platform.open_place(name, "Préparer l'atelier", [stage.anne.id])
    channel = stage.world.channels[opened]
    assert (channel["name"], channel["type"], channel["team_id"]) == (
        "atelier-adt-2026-0007-bar-le-duc",
        "P",
        stage.world.team,
    )
    assert (channel["display_name"], channel["purpose"]) == (name, "Préparer l'atelier")
    assert stage.world.members[opened] == {stage.world.bot, stage.anne.id}
    assert await platform.open_place(name, "Préparer l'atelier", [stage.anne.id, stage.paul.id]) == opened
    assert stage.world.members[opened] == {stage.world.bot, stage.anne.id, stage.paul.id}
    await platform.set_members(opened, [stage.paul.id])
    assert stage.world.members[opened] == {stage.world.bot, stage.paul.id}


async def test_a_name_taken_by_another_or_archived_is_left_to_them(stage: Stage):
    """Whoever takes a name before us would read all that is said under it."""
    platform = stage.room.platform
    stage.world.channel("atelier-x", stage.paul.id, stage.world.bot, kind="P", creator=stage.paul.id)
    opened = await platform.open_place("Atelier X", "", [])
    assert stage.world.channels[opened]["name"] == "atelier-x-2"
    stage.world.channels[opened]["delete_at"] = 1
    again = await platform.open_place("Atelier X", "", [])
    assert stage.world.channels[again]["name"] == "atelier-x-3"


async def test_somebody_who_is_not_of_the_team_stops_nobody(stage: Stage, capsys: pytest.CaptureFixture[str]):
    outside = stage.world.user("dehors", team=False)["id"]
    opened = await stage.room.platform.open_place("Atelier X", "", [outside, stage.anne.id])
    assert stage.world.members[opened] == {stage.world.bot, stage.anne.id}
    assert outside in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Été à L'Haÿ", "ete-a-l-hay"),
        ("_x_", "atelier-x"),
        ("—", "atelier"),
        ("a" * 80, "a" * 64),
        ("a b " * 30, ("a-b-" * 16)[:63]),
    ],
)
def test_names_of_channels(name: str, made: str):
    assert slug(name) == made


# The driver


def test_an_address_with_a_path_and_one_that_is_none():
    assert driver("https://chat.exemple.fr/mm/", "t", trust()).client.url == "https://chat.exemple.fr:443/mm/api/v4"
    assert driver("http://chat.exemple.fr:8065", "t", trust()).client.url == "http://chat.exemple.fr:8065/api/v4"
    with pytest.raises(ValueError, match="chat"):
        driver("chat.exemple.fr", "t", trust())


def test_an_address_begun_with_a_capital():
    config = Config("Https://Chat.exemple.fr/mm/", TOKEN, COMMAND_TOKEN, "https://atelier.exemple.fr")
    room = MattermostRoom(config, secret=KEY, languages=LANGUAGES)
    assert room.socket.url == "https://Chat.exemple.fr/mm"
    assert room.socket.tls is not None, "and the websocket is « wss »"


async def test_a_response_url_is_the_server_s_own_whatever_its_capitals(stage: Stage):
    port = stage.world.url.rpartition(":")[2]
    link = Link(f"http://LocalHost:{port}", TOKEN)
    with pytest.raises((Undeliverable, Undelivered)) as refused:
        await link.answer(f"http://localhost:{port}/hooks/commands/{new_id()}", {"text": "x"})
    assert "another server" not in str(refused.value)
    with pytest.raises(Undeliverable, match="another server"):
        await link.answer(f"http://127.0.0.1:{port}/hooks/commands/{new_id()}", {"text": "x"})
    await link.close()


async def test_one_connection_serves_and_errors_keep_their_id(stage: Stage):
    link = stage.room.platform.link
    await link.call("me", lambda api: api.users.get_user("me"))
    pool = link.driver.client.http._transport._pool
    assert len(pool.connections) == 1
    with pytest.raises(Failure) as failed:
        await link._threaded(lambda api: api.posts.get_post(new_id()))
    assert (failed.value.status, failed.value.code) == (404, "app.post.get.app_error")
    assert len(failed.value.request) == 26
