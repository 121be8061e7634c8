"""The REST API, as far as the bot and its installer go."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from tests.mattermost import calls, checks, posts
from tests.mattermost.captured import Refusal, refused
from tests.mattermost.world import Channel, World, new_id

Handler = Callable[["Asking"], Awaitable[Any] | Any]


@dataclass(frozen=True)
class Asking:
    """A request: who asks, of what."""

    world: World
    user: str
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    request: web.Request

    @property
    def admin(self) -> bool:
        return "system_admin" in self.world.users[self.user]["roles"]

    def channel(self, name: str = "channel") -> Channel:
        """A channel the asker is in. One that does not exist is forbidden too."""
        found = self.world.channels.get(self.path[name])
        if found is None or (self.user not in self.world.members[found["id"]] and not self.admin):
            raise refused("bad channel id")
        return found


def me(ask: Asking) -> Any:
    id_ = ask.path["user"]
    found = ask.world.users.get(ask.user if id_ == "me" else id_)
    if found is None:
        raise Refusal(404, "app.user.missing_account.const", "Unable to find the user.")
    return found


def named(ask: Asking) -> Any:
    found = next((u for u in ask.world.users.values() if u["username"] == ask.path["name"]), None)
    if found is None:
        raise Refusal(404, "app.user.get_by_username.app_error", "Unable to find an existing account.")
    return found


def teams(ask: Asking) -> Any:
    return [{"id": ask.world.team, "name": "atelier"}]


def team(ask: Asking) -> Any:
    if ask.path["name"] != "atelier":
        raise Refusal(404, "app.team.get_by_name.missing.app_error", "Unable to find the existing team.")
    return {"id": ask.world.team, "name": "atelier"}


def team_channels(ask: Asking) -> Any:
    return [c for c in ask.world.channels.values() if ask.user in ask.world.members[c["id"]] and not c["delete_at"]]


def join_team(ask: Asking) -> Any:
    ask.world.team_members.add(ask.body["user_id"])
    return 201, {"team_id": ask.world.team, "user_id": ask.body["user_id"]}


def create_channel(ask: Asking) -> Any:
    name = ask.body["name"]
    if not (2 <= len(name) <= 64 and all(c in "abcdefghijklmnopqrstuvwxyz0123456789-_" for c in name)):
        raise refused("create channel with invalid name")
    if any(c["name"] == name for c in ask.world.channels.values()):
        raise refused("create channel with same name")
    kept = {k: ask.body.get(k, "") for k in ("display_name", "purpose")}
    return 201, ask.world.channel(name, ask.user, kind=ask.body["type"], creator=ask.user, **kept)


def open_direct(ask: Asking) -> Any:
    return 201, ask.world.direct(*ask.body)


def channel(ask: Asking) -> Any:
    return ask.channel()


def channel_named(ask: Asking) -> Any:
    found = next((c for c in ask.world.channels.values() if c["name"] == ask.path["name"]), None)
    hidden = found is None or (ask.user not in ask.world.members[found["id"]] and not ask.admin)
    if hidden or found["delete_at"]:
        raise Refusal(404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.")
    return found


def members(ask: Asking) -> Any:
    start, most = int(ask.query.get("page", 0)), int(ask.query.get("per_page", 60))
    found = sorted(ask.world.members[ask.channel()["id"]])[start * most : (start + 1) * most]
    return [{"channel_id": ask.path["channel"], "user_id": user, "roles": "channel_user"} for user in found]


def member(ask: Asking) -> Any:
    user = ask.user if ask.path["user"] == "me" else ask.path["user"]
    found = ask.world.channels.get(ask.path["channel"])
    if found is None or user not in ask.world.members[found["id"]]:
        raise refused("bad channel id")
    return {"channel_id": found["id"], "user_id": user, "roles": "channel_user"}


def add_member(ask: Asking) -> Any:
    user = ask.body["user_id"]
    if user not in ask.world.team_members:
        raise Refusal(404, "app.channel.get_team_member.missing.app_error", "No team member found.")
    ask.world.members[ask.channel()["id"]].add(user)
    return 201, {"channel_id": ask.path["channel"], "user_id": user}


def remove_member(ask: Asking) -> Any:
    ask.world.members[ask.channel()["id"]].discard(ask.path["user"])
    return {"status": "OK"}


def listing(found: list[posts.Post]) -> Any:
    ordered = sorted(found, key=lambda p: -p["create_at"])
    return {
        "order": [p["id"] for p in ordered],
        "posts": {p["id"]: posts.shown(p) for p in ordered},
        "next_post_id": "",
    }


def channel_posts(ask: Asking) -> Any:
    held = [p for p in ask.world.posts.values() if p["channel_id"] == ask.channel()["id"]]
    if "since" in ask.query:
        return listing(
            [p | ({"message": ""} if p["delete_at"] else {}) for p in held if p["update_at"] > int(ask.query["since"])]
        )
    start, most = int(ask.query.get("page", 0)), int(ask.query.get("per_page", 60))
    alive = sorted((p for p in held if not p["delete_at"]), key=lambda p: -p["create_at"])
    return listing(alive[start * most : (start + 1) * most])


def create_post(ask: Asking) -> Any:
    if ask.world.users[ask.user].get("is_bot"):
        ask.world.faults += checks.post(ask.body)
    return 201, posts.shown(ask.world.create(ask.user, ask.body))


def whispered(ask: Asking) -> Any:
    if not ask.admin:
        raise refused("create post with DB down")
    return 201, calls.whisper(
        ask.world, ask.body["user_id"], ask.body["post"]["channel_id"], {"text": ask.body["post"]["message"]}
    )


def _seen(ask: Asking) -> posts.Post:
    found = ask.world.held(ask.path["post"])
    if ask.user not in ask.world.members[found["channel_id"]]:
        raise refused("bad channel id")
    return found


def get_post(ask: Asking) -> Any:
    return posts.shown(_seen(ask))


def thread(ask: Asking) -> Any:
    root = _seen(ask)
    return listing(
        [p for p in ask.world.posts.values() if not p["delete_at"] and root["id"] in {p["id"], p["root_id"]}]
    )


def _own(ask: Asking) -> posts.Post:
    found = _seen(ask)
    if found["user_id"] != ask.user:
        raise refused("bot may patch the in_channel response post")
    return found


def patch_post(ask: Asking) -> Any:
    if ask.world.users[ask.user].get("is_bot"):
        ask.world.faults += checks.post(ask.body)
    return posts.shown(ask.world.change(_own(ask), ask.body))


def put_post(ask: Asking) -> Any:
    given = {"message": "", "props": {}, "file_ids": [], "is_pinned": False} | ask.body
    return posts.shown(
        ask.world.change(_own(ask), {k: given[k] for k in ("message", "props", "file_ids", "is_pinned")})
    )


def delete_post(ask: Asking) -> Any:
    ask.world.remove(_own(ask))
    return {"status": "OK"}


def pin(ask: Asking) -> Any:
    ask.world.writable(_seen(ask)["channel_id"])
    _seen(ask)["is_pinned"] = True
    return {"status": "OK"}


async def upload(ask: Asking) -> Any:
    form = await ask.request.post()
    sent = form["files"]
    assert isinstance(sent, web.FileField)
    info = add_file(ask.world, ask.user, sent.filename, sent.file.read(), sent.content_type)
    return 201, {"file_infos": [info], "client_ids": []}


def add_file(world: World, user: str, name: str, content: bytes, mime: str) -> dict[str, Any]:
    at = world.now()
    info = {
        "id": new_id(), "user_id": user, "channel_id": "", "create_at": at, "update_at": at, "delete_at": 0, "name": name,
        "extension": name.rpartition(".")[2], "size": len(content), "mime_type": mime, "mini_preview": None, "remote_id": "",
    }  # fmt: skip
    world.files[info["id"]], world.contents[info["id"]] = info, content
    return dict(info)


def _file(ask: Asking) -> dict[str, Any]:
    info = ask.world.files.get(ask.path["file"])
    if info is None:
        raise Refusal(404, "app.file_info.get.app_error", "Unable to get the file info.")
    where = ask.world.posts[info["post_id"]]["channel_id"] if "post_id" in info else ""
    if info["user_id"] != ask.user and ask.user not in ask.world.members[where]:
        raise refused("third user downloads DM file")
    return info


def file_info(ask: Asking) -> Any:
    return _file(ask)


def file(ask: Asking) -> Any:
    info = _file(ask)
    if ask.world.outage == "login":
        return web.Response(text="<!DOCTYPE html><title>Connexion</title>", content_type="text/html")
    if info["id"] in ask.world.blocked:
        return web.Response(status=403, text="<html>Contenu bloqué</html>", content_type="text/html")
    told = quote(info["name"])
    headers = {
        "Content-Disposition": f"inline;filename=\"{told}\"; filename*=UTF-8''{told}",
        "Content-Type": info["mime_type"],
    }
    return web.Response(body=ask.world.contents[info["id"]], headers=headers)


def open_dialog(ask: Asking) -> Any:
    if not ask.body.get("url"):
        raise refused("open empty url")
    if any(not isinstance(e.get("default", ""), str) for e in ask.body["dialog"].get("elements") or []):
        raise refused("open bool default as JSON true")
    user = calls.check_trigger(ask.world, ask.body["trigger_id"])
    ask.world.faults += checks.dialog(ask.body)
    shown = json.loads(json.dumps(ask.body)) | {"trigger_id": new_id()}
    ask.world.dialogs[user] = shown
    ask.world.tell_alone("open_dialog", user, "", {"dialog": shown})
    return {"status": "OK"}


async def submit_dialog(ask: Asking) -> Any:
    """Whatever is submitted goes to whatever address is named, opened or not; only who and where are checked (fact 22)."""
    given = ask.body
    if ask.user not in ask.world.members.get(given.get("channel_id", ""), set()):
        raise refused("submit channel_id empty")
    if given.get("team_id") != ask.world.team:
        raise refused("submit team_id empty")
    kept = {k: given.get(k, "") for k in ("callback_id", "state", "channel_id", "team_id")}
    body = {
        "type": "dialog_submission",
        **kept,
        "user_id": ask.user,
        "submission": given.get("submission"),
        "cancelled": False,
    }
    told = await calls.integration(ask.world, given["url"], body)
    return {k: told[k] for k in ("errors", "error") if told.get(k)}


async def hook(ask: Asking) -> Any:
    user, where, left = ask.world.hooks.get(ask.path["hook"], ("", "", 0))
    if not left:
        raise refused("response_url_8th_use")
    ask.world.hooks[ask.path["hook"]] = (user, where, left - 1)
    calls.whisper(ask.world, user, where, ask.body)
    return web.Response(text="ok")
