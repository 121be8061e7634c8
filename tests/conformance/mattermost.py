"""The stage of Mattermost: the server calls the bot over HTTP, the bot listens to its websocket and posts by its REST API."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette

from bot.sandbox.people import EVERYBODY, STRANGER, Somebody
from chat.language import Languages
from chat.talk import Given
from tests.conformance.mattermost_reading import MattermostReading, Post, action_of, option_of
from tests.conformance.stage import Ear, Lost, Read, Scripted, Turned
from tests.mattermost import calls
from tests.mattermost.captured import Refusal
from tests.mattermost.person import Person
from tests.mattermost.server import serving
from tests.mattermost.town import called, connected, room_of
from tests.mattermost.world import World, new_id


@dataclass(kw_only=True)
class MattermostStage(MattermostReading[Person]):
    """The server, the room, and the accounts."""

    world: World
    _last: Callable[[], Awaitable[Any]] | None = None

    def outage(self, kind: str) -> None:
        self.world.outage = kind

    async def again(self) -> None:
        assert self._last is not None
        await self._last()

    async def forged(self, who: Somebody, read: Read, label: str) -> None:
        post = copy.deepcopy(read.inner)
        assert isinstance(post, dict)
        action = action_of(post, label)
        body = {
            "user_id": self.account(who), "channel_id": post["channel_id"], "post_id": post["id"], "type": "button",
            "channel_name": self.world.channels[post["channel_id"]]["name"], "team_id": "", "trigger_id": calls.trigger(self.account(who)),
            "context": {k: f"A{v[1:]}" for k, v in action["integration"]["context"].items()},
        }  # fmt: skip
        before = len(self.ear.acted)
        await calls.integration(self.world, action["integration"]["url"], body)
        if len(self.ear.acted) == before:
            raise Turned("the seal does not hold")

    async def unopened(self, who: Somebody) -> None:
        before = len(self.ear.acted)
        told = await calls.submit(self.world, self.account(who), {"avis": "oui"})
        if told.get("error") and len(self.ear.acted) == before:
            raise Turned("never opened by the bot")

    async def intruder(self, who: Somebody) -> None:
        try:
            await calls.command(self.world, self.account(who), self.home(who), "", token="another token")
        except Refusal as error:
            raise Turned("not the command's token") from error

    async def downloaded(self, who: Somebody, name: str) -> bytes:
        for post in reversed(self.people[who.account].screen()):
            for id_ in post.get("file_ids") or []:
                if self.world.files[id_]["name"] == name:
                    return self.world.contents[id_]
        raise Lost(name)

    @property
    def nowhere(self) -> str:
        return new_id()

    def members(self, place: str) -> set[str]:
        return self.world.members[place] - {self.world.bot}

    def _files(self, post: Post) -> tuple[str, ...]:
        return tuple(self.world.files[id_]["name"] for id_ in post.get("file_ids") or [])

    def _opened(self, who: Somebody) -> dict[str, Any] | None:
        return self.world.dialogs.get(self.account(who))

    async def _do(self, deed: Callable[[], Awaitable[Any]]) -> Any:
        self._last = self._repeated
        before = len(self.world.sent)
        answer = await deed()
        self._sent = list(zip(self.world.sent[before:], [p for p, _ in self.world.calls[before:]], strict=False))
        return answer

    async def _repeated(self) -> None:
        """The same bodies at the same addresses."""
        for body, path in list(self._sent):
            kind = "application/x-www-form-urlencoded" if path.endswith("commands") else "application/json"
            status, _, _ = await calls._call(self.world, f"{self.world.bot_url}/{path}", body, {
                "Content-Type": kind, "Authorization": f"Token {self.world.slash()[1]}",
            })  # fmt: skip
            assert status == 200

    async def _command(self, who: Somebody, text: str, place: str) -> None:
        await self._do(lambda: self.people[who.account].command(text, place))

    async def _say(
        self, who: Somebody, text: str, place: str, thread: str, files: Mapping[str, bytes] | None = None
    ) -> None:
        before = len(self.ear.heard)
        post = self.people[who.account].say(text, place, thread, dict(files or {}))

        async def told_again() -> None:
            self.world.tell("posted", place, self.world._posted(post, self.world.channels[place]))

        self._last = told_again
        await self.came(before + 1)

    async def _correct(self, who: Somebody, text: str, place: str) -> None:
        before = len(self.ear.heard)
        post = next(p for p in reversed(self.people[who.account].screen(place)) if p["user_id"] == self.account(who))
        self.world.change(self.world.posts[post["id"]], {"message": text})
        await self.came(before + 1)

    async def _unsay(self, who: Somebody, place: str) -> None:
        before = len(self.ear.heard)
        post = next(p for p in reversed(self.people[who.account].screen(place)) if p["user_id"] == self.account(who))
        self.world.remove(self.world.posts[post["id"]])
        await self.came(before + 1)

    async def _press(self, who: Somebody, read: Read, label: str) -> None:
        assert isinstance(read.inner, dict)
        post, action = read.inner, action_of(read.inner, label)
        await self._do(lambda: calls.press(self.world, self.account(who), post, action["id"]))

    async def _choose(self, who: Somebody, read: Read, menu: str, line: str) -> None:
        assert isinstance(read.inner, dict)
        post, action = read.inner, action_of(read.inner, menu)
        value = option_of(action, line)
        await self._do(lambda: calls.press(self.world, self.account(who), post, action["id"], value))

    async def _fill(self, who: Somebody, given: Given) -> None:
        account = self.account(who)
        typed, opened = self.typed.get(who.account, {}) | given, self.world.dialogs[account]
        self.wrong[who.account] = await self._do(lambda: self.people[who.account].fill(**typed))
        self.typed[who.account] = typed if self.world.dialogs.get(account) is opened else {}

    async def _quiet(self) -> None:
        await self.room.events.drain()
        await self.room.hub.tasks.drain()


@asynccontextmanager
async def staged(
    desk: Scripted, ear: Ear, languages: Languages, clock: Any, fetch: Any
) -> AsyncIterator[MattermostStage]:
    """A server, the bot called by it and listening to it, everybody's accounts."""
    async with serving(World(trigger_life=60)) as world:
        review = world.channel("revue-ad1", world.bot)["id"]
        starlette = Starlette()
        async with called(starlette) as url:
            world.bot_url = url
            room = room_of(world, review, languages, fetch=fetch)
            starlette.routes.extend(room.routes)
            room.attach(ear.receive)
            stage = MattermostStage(world=world, room=room, ear=ear, desk=desk, review=review)
            for account in (*(s.account for s in EVERYBODY), STRANGER.account):
                stage.people[account] = Person.new(world, account)
            world.members[review] |= {stage.people[a].id for a in ("ad1-instruction", "ad1-validation", "ad1-budget")}
            async with connected(room, world):
                yield stage
                world.outage = ""
            await room.close()
