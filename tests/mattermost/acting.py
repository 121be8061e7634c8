"""What people do by REST, with a token of their own: type a command, press a button. And what makes accounts."""

from __future__ import annotations

from typing import Any

from tests.mattermost import calls, posts
from tests.mattermost.admin import only
from tests.mattermost.captured import Refusal, capture, refused
from tests.mattermost.rest import Asking
from tests.mattermost.world import TEAM, new_id

ANSWER = capture("slash_command_execute_api_response_ephemeral")["json"]


async def execute(ask: Asking) -> Any:
    """« /atelier … » as a client types it: the answer is given, and shown by the websocket."""
    trigger, _, text = ask.body["command"].removeprefix("/").partition(" ")
    if trigger.lower() != TEAM or not ask.world.slashed:
        raise Refusal(404, "api.command.execute_command.not_found.app_error", f"No command « {trigger} ».")
    if ask.user not in ask.world.members.get(ask.body["channel_id"], set()):
        raise refused("command in channel where user is not member")
    shown = await calls.command(ask.world, ask.user, ask.body["channel_id"], text)
    told = posts.shown(shown, calls.COOKIE) if shown else {"message": "", "props": {}}
    attachments = told["props"].get("attachments")
    return ANSWER | {"text": told["message"], "username": "", "attachments": attachments, "trigger_id": new_id()}


async def press(ask: Asking) -> Any:
    """A button of a post, or of what was whispered to its reader, whose cookie is given back."""
    given = ask.body or {}
    post = ask.world.posts.get(ask.path["post"])
    if post is None and given.get("cookie") == calls.COOKIE:
        whispered = (w for told in ask.world.whispers.values() for w in told)
        post = next((w for w in whispered if w["id"] == ask.path["post"]), None)
    if post is None:
        raise refused("unknown post")
    await calls.press(ask.world, ask.user, post, ask.path["action"], given.get("selected_option"))
    return {"status": "OK", "trigger_id": new_id()}


def deactivate(ask: Asking) -> Any:
    """An account that serves no more (fact 39)."""
    only(ask)
    ask.world.users[ask.path["user"]]["delete_at"] = ask.world.now()
    return {"status": "OK"}


def leave_team(ask: Asking) -> Any:
    """Out of the team, and so out of its channels."""
    only(ask)
    ask.world.team_members.discard(ask.path["user"])
    for channel in ask.world.channels.values():
        if channel["team_id"]:
            ask.world.members[channel["id"]].discard(ask.path["user"])
    return {"status": "OK"}


def archive(ask: Asking) -> Any:
    """By whoever is in it; nothing can be written there any more, all can be read."""
    ask.channel()["delete_at"] = ask.world.now()
    return {"status": "OK"}


def restore(ask: Asking) -> Any:
    """By an administrator: the bot may not."""
    if not ask.admin:
        raise refused("bot creates slash command")
    ask.channel()["delete_at"] = 0
    return ask.channel()


def create_user(ask: Asking) -> Any:
    """A new account, not yet of the team."""
    only(ask)
    if any(user["username"] == ask.body["username"] for user in ask.world.users.values()):
        raise Refusal(400, "app.user.save.username_exists.app_error", "An account with that username already exists.")
    return 201, ask.world.user(ask.body["username"], team=False, email=ask.body["email"])
