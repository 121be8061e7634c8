"""What the server remembers: people, channels, posts, files, commands; and what may go wrong."""

from __future__ import annotations

import asyncio
import base64
import itertools
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.mattermost import posts
from tests.mattermost.captured import Refusal, capture, refused

TEAM, TOKEN, COMMAND_TOKEN, ADMIN_TOKEN = "atelier", "token-of-the-bot", "token-of-the-command", "token-of-the-admin"
User = dict[str, Any]
Channel = dict[str, Any]
MODERN = 6
"""The first major version that is not the one measured."""


def new_id() -> str:
    """An id as the server's: 26 letters and digits."""
    return base64.b32encode(secrets.token_bytes(17)).decode().lower()[:26]


@dataclass
class World:
    """`outage` is one of "", "down" (no connection), "database" (fact 46), "broken" (503), "cut" (accepted, then the
    connection breaks), "limited" (429, on the socket's upgrade too); `reachable` is whether the bot's address may be called
    (AllowedUntrustedInternalConnections). `faults` is what the bot sent that no capture shows.
    """

    url: str = ""
    bot_url: str = ""
    outage: str = ""
    reachable: bool = True
    trigger_life: float = 3.0
    version: str = "5.37.0"
    team: str = field(default_factory=new_id)
    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    team_members: set[str] = field(default_factory=set)
    posts: dict[str, posts.Post] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    """The files that a proxy in front of the server lets nobody have: 403, and a page."""
    commands: dict[str, dict[str, Any]] = field(default_factory=dict)
    bots: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    hooks: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    whispers: dict[str, list[posts.Post]] = field(default_factory=lambda: defaultdict(list))
    """What each person alone was shown."""
    dialogs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The dialog in front of each person."""
    pending: dict[str, tuple[str, float]] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    calls: list[tuple[str, int]] = field(default_factory=list)
    """What was called at the bot's, and its status."""
    sent: list[str] = field(default_factory=list)
    """The bodies of those calls."""
    faults: list[str] = field(default_factory=list)
    listeners: list[asyncio.Queue[dict[str, Any]]] = field(default_factory=list)
    """The bot's sockets."""
    ears: list[tuple[str, asyncio.Queue[dict[str, Any]]]] = field(default_factory=list)
    """The sockets of anybody else."""
    _clock: itertools.count = field(default_factory=lambda: itertools.count(int(time.time() * 1000)))

    def __post_init__(self) -> None:
        self.bot = self.user("atelier-bot", is_bot=True)["id"]
        self.admin = self.user("administration", roles="system_user system_admin")["id"]
        self.tokens |= {TOKEN: self.bot, ADMIN_TOKEN: self.admin}

    @property
    def slashed(self) -> bool:
        """Whether « /atelier » exists: an administrator registered it, or the bot is known by its address."""
        made = any(c["trigger"] == TEAM and not c["delete_at"] for c in self.commands.values())
        return made or (bool(self.bot_url) and bool(self.settings.get("slash", True)))

    @property
    def modern(self) -> bool:
        """True for what was read in the sources of 11.4; else it is 5.37, as measured."""
        return int(self.version.partition(".")[0]) >= MODERN

    def slash(self) -> tuple[str, str]:
        """Where « /atelier » is called, and its token: as an administrator registered it, else the bot's own address."""
        made = next((c for c in self.commands.values() if c["trigger"] == TEAM and not c["delete_at"]), None)
        return (made["url"], made["token"]) if made else (f"{self.bot_url}/mattermost/commands", COMMAND_TOKEN)

    def now(self) -> int:
        """Milliseconds; two things never happen at once."""
        return max(next(self._clock), int(time.time() * 1000))

    def user(self, name: str, *, team: bool = True, **more: Any) -> User:
        """A new account."""
        made = capture("user_user_object_as_seen_by_bot") | {"id": new_id(), "username": name, "roles": "system_user"}
        made |= {"email": f"{name}@exemple.fr", "first_name": name.title(), "delete_at": 0} | more
        self.users[made["id"]] = made
        self.team_members |= {made["id"]} if team else set()
        return made

    def channel(self, name: str, *members: str, kind: str = "O", creator: str = "", **more: Any) -> Channel:
        """A new channel."""
        made = capture("channel_direct_channel_object") | {
            "id": new_id(), "name": name, "display_name": name, "type": kind, "team_id": "" if kind == "D" else self.team,
            "creator_id": creator, "create_at": self.now(), "delete_at": 0, "last_post_at": 0, **more,
        }  # fmt: skip
        self.channels[made["id"]] = made
        self.members[made["id"]] = set(members)
        return made

    def direct(self, one: str, other: str) -> Channel:
        """The direct conversation of two accounts."""
        name = "__".join(sorted((one, other)))
        found = next((c for c in self.channels.values() if c["name"] == name), None)
        return found or self.channel(name, one, other, kind="D", creator=one)

    def create(self, user: str, given: dict[str, Any]) -> posts.Post:
        """A post of somebody's, told to every socket. Raises Refusal."""
        channel = self.channels.get(given["channel_id"])
        if channel is None or user not in self.members[channel["id"]]:
            raise refused("bot posts in channel it is not member of")
        if channel["delete_at"]:
            raise refused("post in archived channel")
        again = self._double(given.get("pending_post_id", ""), user)
        if again:
            return again
        props = posts.normal(given.get("props"))
        props |= {"from_bot": "true"} if self.users[user].get("is_bot") else {}
        posts.checked(given.get("message", ""), props, self.modern)
        root = self._root(given.get("root_id", ""), channel["id"])
        at = self.now()
        made = posts.new(new_id(), at, user, channel_id=channel["id"], root_id=root, parent_id=root,
                         message=given.get("message", ""), props=props)  # fmt: skip
        self._attach(made, user, given.get("file_ids") or [])
        self.posts[made["id"]] = made
        channel["last_post_at"] = at
        if given.get("pending_post_id"):
            self.pending[given["pending_post_id"]] = (made["id"], time.monotonic())
        self.tell("posted", channel["id"], self._posted(made, channel))
        return made

    def _double(self, pending: str, user: str) -> posts.Post | None:
        """The post already made for this id, for thirty seconds (fact 31): whoever asks, on 5.37."""
        id_, at = self.pending.get(pending, ("", 0.0))
        found = self.posts.get(id_) if pending and time.monotonic() - at < 30 else None
        return found if found and (not self.modern or found["user_id"] == user) else None

    def _root(self, root: str, channel: str) -> str:
        if root and (root not in self.posts or self.posts[root]["delete_at"] or self.posts[root]["root_id"]):
            raise refused("reply to deleted root")
        if root and self.posts[root]["channel_id"] != channel:
            raise refused("reply with root in another channel")
        return root

    def _attach(self, made: posts.Post, user: str, ids: list[str]) -> None:
        """Files of another, or used already, are silently dropped (fact 36)."""
        kept = [
            i for i in ids if i in self.files and self.files[i]["user_id"] == user and "post_id" not in self.files[i]
        ]
        for id_ in kept:
            self.files[id_]["post_id"] = made["id"]
        if kept:
            made["file_ids"] = kept
            made["metadata"] = {"files": [dict(self.files[i]) for i in kept]}

    def _posted(self, post: posts.Post, channel: Channel) -> dict[str, Any]:
        user = self.users[post["user_id"]]["username"]
        return {
            "channel_display_name": channel["display_name"], "channel_name": channel["name"], "channel_type": channel["type"],
            "post": posts.shown(post), "sender_name": f"@{user}", "set_online": True, "team_id": channel["team_id"],
        }  # fmt: skip

    def tell(self, event: str, channel: str, data: dict[str, Any]) -> None:
        """An event, to the sockets of whoever is in the channel."""
        ours = [(self.bot, queue) for queue in self.listeners]
        for user, queue in [*ours, *self.ears]:
            if user in self.members[channel]:
                queue.put_nowait({"event": event, "data": data, "channel": channel})

    def tell_alone(self, event: str, user: str, channel: str, data: dict[str, Any]) -> None:
        """An event to one person's sockets, if they have any."""
        for ear, queue in self.ears:
            if ear == user:
                queue.put_nowait({"event": event, "data": data, "channel": channel, "user": user})

    def writable(self, channel: str) -> None:
        """Raise Refusal for a post of an archived channel: neither changed nor pinned (measured)."""
        if self.channels[channel]["delete_at"]:
            raise Refusal(400, "api.post.patch_post.can_not_update_post_in_deleted.error")

    def held(self, id_: str) -> posts.Post:
        """A post that is there. Raises Refusal."""
        found = self.posts.get(id_)
        if found is None or found["delete_at"]:
            raise refused("unknown post")
        return found

    def remove(self, post: posts.Post) -> None:
        """Delete a post; the socket tells it as it was, its deletion not said (a capture)."""
        at = self.now()
        self.tell("post_deleted", post["channel_id"], {"post": posts.shown(post)})
        post |= {"delete_at": at, "update_at": at}

    def change(self, post: posts.Post, given: dict[str, Any]) -> posts.Post:
        """Change what is given of a post; props are replaced whole (fact 32). Raises Refusal."""
        props = posts.normal(given["props"]) if "props" in given else post["props"]
        message = given.get("message", post["message"])
        self.writable(post["channel_id"])
        posts.checked(message, props, self.modern)
        if not self.modern and posts.unwired(post):
            raise Refusal(0, "panic")
        at = self.now()
        post |= {"props": props, "message": message, "update_at": at, "edit_at": at}
        post |= {k: given[k] for k in ("is_pinned", "file_ids") if k in given}
        self.tell("post_edited", post["channel_id"], {"post": posts.shown(post)})
        return post
