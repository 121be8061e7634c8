"""One address for every workspace: Slack's requests are checked once, then go to the room of their team."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from slack_sdk.signature import SignatureVerifier
from starlette.routing import BaseRoute, Route

from bot.payload import Payload, text
from bot.slack.app import SlackRoom
from bot.slack.bolt import bolt
from bot.slack.door import Door
from bot.slack.doors import Doors, Later
from bot.slack.link import API
from bot.slack.manifest import PATH
from bot.slack.marks import quiet
from bot.slack.teams import team
from chat.language import Languages
from chat.platform import Undeliverable, Undelivered
from storage.errors import Away

Learn = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Front:
    """`home` is the room of the token in the settings, if there is one; `rooms` those that were installed, by team.

    `learn` looks again for those that another process installed.
    """

    languages: Languages
    signing_secret: str = field(repr=False)
    home: SlackRoom | None = None
    api: str = ""
    rooms: dict[str, SlackRoom] = field(default_factory=dict)
    learn: Learn | None = None

    async def team(self) -> str:
        """The team of the settings' token; empty without one. Raises Undelivered when Slack does not say."""
        if self.home is None:
            return ""
        if not self.home.hub.team:
            try:
                self.home.hub.team = text(await self.home.platform.hello(), "team_id")
            except Undeliverable as refusal:
                raise Undelivered(str(refusal)) from refusal
        return self.home.hub.team

    async def pick(self, payload: Payload) -> Doors | None:
        """Whose doors a payload is for; None when no workspace of ours sent it. Raises Later."""
        wanted = team(payload)
        for _ in range(2):
            if wanted in self.rooms:
                return self.rooms[wanted].doors
            if self.home is not None and await self._at_home(wanted):
                return self.home.doors
            await self._learnt()
        return None

    async def _learnt(self) -> None:
        try:
            if self.learn is not None:
                await self.learn()
        except Away as failure:
            raise Later(str(failure)) from failure

    async def _at_home(self, wanted: str) -> bool:
        try:
            return wanted in {"", await self.team()}
        except Undelivered as failure:
            raise Later(str(failure)) from failure

    @property
    def routes(self) -> list[BaseRoute]:
        """`POST /slack/events`."""
        app = bolt(self.pick, self.languages.say("fr", quiet), self.signing_secret, self.api or API)
        return [Route(PATH, Door(app, SignatureVerifier(self.signing_secret)).receive, methods=["POST"])]
