"""What Slack gives for a code, and whether it is kept: one workspace, with an invitation that has not served.

What is not kept is given back (auth.revoke), unless the workspace is served already: its token would be the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_sdk.oauth.installation_store import Installation

from bot.clock import machine
from bot.payload import Payload, part, text
from bot.slack import install_words as words
from bot.slack.invitations import Invitation
from bot.slack.link import Link
from bot.slack.pages import NotInstalled
from bot.slack.stores import keep
from chat.platform import Undeliverable, Undelivered
from storage.unit import Unit
from storage.writer import Writer

log = structlog.get_logger()

Home = Callable[[], Awaitable[str]]
"""The team of the workspace whose token is in the settings, empty when there is none. Raises Undelivered."""
Learn = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Admission:
    """Exchanges and keeps. `learn` is called once an installation is kept."""

    writer: Writer
    client: str
    secret: str = field(repr=False)
    api: str
    home: Home
    learn: Learn

    async def exchanged(self, code: str, redirect: str) -> Installation:
        """What Slack gives for the code. Raises NotInstalled."""
        link = Link("", self.api)
        given = {"client_id": self.client, "client_secret": self.secret, "redirect_uri": redirect}
        try:
            answer = await link.call("oauth.v2.access", code=code, **given)
        except Undelivered as failure:
            raise NotInstalled(502, words.silent(str(failure)), words.OPEN_AGAIN) from failure
        except Undeliverable as failure:
            raise NotInstalled(401, words.refused(str(failure).rpartition(" ")[2]), words.SETTINGS) from failure
        finally:
            await link.close()
        return _installation(answer)

    async def admitted(self, installation: Installation, invitation: Invitation) -> None:
        """Keep it. Raises NotInstalled, Away."""
        try:
            await self._checked(installation, invitation)
            await self.writer.run(lambda unit: _kept(unit, self.client, installation, invitation))
        except NotInstalled:
            await self._given_back(installation)
            raise
        log.info("workspace installed", team=installation.team_id, by=installation.user_id)
        await self.learn()

    async def _checked(self, installation: Installation, invitation: Invitation) -> None:
        if installation.is_enterprise_install or not installation.team_id:
            raise NotInstalled(400, words.ORGANISATION, words.CHOOSE)
        if installation.bot_refresh_token or not installation.bot_token:
            raise NotInstalled(400, words.ROTATION, words.MANIFEST)
        if invitation.team and invitation.team != installation.team_id:
            raise NotInstalled(403, words.OTHER_TEAM, words.INVITE)
        if await self._home() == installation.team_id:
            raise NotInstalled(409, words.OURS, words.NEXT)

    async def _home(self) -> str:
        try:
            return await self.home()
        except Undelivered as failure:
            raise NotInstalled(502, words.silent(str(failure)), words.OPEN_AGAIN) from failure

    async def _given_back(self, installation: Installation) -> None:
        """Nothing is left at Slack's of what was not kept."""
        if not installation.bot_token or await self._served(installation.team_id or ""):
            return
        if refusal := await revoked(installation.bot_token, self.api):
            log.warning("not given back", team=installation.team_id, reason=refusal)

    async def _served(self, team: str) -> bool:
        """Whether this workspace is served, or might be: a doubt spares its token."""
        live = await self.writer.run(lambda unit: unit.workspaces.live())
        try:
            return team in {await self.home(), *(w.team for w in live)}
        except Undelivered:
            return True


async def revoked(token: str, api: str) -> str:
    """Give a token back to Slack; returns why that failed, nothing when it did not."""
    link = Link(token, api)
    try:
        await link.call("auth.revoke")
    except (Undelivered, Undeliverable) as failure:
        return str(failure)
    finally:
        await link.close()
    return ""


def _kept(unit: Unit, client: str, installation: Installation, invitation: Invitation) -> None:
    """In one transaction: an invitation serves once, however many come back with it at the same time."""
    if unit.inbox.seen(invitation.key, machine()):
        raise NotInstalled(410, words.SERVED, words.INVITE)
    keep(unit, client, installation, of_the_state=invitation.of_the_state)


def _installation(answer: Payload) -> Installation:
    """Slack's answer (https://docs.slack.dev/reference/methods/oauth.v2.access), as slack_sdk keeps it; no person's token."""

    def told(*path: str) -> Any:
        return text(answer, *path) or None

    return Installation(
        app_id=told("app_id"), enterprise_id=told("enterprise", "id"), enterprise_name=told("enterprise", "name"),
        team_id=told("team", "id"), team_name=told("team", "name"), bot_token=told("access_token"),
        bot_user_id=told("bot_user_id"), bot_scopes=told("scope"), bot_refresh_token=told("refresh_token"),
        user_id=text(answer, "authed_user", "id"), token_type=told("token_type"),
        is_enterprise_install=part(answer, "is_enterprise_install") is True,
    )  # fmt: skip
