"""The whole bot on our Mattermost: it is called over HTTP, listens to the websocket, and its outbox is carried."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from atelier.territories import Territories
from bot import memory
from bot.app import Application, compose
from bot.clock import SystemClock
from bot.mattermost.app import Config, MattermostRoom
from bot.sandbox.people import CAMILLE, DOMINIQUE, HUGO, INES, MARC, NORA, Somebody
from chat.cards import Address
from chat.language import load
from tests.mattermost.person import Person
from tests.mattermost.server import serving
from tests.mattermost.world import COMMAND_TOKEN, TOKEN, World

KEY = b"a secret of the tests"
PEOPLE = (CAMILLE, INES, HUGO, NORA, MARC, DOMINIQUE)
TERRITORIES, LANGUAGES = Territories.load(), load()


class Quiet(uvicorn.Server):
    """A server inside a test: it takes no signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def called(app: Starlette) -> AsyncIterator[str]:
    """The application on a free port; its address."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    server = Quiet(uvicorn.Config(app, log_level="error", lifespan="off", access_log=False))
    task = asyncio.create_task(server.serve(sockets=[taken]))
    while not server.started:  # noqa: ASYNC110 - uvicorn's own flag
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@dataclass
class Town:
    """The world, the bot, and who lives there."""

    world: World
    room: MattermostRoom
    app: Application
    review: str
    people: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, who: Somebody) -> Person:
        return self.people[who.account]

    async def settle(self) -> None:
        """Let what was said be heard, answered, and the outbox be carried."""
        for _ in range(3):
            await asyncio.sleep(0.02)
            await self.room.events.drain()
            await self.room.hub.tasks.drain()
            await self.app.settle()

    async def command(self, who: Somebody, text: str, channel: str = "") -> Any:
        found = await self[who].command(text, channel)
        await self.settle()
        return found

    async def say(self, who: Somebody, text: str, **more: Any) -> None:
        self[who].say(text, **more)
        await self.settle()

    async def press(self, who: Somebody, label: str, channel: str = "") -> str:
        words = await self[who].press(label, channel)
        await self.settle()
        return words

    async def fill(self, who: Somebody, **given: Any) -> dict[str, Any]:
        wrong = await self[who].fill(**given)
        await self.settle()
        return wrong


def room_of(world: World, review: str = "", languages: Any = LANGUAGES, **more: Any) -> MattermostRoom:
    """A room of the bot, called at `world.bot_url`; `token` and `command_token` may be given."""
    config = Config(
        url=world.url, token=more.pop("token", TOKEN), command_token=more.pop("command_token", COMMAND_TOKEN), public_url=world.bot_url, review=review,
    )  # fmt: skip
    return MattermostRoom(config, secret=KEY, languages=languages, **more)


@asynccontextmanager
async def connected(room: MattermostRoom, world: World) -> AsyncIterator[None]:
    """The room started, its websocket connected."""
    room.socket.first_wait = 0.02
    await room.start()
    task = asyncio.create_task(room.run())
    while not world.listeners:  # noqa: ASYNC110 - the server's own list
        await asyncio.sleep(0.01)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Town]:
    """A town in a folder."""
    database = f"sqlite:///{folder}/a.db"
    memory.moved(database)
    async with serving(World()) as world:
        review = world.channel("revue-ad1", world.bot)["id"]
        writer = memory.opened(database, KEY)

        starlette = Starlette()
        async with called(starlette) as url:
            world.bot_url = url
            room = room_of(world, review, fetch=memory.fetching(writer))
            starlette.routes.extend(room.routes)
            app = compose(
                writer=writer, review=Address(platform="mattermost", id=review), platforms={"mattermost": room.platform},
                clock=SystemClock(), territories=TERRITORIES, languages=LANGUAGES,
            )  # fmt: skip
            room.attach(app.receive)
            town = Town(world, room, app, review)
            for who in PEOPLE:
                person = town.people[who.account] = Person.new(world, who.account)
                address = Address(platform="mattermost", id=person.id)
                app.writer.call(lambda unit, w=who, a=address: unit.people.add(w.person(), (a,)))
            world.members[review] |= {town[NORA].id, town[MARC].id}
            async with connected(room, world):
                yield town
            await room.close()
            app.close()
