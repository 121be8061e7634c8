"""Our Mattermost is held to what a real one sent: same fields, same types, same refusals."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest

from chat.cards import Address
from chat.talk import Ask, Correct
from chat.text import tr
from tests.mattermost import calls, posts
from tests.mattermost.captured import Refusal, body, capture, decoded
from tests.mattermost.stage import FORM, Stage, card, say, staged
from tests.mattermost.world import TOKEN


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


def shape(value: Any) -> Any:
    """Names and types, without the values."""
    match value:
        case dict():
            return {name: shape(inner) for name, inner in sorted(value.items())}
        case list():
            return [shape(value[0])] if value else []
        case _:
            return type(value).__name__


async def asked(stage: Stage, method: str, path: str, token: str = TOKEN, **more: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, f"{stage.world.url}/api/v4{path}", headers=headers, **more) as response,
    ):
        return response.status, await response.json(
            content_type=None
        ) if response.status != 429 else await response.text()


def heard(stage: Stage) -> list[Any]:
    """What the bot's addresses received, as they received it."""
    return [
        json.loads(t) if t.startswith("{") else dict(parse_qsl(t, keep_blank_values=True)) for t in stage.world.sent
    ]


async def _carded(stage: Stage, *labels: str) -> str:
    place = Address(platform="mattermost", id=stage.channel)
    return await stage.room.platform.post(place, card(*labels), "o1", "", "fr")


async def test_a_command_comes_as_it_was_recorded(stage: Stage):
    await stage.anne.command("aide", stage.channel)
    await stage.anne.command("dm")
    optional = {"channel_mentions", "channel_mentions_ids", "user_mentions", "user_mentions_ids"}
    real = {k: v for k, v in body("slash_command_request_public_channel").items() if k not in optional}
    assert shape(heard(stage)[0]) == shape(real)
    assert shape(heard(stage)[1]) == shape(body("slash_command_request_dm_with_bot"))


