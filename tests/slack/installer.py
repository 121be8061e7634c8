"""The bot that several workspaces share, as it is composed; and whoever installs it, with a browser."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from starlette.applications import Starlette

from atelier.territories import Territories
from bot import production
from bot.ids import fresh_id
from bot.production import Production
from bot.settings import Settings
from bot.slack.app import SlackRoom
from bot.slack.invitations import Invitation, Invitations
from chat.language import load
from storage.workspaces import Workspace
from tests.slack.person import SECRET, Person
from tests.slack.slacks import CLIENT, CLIENT_SECRET, HOME, Slacks

PUBLIC = "https://bot.test"
KEY = "a secret of the tests, long enough"
TERRITORIES, LANGUAGES = Territories.load(), load()
LINK = re.compile(r'<a href="([^"]*)"')


def settings(url: str, slack: Slacks, **more: Any) -> Settings:
    """The State's token, and what several workspaces need."""
    told = {
        "database_url": url, "atelier_secret_key": KEY, "atelier_public_url": PUBLIC,
        "atelier_review_channel": "slack:CREV", "slack_bot_token": f"xoxb-{HOME}", "slack_signing_secret": SECRET,
        "slack_client_id": CLIENT, "slack_client_secret": CLIENT_SECRET, "slack_api_url": f"{slack.url}/api/",
    }  # fmt: skip
    return Settings(**{**told, **more})


def said(page: httpx.Response) -> str:
    """A page as it is read."""
    return html.unescape(page.text)


@dataclass
class Browser:
    """Somebody who follows links; cookies are their browser's."""

    client: httpx.AsyncClient

    async def get(self, url: str) -> httpx.Response:
        """A page."""
        return await self.client.get(url)

    async def offered(self, link: str) -> dict[str, str]:
        """What the link of the page asks of Slack."""
        page = await self.get(link)
        assert page.status_code == 200, page.text
        [url] = LINK.findall(page.text)
        return {name: value[0] for name, value in parse_qs(urlsplit(html.unescape(url)).query).items()}

    async def back(self, **query: str) -> httpx.Response:
        """Slack leads back."""
        return await self.client.get(f"{PUBLIC}/slack/oauth_redirect", params=query)


@dataclass
class Shared:
    """The composed bot."""

    made: Production
    slack: Slacks
    _codes: list[str] = field(default_factory=list)

    @property
    def several(self) -> Any:
        """What several workspaces share."""
        assert self.made.several is not None
        return self.made.several

    def invitation(self, team: str = "", days: int = 7, *, of_the_state: bool = False) -> str:
        """A link, as « atelier slack inviter » writes it."""
        invitation = Invitation(fresh_id(), team, of_the_state)
        return Invitations.of(KEY.encode(), PUBLIC).link(invitation, datetime.now(UTC), days)

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """A fresh browser."""
        transport = httpx.ASGITransport(Starlette(routes=self.made.routes))
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
            yield Browser(client)

    async def install(self, team: str, link: str = "", /, **granted: Any) -> httpx.Response:
        """A whole installation, by somebody who accepts."""
        async with self.browser() as browser:
            asked = await browser.offered(link or self.invitation())
            self._codes.append(code := f"C{len(self._codes)}")
            self.slack.grants(code, team, **granted)
            return await browser.back(code=code, state=asked["state"])

    def live(self) -> tuple[Workspace, ...]:
        """The workspaces kept."""
        return self.made.app.writer.call(lambda unit: unit.workspaces.live())

    def room(self, team: str) -> SlackRoom:
        """The room of a workspace."""
        found = self.several.front.rooms.get(team) or self.several.front.home
        assert isinstance(found, SlackRoom)
        return found

    def person(self, team: str) -> Person:
        """Somebody who acts in a workspace: their requests go to the one address of all."""
        return Person(_AtTheDoor(self.several, self.room(team)))  # type: ignore[arg-type]


@dataclass
class _AtTheDoor:
    """The shared address, and the room whose answers are waited for."""

    several: Any
    room: SlackRoom

    @property
    def routes(self) -> Any:
        return self.several.routes

    @property
    def hub(self) -> Any:
        return self.room.hub


@asynccontextmanager
async def shared(url: str, slack: Slacks, *, web: bool = True, **more: Any) -> AsyncIterator[Shared]:
    """The bot, up; it carries when it is told to."""
    made = production.build(settings(url, slack, **more), TERRITORIES, LANGUAGES)
    async with production.running(made, web=web, worker=False):
        yield Shared(made, slack)
