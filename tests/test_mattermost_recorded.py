"""Every capture is used, and every refusal measured is refused alike by our server, or argued in tests/mattermost/README.md."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.cards import Address
from chat.talk import Ask
from tests.mattermost import calls, posts
from tests.mattermost.captured import HERE, Refusal, capture, decoded
from tests.mattermost.stage import FORM, Stage, card, say, staged
from tests.mattermost.town import called
from tests.mattermost.world import ADMIN_TOKEN, TOKEN, World, new_id
from tests.test_mattermost_captures import asked, shape

README = HERE.parent / "README.md"
TESTS = HERE.parent.parent
REFUSALS = json.loads((HERE / "refusals.json").read_text("utf-8"))
PREFIXES = (
    "action_",
    "dialog_request_",
    "dialog_request_cancelled_",
    "action_request_",
    "websocket_",
    "slash_command_",
    "dialog_",
    "",
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


def people(stage: Stage) -> str:
    """A token of Anne's."""
    token = new_id()
    stage.world.tokens[token] = stage.anne.id
    return token


# What people do by REST is answered as it was recorded


async def test_a_command_typed_by_rest_is_answered_and_whispered_as_recorded(stage: Stage):
    stage.desk.will(say("réponse éphémère"))
    token = people(stage)
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{stage.world.url}/api/v4/websocket", headers={"Authorization": f"Bearer {token}"}) as socket,
    ):
        await socket.receive_json()
        body = {"channel_id": stage.channel, "command": "/atelier aide", "team_id": stage.world.team}
        status, told = await asked(stage, "POST", "/commands/execute", token, json=body)
        real = capture("slash_command_execute_api_response_ephemeral")
        assert (status, shape(told)) == (real["status"], shape(real["json"]))
        assert told["text"] == real["json"]["text"]
        ours, theirs = await socket.receive_json(), capture("slash_command_ws_ephemeral_message_to_user")
        assert shape(ours) == shape(theirs)
        assert set(decoded(ours)) == set(decoded(theirs))
        assert (decoded(ours)["message"], decoded(ours)["type"]) == ("réponse éphémère", decoded(theirs)["type"])
        assert ours["broadcast"]["user_id"] == stage.anne.id


async def test_a_button_pressed_by_rest_and_the_dialog_it_opens(stage: Stage):
    token = people(stage)
    stage.desk.will(Ask(form=FORM))
    place = Address(platform="mattermost", id=stage.channel)
    post = await stage.room.platform.post(place, card("Valider"), "o1", "", "fr")
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{stage.world.url}/api/v4/websocket", headers={"Authorization": f"Bearer {token}"}) as socket,
    ):
        await socket.receive_json()
        status, told = await asked(stage, "POST", f"/posts/{post}/actions/b0", token, json={})
        real = capture("action_press_api_response")
        assert (status, shape(told)) == (real["status"], shape(real["json"]))
        ours, theirs = await socket.receive_json(), capture("dialog_ws_open_dialog_to_user")
        assert shape(ours) == shape(theirs)
        shown, recorded = decoded(ours, "dialog"), decoded(theirs, "dialog")
        assert set(shown) == set(recorded)
        assert set(shown["dialog"]) == set(recorded["dialog"]) - {"icon_url"}
    body = {
        "url": shown["url"], "callback_id": "", "state": shown["dialog"]["state"], "user_id": stage.anne.id,
        "channel_id": stage.channel, "team_id": stage.world.team, "submission": {"avis": "oui"},
    }  # fmt: skip
    status, told = await asked(stage, "POST", "/actions/dialogs/submit", token, json=body)
    real = capture("dialog_submit_api_response_ok")
    assert (status, told) == (real["status"], real["json"])


# What was refused there is refused here, with the same status and error id


