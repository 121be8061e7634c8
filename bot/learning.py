"""The workspaces where the bot was installed, as rooms: each process looks every few seconds for those that came or left.

A workspace is installed through one web process; the others, and those that carry, learn it from the database. One that
comes again, or whose token changed, has a new room; one that left has none, and its letters wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

import structlog

from bot.clock import machine
from bot.slack.app import SlackRoom
from bot.slack.front import Front
from bot.tasks import Tasks
from chat.cards import Address
from chat.platform import Platform
from storage.errors import Away
from storage.unit import Unit
from storage.workspaces import Workspace
from storage.writer import Writer

log = structlog.get_logger()

EVERY = 3.0
"""Seconds between two looks."""
FRESH = timedelta(minutes=10)
"""A workspace installed since then is written to at once, however long its letters were to wait."""

Make = Callable[[Workspace], SlackRoom]
Up = Callable[[SlackRoom], Awaitable[list[asyncio.Task[object]]]]
"""Brings a room up, and gives what goes on while it is."""


@dataclass(slots=True)
class Learnt:
    """A workspace and its room."""

    workspace: Workspace
    room: SlackRoom
    staying: list[asyncio.Task[object]]


@dataclass(slots=True)
class Learning:
    """What is learnt goes into `platforms`, where the outbox looks, and into `front`, where Slack's requests go."""

    writer: Writer
    make: Make
    front: Front
    platforms: dict[str, Platform]
    known: dict[str, Learnt] = field(default_factory=dict)
    _up: Up | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _closing: Tasks = field(default_factory=Tasks)

    async def begin(self, up: Up) -> None:
        """Look once, before anything comes in; a database that is away is for the next look."""
        self._up = up
        await self.calmly()

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.calmly()

    async def calmly(self) -> None:
        """Look; a database that is away is for the next time."""
        try:
            await self.look()
        except Away as away:
            log.warning("workspaces not looked at", reason=str(away))

    async def look(self) -> None:
        """Learn who came, forget who left. Raises Away; does nothing before `begin`."""
        if self._up is None:
            return
        async with self._lock:
            there = {workspace.platform: workspace for workspace in await self._there()}
            for platform in [p for p, learnt in self.known.items() if there.get(p) != learnt.workspace]:
                self._forgotten(platform)
            come = [w for p, w in there.items() if p not in self.known]
            await asyncio.gather(*(self._learnt(workspace, self._up) for workspace in come))

    async def _there(self) -> list[Workspace]:
        """The workspaces that are there, but that of the settings' token, which has its own room."""
        home = self.front.home
        if home is None:
            return list(await self.writer.run(lambda unit: unit.workspaces.live()))
        at, told = home_mark(home.config.token), home.hub.team
        home.hub.team, found = await self.writer.run(lambda unit: (_team(unit, at, told), unit.workspaces.live()))
        return [workspace for workspace in found if workspace.team != home.hub.team]

    async def _learnt(self, workspace: Workspace, up: Up) -> None:
        room = self.make(workspace)
        staying = await up(room)
        self.known[workspace.platform] = Learnt(workspace, room, staying)
        self.platforms[workspace.platform] = room.platform
        self.front.rooms[workspace.team] = room
        if machine() - workspace.since < FRESH:
            await self.writer.run(lambda unit: unit.outbox.wake(workspace.platform))
        log.info("workspace learnt", platform=workspace.platform)

    def _forgotten(self, platform: str) -> None:
        """Out of the way at once; what is under way there ends by itself."""
        learnt = self.known.pop(platform)
        self.platforms.pop(platform, None)
        self.front.rooms.pop(learnt.workspace.team, None)
        for task in learnt.staying:
            task.cancel()
        self._closing.start(_closed(learnt))
        log.warning("workspace gone", platform=platform)

    async def close(self) -> None:
        """Close every room."""
        async with self._lock:
            self._up = None
            for platform in list(self.known):
                self._forgotten(platform)
            await self._closing.drain()


def home_mark(token: str) -> Address:
    """Where the team of the settings' token is remembered, for a start when Slack says nothing."""
    return Address(platform="espace", id=sha256(token.encode()).hexdigest()[:32])


def _team(unit: Unit, at: Address, told: str) -> str:
    """The team of the settings' token: what Slack told, which is remembered, or what it told before when it is away now."""
    before = str((unit.conversations.at(at) or {}).get("team", ""))
    if told and told != before:
        unit.conversations.keep(at, {"team": told})
    return told or before


async def _closed(learnt: Learnt) -> None:
    await asyncio.gather(*learnt.staying, return_exceptions=True)
    await learnt.room.close()
