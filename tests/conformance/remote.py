"""The stage of a Mattermost known by its address alone: a real one, or ours in a process of its own.

The same verbs as on the imitation inside the tests; nothing of the server is looked into, and it cannot be broken on purpose.
An administrator's token makes the accounts; each run makes its own, with a bot and a review channel of its own.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.findings import Level
from bot.mattermost import actions
from bot.mattermost.app import COMMANDS, Config, MattermostRoom
from bot.mattermost.client import driver, trust
from bot.mattermost.installed import Installed, Wanted
from bot.mattermost.installer import Installer
from bot.sandbox.people import EVERYBODY, REVIEWERS, STRANGER, Somebody
from chat.language import Languages
from chat.talk import Given, Pressed
from tests.conformance.mattermost_reading import MattermostReading, Post, action_of, option_of
from tests.conformance.stage import Ear, Lost, Read, Scripted, Turned
from tests.mattermost.town import KEY, called
from tests.mattermost.visitor import Visitor

CALM, BREATH = 3, 0.03
"""How many times nothing came, that many seconds apart, before what was done is taken for over."""
PASSWORD = string.ascii_letters + string.digits


class Unplayed(Exception):
    """What would ask to break a server that is not ours."""


@dataclass(frozen=True)
class Server:
    """Where it is, an administrator's token, the name of the team, and the address that it may call us at."""

    url: str
    admin: str = field(repr=False)
    team: str = "atelier"


@dataclass(kw_only=True)
class RemoteStage(MattermostReading[Visitor]):
    """The server by its address, the room, and the accounts."""

    admin: Visitor

    def mention(self, who: Somebody) -> tuple[str, str]:
        name = f"@{self.people[who.account].name}"
        return name, name

    @property
    def nowhere(self) -> str:
        return "a" * 26

    def members(self, place: str) -> set[str]:
        listed = self.admin.ask("GET", f"/channels/{place}/members", params={"per_page": 200})
        return {member["user_id"] for member in listed} - {self.admin.bot, self.admin.id}

    def outage(self, kind: str) -> None:
        raise Unplayed("a server that is not ours is not broken")

    async def again(self) -> None:
        raise Unplayed("a server sends its calls once")

    async def forged(self, who: Somebody, read: Read, label: str) -> None:
        """Anybody posts a button aimed at the bot, with a context of their own, and presses it (fact 10)."""
        integration = {"url": f"{self.room.platform.drawing.url}{actions.PATH}", "context": {"t": "e30.forged"}}
        action = {"id": "a", "type": "button", "name": label, "integration": integration}
        body = {"channel_id": self.home(who), "message": "", "props": {"attachments": [{"text": "Piège", "actions": [action]}]}}  # fmt: skip
        visitor = self.people[who.account]
        await visitor.press_on(await visitor.act("POST", "/posts", json=body), action)
        if not [event for event in self.ear.acted if isinstance(event, Pressed)]:
            raise Turned("the seal does not hold")

    async def unopened(self, who: Somebody) -> None:
        visitor, before = self.people[who.account], len(self.ear.acted)
        body = {
            "url": f"{self.room.platform.drawing.url}/mattermost/dialogs", "callback_id": "", "state": "", "user_id": visitor.id,
            "channel_id": visitor.direct, "team_id": visitor.team, "submission": {"avis": "oui"},
        }  # fmt: skip
        told = await visitor.act("POST", "/actions/dialogs/submit", json=body)
        if told.get("error") and len(self.ear.acted) == before:
            raise Turned("never opened by the bot")

    async def intruder(self, who: Somebody) -> None:
        body = {"token": "another token", "command": "/atelier", "text": "aide", "user_id": self.account(who), "channel_id": self.home(who), "trigger_id": "t"}  # fmt: skip
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{self.room.platform.drawing.url}{COMMANDS}", data=body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise Turned("not the command's token")

    async def downloaded(self, who: Somebody, name: str) -> bytes:
        for post in reversed(self.people[who.account].screen()):
            for file in _files(post):
                if file["name"] == name:
                    content: bytes = self.people[who.account].ask("GET", f"/files/{file['id']}")
                    return content
        raise Lost(name)

    def _files(self, post: Post) -> tuple[str, ...]:
        return tuple(file["name"] for file in _files(post))

    def _opened(self, who: Somebody) -> dict[str, Any] | None:
        return self.people[who.account].dialog

    async def _command(self, who: Somebody, text: str, place: str) -> None:
        await self._heard(lambda: self.people[who.account].command(text, place))

    async def _say(
        self, who: Somebody, text: str, place: str, thread: str, files: Mapping[str, bytes] | None = None
    ) -> None:
        visitor = self.people[who.account]
        await self._heard(lambda: asyncio.to_thread(visitor.say, text, place, thread, files))

    async def _correct(self, who: Somebody, text: str, place: str) -> None:
        visitor = self.people[who.account]
        post = next(p for p in reversed(visitor.screen(place)) if p["user_id"] == visitor.id and not p["type"])
        await self._heard(lambda: visitor.act("PUT", f"/posts/{post['id']}/patch", json={"message": text}))

    async def _unsay(self, who: Somebody, place: str) -> None:
        visitor = self.people[who.account]
        post = next(p for p in reversed(visitor.screen(place)) if p["user_id"] == visitor.id and not p["type"])
        await self._heard(lambda: visitor.act("DELETE", f"/posts/{post['id']}"))

    async def _press(self, who: Somebody, read: Read, label: str) -> None:
        assert isinstance(read.inner, dict)
        await self.people[who.account].press_on(read.inner, action_of(read.inner, label))

    async def _choose(self, who: Somebody, read: Read, menu: str, line: str) -> None:
        assert isinstance(read.inner, dict)
        action = action_of(read.inner, menu)
        await self.people[who.account].press_on(read.inner, action, option_of(action, line))

    async def _fill(self, who: Somebody, given: Given) -> None:
        visitor = self.people[who.account]
        typed, opened = self.typed.get(who.account, {}) | given, visitor.dialog
        self.wrong[who.account] = await visitor.fill(**typed)
        self.typed[who.account] = typed if visitor.dialog is opened else {}

    async def _heard(self, deed: Callable[[], Awaitable[Any]]) -> None:
        """Do it, and wait until the bot has heard of it."""
        before = len(self.ear.heard)
        await deed()
        await self.came(before + 1)

    async def _quiet(self) -> None:
        calm = 0
        while calm < CALM:
            before = sum(visitor.frames for visitor in self.people.values())
            await self.room.events.drain()
            await self.room.hub.tasks.drain()
            await asyncio.sleep(BREATH)
            same = before == sum(visitor.frames for visitor in self.people.values())
            calm = calm + 1 if same else 0