Refusing = Callable[[Stage], Awaitable[Any]]
ANSWERS = {
    "response 201_json": Response("{}", 201), "response 204": Response(status_code=204), "response 500": Response("x", 500),
    "response empty_body_200": Response(""), "response html_200": Response("<p>x</p>"), "response invalid_json": Response("{"),
    "submit response 204": Response(status_code=204), "submit response 500": Response("x", 500),
    "submit response 400 with errors json": Response('{"errors": {}}', 400),
}  # fmt: skip
COMMANDS = {
    "status_201_json / client_sees": Response("{}", 201), "status_404 / client_sees": Response("x", 404), "status_500 / client_sees": Response("x", 500),
    "empty_200_json_ct / client_sees": Response("", media_type="application/json"),
    "invalid_json / client_sees": Response("{", media_type="application/json"),
}  # fmt: skip
TOTALS = [name for name in REFUSALS if name.startswith("attachments total")]
UNMODELLED = {
    "bot takes 35 s", "submit, bot takes 35 s", "timeout_35s / client", "public link", "in_channel_20000_chars", "bot creates slash command",
    "post deleted while action runs, then update", "update response to a button on an ephemeral post",
}  # fmt: skip
"""Argued in the README."""


async def _answering(stage: Stage, answer: Response) -> None:
    """The bot's addresses answer so."""

    async def told(_request: Request) -> Response:
        return answer

    routes = [Route(f"/mattermost/{path}", told, methods=["POST"]) for path in ("commands", "actions", "dialogs")]
    async with called(Starlette(routes=routes)) as url:
        stage.world.bot_url, kept = url, stage.world.bot_url
        try:
            if answer in COMMANDS.values():
                await stage.anne.command("aide", stage.channel)
            else:
                await calls.integration(stage.world, f"{url}/mattermost/actions", {})
        finally:
            stage.world.bot_url = kept


async def _rest(stage: Stage, method: str, path: str, token: str = TOKEN, **more: Any) -> None:
    status, told = await asked(stage, method, path, token, **more)
    if status >= 400:
        raise Refusal(status, told["id"])


