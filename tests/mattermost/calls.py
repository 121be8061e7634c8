"""What the server calls at the bot's: the slash command, a button, a dialog; and what it makes of the answers."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.mattermost import posts
from tests.mattermost.captured import capture, refused
from tests.mattermost.world import World, new_id

AGENT = capture("action_request_button")["headers"]["User-Agent"]
BROKEN = "response 500"
COOKIE = "an encrypted cookie"


def trigger(user: str) -> str:
    """A trigger id: who, when, and a signature nobody can make."""
    return base64.b64encode(f"{new_id()}:{user}:{int(time.time() * 1000)}:MEUCIQ==".encode()).decode()


def check_trigger(world: World, given: str) -> str:
    """Whose trigger it is. Raises Refusal when it is none, or too old (fact 21)."""
    try:
        _, user, at, _ = base64.b64decode(given, validate=True).decode().split(":")
    except ValueError as error:
        raise refused("open with garbage trigger") from error
    if time.time() * 1000 - int(at) > world.trigger_life * 1000:
        raise refused("open after 3.2 s")
    return user


async def command(world: World, user: str, channel: str, text: str, **more: str) -> dict[str, Any] | None:
    """« /atelier … »: what the person is shown, None for nothing. Raises Refusal."""
    if user not in world.members[channel]:
        raise refused("command in channel where user is not member")
    hook = new_id()
    world.hooks[hook] = (user, channel, 5)
    found, (url, token) = world.channels[channel], world.slash()
    form = {
        "channel_id": channel, "channel_name": found["name"], "command": "/atelier", "team_domain": "atelier",
        "response_url": f"{world.url}/hooks/commands/{hook}", "team_id": world.team, "text": text,
        "token": token, "trigger_id": trigger(user), "user_id": user, "user_name": world.users[user]["username"],
        **({"root_id": ""} if world.modern else {}), **more,
    }  # fmt: skip
    headers = {"Authorization": f"Token {form['token']}", "Content-Type": "application/x-www-form-urlencoded"}
    status, kind, body = await _call(world, url, urlencode(form), headers)
    if status != 200:
        raise refused("bot_down / client" if status == 0 else "status_500 / client_sees")
    if kind != "application/json":
        return whisper(world, user, channel, {"text": body.decode()}) if body else None
    try:
        told = json.loads(body)
    except ValueError as error:
        raise refused("invalid_json / client_sees") from error
    return whisper(world, user, channel, told) if told.get("text") or told.get("attachments") else None


def whisper(world: World, user: str, channel: str, told: dict[str, Any], root: str = "") -> posts.Post:
    """What one person alone is shown: no limit is checked (fact 6), buttons carry a cookie (fact 18)."""
    props = posts.normal({"attachments": told["attachments"]} if told.get("attachments") else {})
    made = posts.new(new_id(), world.now(), user, channel_id=channel, message=told.get("text", ""), props=props,
                     type="system_ephemeral", root_id=root, update_at=0)  # fmt: skip
    world.whispers[user].append(made)
    world.tell_alone("ephemeral_message", user, channel, {"post": posts.shown(made, COOKIE)})
    return made


async def press(world: World, user: str, post: posts.Post, id_: str, option: str | None = None) -> str:
    """Press a button or choose a line; the words whispered in answer. Raises Refusal."""
    whispered = post["type"] == "system_ephemeral"
    if not whispered:
        post = world.held(post["id"])
    if user not in world.members[post["channel_id"]]:
        raise refused("press on post in private channel as non-member")
    found = posts.action(post, id_)
    if found is None or "integration" not in found:
        raise refused("unknown action id")
    channel = world.channels[post["channel_id"]]
    direct = channel["type"] == "D"
    context = dict(found["integration"]["context"])
    body = {
        "user_id": user, "user_name": world.users[user]["username"], "channel_id": channel["id"],
        "channel_name": channel["name"], "team_id": "" if direct else world.team, "team_domain": "" if direct else "atelier",
        "post_id": post["id"], "trigger_id": trigger(user), "type": found["type"], "data_source": "",
        "context": context | ({"selected_option": option} if found["type"] == "select" and option is not None else {}),
    }  # fmt: skip
    told = await integration(world, found["integration"]["url"], body)
    if told.get("update"):
        world.change(world.held(post["id"]), told["update"])
    words = str(told.get("ephemeral_text") or "")
    if words:
        whisper(world, user, channel["id"], {"text": words}, post["id"])
    return words


async def submit(world: World, user: str, given: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Send the dialog in front of somebody: what is wrong, or nothing and it is closed. Raises Refusal."""
    opened = world.dialogs.get(
        user, {"url": f"{world.bot_url}/mattermost/dialogs", "dialog": {"callback_id": "", "state": ""}}
    )
    body = {
        "type": "dialog_submission", "callback_id": opened["dialog"]["callback_id"], "state": opened["dialog"]["state"],
        "user_id": user, "channel_id": world.direct(world.bot, user)["id"], "team_id": world.team,
        "submission": given, "cancelled": False, **more,
    }  # fmt: skip
    told = await integration(world, opened["url"], body)
    names = {e["name"] for e in opened["dialog"].get("elements", [])}
    wrong = {name: why for name, why in told.get("errors", {}).items() if name in names}
    if not wrong and not told.get("error"):
        world.dialogs.pop(user, None)
    return {k: told[k] for k in ("errors", "error") if told.get(k)}


async def integration(world: World, url: str, body: dict[str, Any]) -> dict[str, Any]:
    """Call the bot; anything but an object and 200 is an error for the person (fact 14)."""
    status, _, answer = await _call(world, url, json.dumps(body), {"Content-Type": "application/json"})
    if status != 200:
        raise refused(BROKEN)
    if not answer and world.modern and "submission" not in body:
        return {}  # fact 14: read in 11.4
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise refused(BROKEN) from error
    return told if isinstance(told, dict) else {}


async def _call(world: World, url: str, body: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
    """Status 0 when the bot is not reached, or may not be called."""
    world.sent.append(body)
    path = url.partition("://")[2].partition("/")[2]
    if not world.reachable:
        world.calls.append((path, 0))
        return 0, "", b""
    told = {"User-Agent": AGENT, "Accept": "application/json", **headers}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session,
            session.post(url, data=body.encode(), headers=told) as response,
        ):
            answer = await response.read()
            world.calls.append((path, response.status))
            return response.status, response.content_type if "Content-Type" in response.headers else "", answer
    except (TimeoutError, aiohttp.ClientError):
        world.calls.append((path, 0))
        return 0, "", b""
