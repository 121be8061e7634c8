"""Slack composed: the platform the outbox posts by, the routes Slack calls, what must stay connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.routing import BaseRoute, Route

from bot.clock import machine
from bot.payload import text
from bot.slack.answering import Answering
from bot.slack.bolt import bolt
from bot.slack.catchup import CatchUp
from bot.slack.door import Door
from bot.slack.doors import Doors, Leave
from bot.slack.events import Events
from bot.slack.hub import Hub, Receive
from bot.slack.interactions import Interactions
from bot.slack.link import Link
from bot.slack.manifest import PATH
from bot.slack.marks import quiet
from bot.slack.pens import Drawing
from bot.slack.platform import Fetch, Slack, no_file
from bot.slack.press import Seals
from bot.slack.socket import Socket
from bot.slack.teams import HERE, Seat
from chat.language import Languages
from chat.platform import Undeliverable, Undelivered

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Config:
    """SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET (for HTTP), SLACK_APP_TOKEN (for Socket Mode), SLACK_API_URL (emulators)."""

    token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = ""


class SlackRoom:
    """Everything of one workspace. Compose, `attach` a receiver, mount `routes`, `start`, `run`, `close`."""

    def __init__(
        self, config: Config, *, secret: bytes, languages: Languages, fetch: Fetch = no_file,
        now: Callable[[], datetime] = machine, seat: Seat = HERE, leave: Leave | None = None,
    ) -> None:  # fmt: skip
        """`secret` is ATELIER_SECRET_KEY; `fetch` gives a handed-out file's bytes; `now` is the machine's clock.

        `seat` is which workspace this is, and `leave` is told that it took the bot out.
        """
        self.config, self.languages = config, languages
        self.link = Link(config.token, config.api_url)
        self.platform = Slack(self.link, Drawing(languages, Seals.of(secret), now), fetch, seat.platform)
        self.hub = Hub(Answering(self.platform), bots={seat.bot} - {""}, team=seat.team)
        events = Events(self.hub)
        self.catch_up = CatchUp(self.platform, events)
        self.doors = Doors(Interactions(self.hub), events, leave)

    @cached_property
    def bolt(self) -> AsyncApp:
        """Bolt's app of a workspace that is alone."""

        async def ours(_body: object) -> Doors:
            return self.doors

        return bolt(ours, self.languages.say("fr", quiet), self.config.signing_secret, self.link.client.base_url)

    def attach(self, receive: Receive) -> None:
        """Say who handles the events. Its answer's outcome « away » makes Slack send an event again."""
        self.hub.receive = receive

    @property
    def routes(self) -> list[BaseRoute]:
        """`POST /slack/events`; nothing without a signing secret, for then anybody could be Slack."""
        if not self.config.signing_secret:
            return []
        door = Door(self.bolt, SignatureVerifier(self.config.signing_secret))
        return [Route(PATH, door.receive, methods=["POST"])]

    async def hello(self) -> object:
        """Ask Slack who we are. Raises Undelivered or Undeliverable."""
        return await self.platform.hello()

    async def start(self) -> None:
        """Learn who we are, if an installation did not say; an outage does not stop the start: every event says it too."""
        if self.hub.bots and self.hub.team:
            return
        try:
            told = await self.platform.hello()
            self.hub.bots.add(text(told, "user_id"))
            self.hub.team = text(told, "team_id") or self.hub.team
        except (Undelivered, Undeliverable) as failure:
            log.warning("slack does not say who we are", reason=str(failure))

    @property
    def listener(self) -> None:
        """Nothing: Slack shares what is said between the connections of Socket Mode."""
        return

    async def run(self) -> None:
        """Stay connected in Socket Mode until cancelled; return at once without SLACK_APP_TOKEN."""
        if self.config.app_token:
            await Socket(self.bolt, self.config.app_token).run()

    async def close(self) -> None:
        """Wait for the answers that are under way, then close the connections."""
        await self.hub.tasks.drain()
        await self.link.close()