async def test_a_press_and_a_submission_come_as_they_were_recorded(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await _carded(stage, "Valider")
    await stage.anne.press("Valider", stage.channel)
    await stage.settle()
    await stage.anne.fill(avis="oui")
    pressed, sent = heard(stage)
    real = body("action_request_button")
    assert shape(pressed | {"context": {}}) == shape(real | {"context": {}})
    submitted = body("dialog_request_submit")
    assert shape(sent | {"submission": {}}) == shape(submitted | {"submission": {}})


async def test_words_whispered_after_a_press_are_as_recorded(stage: Stage):
    real = decoded(capture("action_ws_ephemeral_text_to_presser"))
    id_ = await _carded(stage, "Valider")
    stage.desk.will(say("C'est fait."))
    await stage.anne.press("Valider", stage.channel)
    [ours] = stage.world.whispers[stage.anne.id]
    assert shape(ours) == shape(real)
    assert (ours["root_id"], ours["user_id"], ours["type"]) == (id_, stage.anne.id, real["type"])


async def test_a_dialog_at_fault_is_answered_as_recorded(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    stage.desk.will(Correct(problems={"avis": tr("Trop court.")}))
    assert shape(await stage.anne.fill(avis="x")) == {"errors": {"avis": "str"}}
    assert set(capture("dialog_submit_api_response_field_errors")["json"]) == {"errors"}


async def test_a_post_with_attachments_comes_back_stripped(stage: Stage):
    id_ = await _carded(stage, "Valider")
    real = capture("post_create_with_attachments_api_response_to_bot")["json"]
    _, ours = await asked(stage, "GET", f"/posts/{id_}")
    assert set(ours) == set(real)
    assert set(ours["props"]["attachments"][0]) == set(real["props"]["attachments"][0]) - {"actions"} | {"actions"}
    assert set(ours["props"]["attachments"][0]["actions"][0]) <= {"id", "type", "name", "style"}
    assert ours["props"]["from_bot"] == "true"


async def test_a_whispered_button_has_a_cookie_and_no_address(stage: Stage):
    real = decoded(capture("slash_command_ws_event_ephemeral_with_attachment"))
    told = {
        "text": "x",
        "attachments": [
            {
                "text": "att",
                "actions": [{"id": "a1", "type": "button", "name": "B", "integration": {"url": "u", "context": {}}}],
            }
        ],
    }
    ours = posts.shown(calls.whisper(stage.world, stage.anne.id, stage.channel, told), "c")
    assert set(ours) - {"create_at"} == set(real) - {"create_at"}
    assert set(ours["props"]["attachments"][0]["actions"][0]) == set(real["props"]["attachments"][0]["actions"][0])


async def test_users_channels_and_files_have_their_fields(stage: Stage):
    _, user = await asked(stage, "GET", f"/users/{stage.anne.id}")
    assert set(user) == set(capture("user_user_object_as_seen_by_bot"))
    _, direct = await asked(stage, "POST", "/channels/direct", json=[stage.world.bot, stage.anne.id])
    assert set(direct) == set(capture("channel_direct_channel_object"))
    form = aiohttp.FormData({"channel_id": direct["id"]})
    form.add_field("files", b"contents", filename="carte à plat é.png")
    status, sent = await asked(stage, "POST", "/files", data=form)
    real = capture("file_upload_api_response")
    assert (status, shape(sent)) == (real["status"], shape(real["json"]))


@pytest.mark.parametrize(
    "name", ["hello_header_auth", "posted_dm_to_bot", "posted_dm_with_file_no_text", "posted_public_channel"]
)
async def test_the_socket_says_what_was_recorded(stage: Stage, name: str):
    real = capture(f"websocket_{name}")
    real = real[0] if isinstance(real, list) else real
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{stage.world.url}/api/v4/websocket", headers={"Authorization": f"Bearer {TOKEN}"}) as socket,
    ):
        ours = await socket.receive_json()
        if name != "hello_header_auth":
            stage.anne.say(
                "bonjour", stage.channel if "public" in name else "", files={"a.png": b"x"} if "file" in name else None
            )
            ours = await socket.receive_json()
    optional = {"mentions", "image", "otherFile"}
    assert set(real["data"]) - optional == set(ours["data"]) - optional
    assert shape({k: v for k, v in ours.items() if k != "data"}) == shape(
        {k: v for k, v in real.items() if k != "data"}
    )
    if "post" in real["data"]:
        assert set(decoded(ours)) == set(decoded(real))
        assert isinstance(ours["data"]["post"], str)


async def test_the_rate_limit_answers_as_recorded(stage: Stage):
    stage.world.outage = "limited"
    real = capture("misc_http_429_response")
    assert await asked(stage, "GET", "/users/me") == (429, real["body"])


async def test_the_dialog_that_a_person_sees_is_the_one_recorded(stage: Stage):
    stage.desk.will(Ask(form=FORM))
    await stage.anne.command("valider", stage.channel)
    await stage.settle()
    real, ours = capture("dialog_ws_open_dialog_payload_decoded"), stage.world.dialogs[stage.anne.id]
    assert set(ours) == set(real)
    assert set(ours["dialog"]) == set(real["dialog"]) - {"icon_url"}
    assert set(ours["dialog"]["elements"][0]) <= set(real["dialog"]["elements"][0])


async def test_what_a_bot_may_not_do(stage: Stage):
    real = capture("post_ephemeral_by_bot_api_403")
    status, told = await asked(stage, "POST", "/posts/ephemeral", json={"user_id": "x", "post": {}})
    assert (status, told["id"], shape(told)) == (403, real["json"]["id"], shape(real["json"]))
    for method, path in (("GET", f"/commands?team_id={stage.world.team}&custom_only=true"), ("POST", "/commands")):
        assert (await asked(stage, method, path, json={}))[0] == 403
    status, listed = await asked(stage, "GET", f"/commands?team_id={stage.world.team}")
    assert (status, [c for c in listed if c["token"] or c["url"]]) == (200, []), "listed, without their secrets"
    assert (await asked(stage, "GET", "/users/me", token="wrong"))[0] == 401


async def test_a_spent_trigger_a_response_url_and_a_blocked_address(stage: Stage):
    stage.desk.will(say("un"), *(say(str(n)) for n in range(7)))
    await stage.anne.command("aide", stage.channel)
    await stage.settle()
    assert [w["message"] for w in stage.world.whispers[stage.anne.id]] == ["un", "0", "1", "2", "3", "4"]
    stage.world.reachable = False
    with pytest.raises(Refusal, match=r"500 api\.command\.execute_command\.failed"):
        await stage.anne.command("aide", stage.channel)
