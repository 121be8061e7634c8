"""The bot as it runs for people: the platforms of the settings, what is served, the ticks, one process or several."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from atelier.territories import Territories
from bot import memory, outward, presence
from bot.app import Application, compose
from bot.catching import History, catch_up
from bot.clock import SystemClock
from bot.listening import Listener, Turn
from bot.mattermost.app import Config as MattermostConfig
from bot.mattermost.app import MattermostRoom
from bot.settings import Settings, Wrong, configured, served
from bot.settings import names as names_read
from bot.several import Several
from bot.slack.app import Config, SlackRoom
from bot.slack.oauth import OAuth
from chat.language import Languages
from chat.platform import Platform
from chat.talk import Answer, AnyEvent
from chat.text import tr
from scheduler.clock import Ticking

CARRY_EVERY, RING_EVERY, CHANNELS_EVERY, PRUNE_EVERY = 1.0, 20.0, 5.0, 3600.0
"""Seconds between two ticks; the outbox is also carried at once when this process wrote in it."""

log = structlog.get_logger()

Receive = Callable[[AnyEvent], Awaitable[Answer]]
Fetch = Callable[[str], Awaitable[bytes | None]]


class Room(Protocol):
    """One platform, as it is run: what it serves, what must stay connected."""

    @property
    def platform(self) -> Platform:
        """What the outbox posts by."""
        ...

    @property
    def routes(self) -> list[BaseRoute]:
        """What the platform calls."""
        ...

    async def hello(self) -> object:
        """Greet the platform, to know that it answers. Raises Undelivered or Undeliverable."""
        ...

    def attach(self, receive: Receive) -> None:
        """Say who handles the events."""
        ...

    @property
    def catch_up(self) -> History:
        """What reads back what was said while we were away."""
        ...

    async def start(self) -> None:
        """Come up; an outage of the platform does not stop the start."""
        ...

    @property
    def listener(self) -> Listener | None:
        """What one process alone must run, since each would hear everything; None when there is no such thing."""
        ...

    async def run(self) -> None:
        """Stay connected until cancelled; return at once when nothing must."""
        ...

    async def close(self) -> None:
        """End what is under way, then close."""
        ...


@dataclass(frozen=True, slots=True)
class Production:
    """A composed bot and its platforms: those of the settings, and the workspaces it was installed in, if it may be."""

    app: Application
    rooms: Sequence[Room]
    several: Several | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        """What the platforms call."""
        shared = self.several.routes if self.several is not None else []
        return [*(route for room in self.rooms for route in room.routes), *shared]


def build(settings: Settings, territories: Territories, languages: Languages) -> Production:
    """Compose the bot that the settings describe. Raises Wrong or Away with the sentence to show."""
    names, review = configured(settings), settings.review()
    if not served(settings, review.platform):
        raise Wrong(
            tr("ATELIER_REVIEW_CHANNEL est sur « {platform} », qui n'est pas configurée.", platform=review.platform)
        )
    for name, near in outward.unknown(os.environ, names_read()):
        log.warning("not a setting", name=name, nearest=near)
    secret = settings.secret()
    writer = memory.opened(settings.database_url, secret, settings.admins())
    makers = {"slack": _slack, "mattermost": _mattermost}
    rooms = [makers[name](settings, secret, languages, memory.fetching(writer)) for name in names]
    platforms = {room.platform.name: room.platform for room in rooms}
    app = compose(
        writer=writer, review=review, platforms=platforms, clock=SystemClock(),
        territories=territories, languages=languages,
    )  # fmt: skip
    if not settings.oauth:
        return Production(app, rooms)
    home = next((room for room in rooms if isinstance(room, SlackRoom)), None)
    several = Several(
        _oauth(settings), writer, secret=secret, languages=languages, signing=_told(settings.slack_signing_secret),
        home=home, platforms=platforms,
    )  # fmt: skip
    return Production(app, rooms, several)


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _slack(settings: Settings, secret: bytes, languages: Languages, fetch: Fetch) -> Room:
    signing = "" if settings.oauth else _told(settings.slack_signing_secret)  # else one door for all: `Several`
    config = Config(_told(settings.slack_bot_token), signing, _told(settings.slack_app_token), settings.slack_api_url)
    return SlackRoom(config, secret=secret, languages=languages, fetch=fetch)


def _oauth(settings: Settings) -> OAuth:
    secret = _told(settings.slack_client_secret)
    return OAuth(settings.slack_client_id, secret, settings.atelier_public_url, settings.slack_api_url)


def _mattermost(settings: Settings, secret: bytes, languages: Languages, fetch: Fetch) -> Room:
    review = settings.review()
    config = MattermostConfig(
        url=settings.mattermost_url, token=_told(settings.mattermost_token),
        command_token=_told(settings.mattermost_command_token), public_url=settings.atelier_public_url,
        team=settings.mattermost_team, review=review.id if review.platform == "mattermost" else "",
    )  # fmt: skip
    return MattermostRoom(config, secret=secret, languages=languages, fetch=fetch)


@asynccontextmanager
async def running(production: Production, *, web: bool, worker: bool) -> AsyncIterator[None]:
    """Platforms up, events received when `web`, outbox carried and deadlines rung when `worker`; all ended at the end."""
    app, rooms = production.app, production.rooms
    ticks = Ticking(
        {
            "carry": (app.carry, CARRY_EVERY),
            "ring": (app.ring, RING_EVERY),
            "channels": (app.gather, CHANNELS_EVERY),
            "prune": (app.prune, PRUNE_EVERY),
        }
    )

    async def up(room: Room) -> list[asyncio.Task[object]]:
        room.attach(_nudging(app, ticks))
        await room.start()
        return [asyncio.create_task(task) for task in _stays(app, room)] if web else []

    staying = [task for room in rooms for task in await up(room)]
    staying.append(asyncio.create_task(presence.stay(app.writer, presence.this(web=web, worker=worker))))
    if production.several is not None:
        await production.several.learning.begin(up)
        staying.append(asyncio.create_task(production.several.learning.run()))
    if worker:
        ticks.start()
    try:
        yield
    finally:
        ticks.stop()
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)
        if production.several is not None:
            await production.several.learning.close()
        for room in rooms:
            await room.close()
        app.close()


def _stays(app: Application, room: Room) -> tuple[Coroutine[Any, Any, object], ...]:
    """What goes on while the room is up: its connection, and once, what was missed before."""
    name, alone = room.platform.name, room.listener
    runs = Turn(app.writer, name, alone).run() if alone is not None else room.run()
    return runs, catch_up(app.writer, name, room.catch_up)


def _nudging(app: Application, ticks: Ticking) -> Receive:
    async def receive(event: AnyEvent) -> Answer:
        answer = await app.receive(event)
        ticks.nudge("carry")
        return answer

    return receive


def site(production: Production, extra: Sequence[BaseRoute] = (), *, worker: bool) -> Starlette:
    """What the platforms call, as an ASGI application that runs the bot while it is up."""

    @asynccontextmanager
    async def up(_app: Starlette) -> AsyncIterator[None]:
        async with running(production, web=True, worker=worker):
            yield

    return Starlette(routes=[*production.routes, *extra], lifespan=up)


async def work(production: Production, until: asyncio.Event) -> None:
    """Carry and ring until `until` is set."""
    async with running(production, web=False, worker=True):
        log.info("worker up")
        await until.wait()