def _files(post: Post) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (post.get("metadata") or {}).get("files") or []
    return found


def _installed(server: Server, public: str, run: str) -> Installed:
    """What `atelier mattermost installer` makes there. Raises AssertionError with what it found wrong."""
    api = driver(server.url, server.admin, trust())
    try:
        done = Installer(
            api, Wanted(server.team, f"atelier-{run}", f"revue-{run}", public), lambda text: text.msg
        ).run()
    finally:
        api.client.http.close()
    wrong = [finding.said.msg for finding in done.findings if finding.level is Level.FAUTE]
    assert wrong == [], wrong
    return done


def _person(admin: Visitor, account: str, run: str) -> Visitor:
    """A new account of the team, with a token."""
    password = "Aa1!" + "".join(secrets.choice(PASSWORD) for _ in range(20))
    name = f"{account}-{run}"
    made = admin.ask("POST", "/users", json={"username": name, "email": f"{name}@exemple.fr", "password": password})
    admin.ask("POST", f"/teams/{admin.team}/members", json={"team_id": admin.team, "user_id": made["id"]})
    token = admin.ask("POST", f"/users/{made['id']}/tokens", json={"description": run})["token"]
    return Visitor(admin.url, token, admin.team, admin.bot)


def _left(admin: Visitor, people: list[str], review: str) -> None:
    """The accounts, the bot and the channel of the run serve no more."""
    for account in [*people, admin.bot]:
        admin.ask("DELETE", f"/teams/{admin.team}/members/{account}")
        admin.ask("DELETE", f"/users/{account}")
    admin.ask("DELETE", f"/channels/{review}")


@asynccontextmanager
async def staged(
    server: Server, desk: Scripted, ear: Ear, languages: Languages, fetch: Any
) -> AsyncIterator[RemoteStage]:
    """The bot called by that server and listening to it, everybody's accounts."""
    run = "".join(secrets.choice(string.ascii_lowercase) for _ in range(4))
    starlette = Starlette()
    async with called(starlette) as public, AsyncExitStack() as stack:
        done = await asyncio.to_thread(_installed, server, public, run)
        admin = await Visitor(server.url, server.admin).arrive()
        stack.push_async_callback(admin.leave)
        admin.team = admin.ask("GET", f"/teams/name/{server.team}")["id"]
        admin.bot = admin.ask("GET", f"/users/username/atelier-{run}")["id"]
        review = done.env["ATELIER_REVIEW_CHANNEL"].partition(":")[2]
        config = Config(
            server.url, done.env["MATTERMOST_TOKEN"], done.env["MATTERMOST_COMMAND_TOKEN"], public, "", review
        )
        room = MattermostRoom(config, secret=KEY + run.encode(), languages=languages, fetch=fetch)
        starlette.routes.extend(room.routes)
        room.attach(ear.receive)
        stage = RemoteStage(room=room, ear=ear, desk=desk, review=review, admin=admin)
        for account in (*(s.account for s in EVERYBODY), STRANGER.account):
            stage.people[account] = visitor = await _person(admin, account, run).arrive()
            stack.push_async_callback(visitor.leave)
            if account in REVIEWERS:
                admin.ask("POST", f"/channels/{review}/members", json={"user_id": visitor.id})
        await room.start()
        listening = asyncio.create_task(room.run())
        while not room.socket.connection:  # noqa: ASYNC110 - the server's own greeting
            await asyncio.sleep(0.02)
        try:
            yield stage
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await room.close()
            await asyncio.to_thread(_left, admin, [visitor.id for visitor in stage.people.values()], review)