def _totalling(total: int) -> Callable[[Stage], Awaitable[Any]]:
    async def refuse(_stage: Stage) -> None:
        posts.checked(
            "", posts.normal({"attachments": [{"text": "x" * 700} for _ in range(max(11, total // 700 + 1))]})
        )

    return refuse


def _made(stage: Stage, **more: Any) -> Any:
    return stage.world.create(stage.world.bot, {"channel_id": stage.channel, "message": "x"} | more)


async def _reply_to_a_reply(stage: Stage) -> None:
    root = _made(stage)
    reply = _made(stage, root_id=root["id"])
    _made(stage, root_id=reply["id"])


async def _reply_to_deleted(stage: Stage) -> None:
    root = _made(stage)
    root["delete_at"] = 1
    _made(stage, root_id=root["id"])


async def _reply_elsewhere(stage: Stage) -> None:
    _made(stage, root_id=_made(stage)["id"], channel_id=stage.anne.direct)


async def _archived(stage: Stage) -> None:
    stage.world.channels[stage.channel]["delete_at"] = 1
    await _rest(stage, "POST", "/posts", json={"channel_id": stage.channel, "message": "x"})


async def _round_trip(stage: Stage) -> None:
    """GET then PUT: the buttons have lost their address (fact 12)."""
    place = Address(platform="mattermost", id=stage.channel)
    id_ = await stage.room.platform.post(place, card("Valider"), "o1", "", "fr")
    _, read = await asked(stage, "GET", f"/posts/{id_}")
    await asked(stage, "PUT", f"/posts/{id_}", json={k: read[k] for k in ("id", "message", "props")})
    await stage.anne.press("Valider", stage.channel)


async def _pressed(stage: Stage, name: str) -> None:
    place = Address(platform="mattermost", id=stage.channel)
    id_ = await stage.room.platform.post(place, card("Valider"), "o1", "", "fr")
    post = dict(stage.world.posts[id_])
    match name:
        case "deleted":
            stage.world.posts[id_]["delete_at"] = 1
        case "stranger":
            stage.world.members[stage.channel].discard(stage.anne.id)
        case "down":
            stage.world.posts[id_]["props"]["attachments"][0]["actions"][0]["integration"]["url"] = (
                "http://127.0.0.1:1/x"
            )
        case "long":
            stage.world.posts[id_]["props"]["attachments"][0]["actions"][0]["integration"]["url"] = "x"
    await calls.press(stage.world, stage.anne.id, post, "inconnu" if name == "unknown" else "b0")


async def _long_update(stage: Stage) -> None:
    stage.world.change(_made(stage), {"message": "x" * 17_000})


async def _disabled(stage: Stage) -> None:
    stage.world.users[stage.world.bot]["delete_at"] = 1
    await _rest(stage, "GET", "/users/me")


async def _elsewhere(stage: Stage) -> None:
    stage.world.channel("publique", stage.anne.id)
    channel = next(c for c in stage.world.channels.values() if c["name"] == "publique")
    await _rest(stage, "POST", "/posts", json={"channel_id": channel["id"], "message": "x"})


async def _another_s_post(stage: Stage) -> None:
    post = stage.anne.say("x", stage.channel)
    await _rest(stage, "PUT", f"/posts/{post['id']}/patch", json={"message": "y"})


async def _file_of_another(stage: Stage) -> None:
    aside = stage.world.direct(stage.anne.id, stage.paul.id)["id"]
    [id_] = stage.anne.say("", aside, files={"a.pdf": b"x"})["file_ids"]
    await _rest(stage, "GET", f"/files/{id_}")


async def _submitted(stage: Stage, **more: Any) -> None:
    body = {
        "url": f"{stage.world.bot_url}/mattermost/dialogs", "submission": {}, "channel_id": stage.channel, "team_id": stage.world.team,
    } | more  # fmt: skip
    await _rest(stage, "POST", "/actions/dialogs/submit", people(stage), json=body)


async def _opened(stage: Stage, trigger: str, url: str = "http://x", **element: Any) -> None:
    shown = {"title": "T", "elements": [{"name": "a", **element}] if element else []}
    await _rest(stage, "POST", "/actions/dialogs/open", json={"trigger_id": trigger, "url": url, "dialog": shown})


async def _opened_late(stage: Stage) -> None:
    stage.world.trigger_life = -1
    await _opened(stage, calls.trigger(stage.anne.id))


async def _typed_by_a_stranger(stage: Stage) -> None:
    stage.world.members[stage.channel].discard(stage.anne.id)
    await stage.anne.command("aide", stage.channel)


async def _down(stage: Stage) -> None:
    stage.world.bot_url = "http://127.0.0.1:1"
    await stage.anne.command("aide", stage.channel)


async def _hook_again(stage: Stage) -> None:
    stage.world.hooks["h"] = (stage.anne.id, stage.channel, 0)
    async with aiohttp.ClientSession() as http, http.post(f"{stage.world.url}/hooks/commands/h", json={}) as answer:
        told = await answer.json()
        raise Refusal(answer.status, told["id"])


async def _database(stage: Stage) -> None:
    stage.world.outage = "database"
    await _rest(stage, "POST", "/posts", json={"channel_id": stage.channel, "message": "x"})


def _named(name: str) -> Refusing:
    async def refuse(stage: Stage) -> None:
        body = {"team_id": stage.world.team, "name": name, "display_name": "x", "type": "P"}
        await _rest(stage, "POST", "/channels", json=body)

    return refuse


HOW: dict[str, Refusing] = {
    **{name: lambda s, a=answer: _answering(s, a) for name, answer in (ANSWERS | COMMANDS).items()},  # type: ignore[misc]
    **{name: _totalling(int(re.sub(r"\D", "", name))) for name in TOTALS},
    "GET then PUT whole post (round trip) -> buttons": _round_trip,
    "REST with disabled bot": _disabled,
    "REST with revoked token": lambda s: _rest(s, "GET", "/users/me", "revoked"),
    "bad token": lambda s: _rest(s, "GET", "/users/me", "wrong"),
    "bad channel id": lambda s: _rest(s, "GET", f"/channels/{new_id()}"),
    "bot down (connection refused) -> user sees": lambda s: _pressed(s, "down"),
    "bot may patch the in_channel response post": _another_s_post,
    "bot posts in channel it is not member of": _elsewhere,
    "bot posts in public channel it has not joined": _elsewhere,
    "bot_down / client": _down,
    "command in channel where user is not member": _typed_by_a_stranger,
    "create channel with invalid name": _named("é"),
    "create channel with same name": _named("salle-commune"),
    "create post with DB down": _database,
    "open after 3.2 s": _opened_late,
    "open bool default as JSON true": lambda s: _opened(s, calls.trigger(s.anne.id), default=True),
    "open empty url": lambda s: _opened(s, calls.trigger(s.anne.id), ""),
    "open with garbage trigger": lambda s: _opened(s, "garbage"),
    "open with short client trigger": lambda s: _opened(s, new_id()),
    "post 16384 ascii chars": lambda s: _rest(s, "POST", "/posts", json={"channel_id": s.channel, "message": "x" * 16_384}),
    "post in archived channel": _archived,
    "press on deleted post": lambda s: _pressed(s, "deleted"),
    "press on post in private channel as non-member": lambda s: _pressed(s, "stranger"),
    "press unauthenticated": lambda s: _rest(s, "POST", f"/posts/{new_id()}/actions/b0", "nobody", json={}),
    "reply to a reply (root_id = reply)": _reply_to_a_reply,
    "reply to deleted root": _reply_to_deleted,
    "reply with root in another channel": _reply_elsewhere,
    "response_url_8th_use": _hook_again,
    "submit as SSRF probe to local port": lambda s: _submitted(s, url="http://127.0.0.1:1/x"),
    "submit channel_id empty": lambda s: _submitted(s, channel_id=""),
    "submit team_id empty": lambda s: _submitted(s, team_id=""),
    "submit with channel user is not in": lambda s: _submitted(s, channel_id=new_id()),
    "third user downloads DM file": _file_of_another,
    "unknown action id": lambda s: _pressed(s, "unknown"),
    "unknown post": lambda s: _rest(s, "GET", f"/posts/{new_id()}"),
    "update: message 17000 chars / press": _long_update,
}  # fmt: skip


@pytest.mark.parametrize("behaviour", HOW)
async def test_what_was_refused_is_refused_alike(stage: Stage, behaviour: str):
    real = REFUSALS[behaviour]
    with pytest.raises(Refusal) as refused:
        await HOW[behaviour](stage)
    assert (refused.value.status, refused.value.id) == (real["status"], real["id"])


def test_every_refusal_measured_is_tried_or_argued():
    assert set(HOW) | UNMODELLED == set(REFUSALS)
    assert not set(HOW) & UNMODELLED
    argued = README.read_text("utf-8")
    assert [name for name in UNMODELLED if f"`{name}`" not in argued] == []


def test_every_capture_is_used():
    """By a test that names it, whole or after its kind."""
    written = "\n".join(
        p.read_text("utf-8") for p in [*TESTS.glob("test_mattermost*.py"), *TESTS.glob("mattermost/*.py")]
    )
    for path in sorted(HERE.glob("*.json")):
        names = [path.stem.removeprefix(prefix) for prefix in PREFIXES if path.stem.startswith(prefix)]
        assert any(re.search(rf'["\']{re.escape(name)}["\'.]', written) for name in names), f"{path.name}: no test"
        assert f"`{path.stem}`" in README.read_text("utf-8"), f"{path.name}: not in the README"


def test_the_readme_names_no_capture_that_is_not_there():
    listed = set(re.findall(r"^- `(\w+)`", README.read_text("utf-8"), re.MULTILINE)) - UNMODELLED
    assert listed == {path.stem for path in Path(HERE).glob("*.json")}


async def test_an_administrator_s_settings_are_read(stage: Stage):
    status, told = await asked(stage, "GET", "/config", ADMIN_TOKEN)
    assert (status, World().version == "5.37.0", "ServiceSettings" in told) == (200, True, True)
