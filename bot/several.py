"""Several Slack workspaces, composed: one door for all, the pages that install, what learns the workspaces."""

from __future__ import annotations

from datetime import datetime

from starlette.routing import BaseRoute

from bot import memory
from bot.clock import machine
from bot.learning import Learning
from bot.slack.admission import Admission
from bot.slack.app import Config, SlackRoom
from bot.slack.front import Front
from bot.slack.invitations import Invitations
from bot.slack.oauth import Flow, OAuth
from bot.slack.pages import Pages
from bot.slack.teams import Seat
from chat.language import Languages
from chat.platform import Platform
from storage.workspaces import Workspace
from storage.writer import Writer


class Several:
    """`home` is the room of the settings' token; `platforms` is where the outbox looks, and what is learnt is added to it."""

    def __init__(
        self, oauth: OAuth, writer: Writer, *, secret: bytes, languages: Languages, signing: str,
        home: SlackRoom | None, platforms: dict[str, Platform],
    ) -> None:  # fmt: skip
        """`secret` is ATELIER_SECRET_KEY, `signing` SLACK_SIGNING_SECRET."""
        self._oauth, self._writer, self._secret, self._languages = oauth, writer, secret, languages
        self.front = Front(languages, signing, home, oauth.api)
        self.learning = Learning(writer, self._room, self.front, platforms)
        self.front.learn = self.learning.look
        invitations = Invitations.of(secret, oauth.public_url)
        admission = Admission(
            writer, oauth.client, oauth.secret, oauth.api, self.front.team, self.learning.calmly
        )  # fmt: skip
        self._flow = Flow(oauth, writer, invitations, admission, Pages(languages))

    @property
    def routes(self) -> list[BaseRoute]:
        """What Slack calls, and the two pages."""
        return [*self.front.routes, *self._flow.routes]

    def _room(self, workspace: Workspace) -> SlackRoom:
        async def leave(why: str, said: datetime) -> None:
            await self._writer.run(lambda unit: unit.workspaces.leave(workspace.platform, why, machine(), said))
            await self.learning.calmly()

        return SlackRoom(
            Config(workspace.token, api_url=self._oauth.api), secret=self._secret, languages=self._languages,
            fetch=memory.fetching(self._writer), seat=Seat(workspace.platform, workspace.team, workspace.bot), leave=leave,
        )  # fmt: skip
