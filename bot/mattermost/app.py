"""Mattermost composed: the platform the outbox posts by, the routes the server calls, what must stay connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from starlette.routing import BaseRoute, Route

from bot.clock import machine
from bot.mattermost import actions, dialogs
from bot.mattermost.answering import Answering
from bot.mattermost.catchup import CatchUp
from bot.mattermost.client import trust
from bot.mattermost.door import Door
from bot.mattermost.events import Events
from bot.mattermost.hub import Hub, Receive
from bot.mattermost.interactions import Interactions
from bot.mattermost.link import Link
from bot.mattermost.pens import Drawing
from bot.mattermost.places import Places
from bot.mattermost.platform import Fetch, Mattermost, no_file
from bot.mattermost.press import Seals
from bot.mattermost.socket import Socket
from bot.mattermost.spots import Me
from chat.language import Languages
from chat.platform import Undeliverable, Undelivered

log = structlog.get_logger()

COMMANDS = "/mattermost/commands"


@dataclass(frozen=True, slots=True)
class Config:
    """MATTERMOST_URL, MATTERMOST_TOKEN, MATTERMOST_COMMAND_TOKEN (one a team, commas between), ATELIER_PUBLIC_URL,
    MATTERMOST_TEAM (where channels are opened; empty: the review channel's), and the review channel's id if it is here.
    """

    url: str
    token: str = field(repr=False)
    command_token: str = field(default="", repr=False)
    public_url: str = ""
    team: str = ""
    review: str = ""


class MattermostRoom:
    """Everything of one server. Compose, `attach` a receiver, mount `routes`, `start`, `run`, `close`."""

    def __init__(
        self, config: Config, *, secret: bytes, languages: Languages, fetch: Fetch = no_file,
        now: Callable[[], datetime] = machine,
    ) -> None:  # fmt: skip
        """`secret` is ATELIER_SECRET_KEY; `fetch` gives a handed-out file's bytes; `now` is the machine's clock.

        Raises ValueError for an address that is none.
        """
        self.config, url = config, urlsplit(config.url.rstrip("/")).geturl()  # « Https:// » is « https:// »
        link, me = Link(url, config.token), Me()
        drawing = Drawing(languages, Seals.of(secret), now, config.public_url.rstrip("/"))
        self.platform = Mattermost(link, drawing, me, Places(link, me, config.team, config.review), fetch)
        self.hub = Hub(Answering(self.platform))
        self.events = Events(self.hub)
        self.catch_up = CatchUp(self.platform, self.events)
        self.socket = Socket(
            url, config.token, self.platform.hello, self.events.listening, self.catch_up.resync, now,
            trust() if url.startswith("https") else None,
        )  # fmt: skip

    def attach(self, receive: Receive) -> None:
        """Say who handles the events. Its answer's outcome « away » makes a post wait, and be handled again."""
        self.hub.receive = receive

    @property
    def routes(self) -> list[BaseRoute]:
        """`POST /mattermost/commands`, `/actions`, `/dialogs`; no commands without their token, for anybody could type."""
        tokens = tuple(token.strip() for token in self.config.command_token.split(",") if token.strip())
        door = Door(Interactions(self.hub), tokens)
        ours = [(actions.PATH, door.actions), (dialogs.PATH, door.dialogs)]
        return [
            Route(path, listener, methods=["POST"]) for path, listener in [*ours, *([(COMMANDS, door.commands)] if tokens else [])]
        ]  # fmt: skip

    async def hello(self) -> object:
        """Ask the server who we are. Raises Undelivered or Undeliverable."""
        return await self.platform.hello()

    async def start(self) -> None:
        """Learn who we are; an outage does not stop the start: the socket asks again before it listens."""
        try:
            await self.platform.hello()
        except (Undelivered, Undeliverable) as failure:
            log.warning("mattermost does not say who we are", reason=str(failure))

    @property
    def listener(self) -> MattermostRoom:
        """The room itself: every socket of the bot receives everything (fact 41)."""
        return self

    @property
    def heard(self) -> datetime | None:
        """All that was said before this is handled; None while some of it still is."""
        return None if self.events.busy else self.socket.whole

    def since(self, moment: datetime) -> None:
        """Begin by what was said since then."""
        self.socket.begin(moment)

    async def run(self) -> None:
        """Stay connected to the websocket until cancelled."""
        await self.socket.run()

    async def close(self) -> None:
        """Wait for the answers that are under way, then close the connections."""
        self.events.cancel()
        await self.hub.tasks.drain()
        await self.platform.link.close()
