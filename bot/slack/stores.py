"""slack_sdk's SQLAlchemy stores, inside our own transactions and off the event loop.

The sdk's own asynchronous variants want an AsyncEngine, which SQLite has only through one more driver: its plain ones run
on the storage thread instead, as everything that is written does.
"""

from __future__ import annotations

from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.sqlalchemy_utils import normalize_datetime_for_db
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

from bot.clock import machine
from bot.slack.invitations import Invitation
from bot.slack.teams import named
from storage.unit import Unit
from storage.workspaces import Workspace
from storage.writer import Writer

LASTS = 600
"""Seconds a state lasts: the time to read Slack's own page and accept."""


def keep(unit: Unit, client: str, installation: Installation, *, of_the_state: bool = False) -> Workspace:
    """Keep an installation, and the workspace it opens; its channels are opened anew. Returns the workspace."""
    team = installation.team_id or ""
    name, enterprise = installation.team_name or team, installation.enterprise_id or ""
    workspace = Workspace(
        named(team), team, enterprise, name, machine(), token=installation.bot_token or "", of_the_state=of_the_state
    )
    if workspace.platform not in {there.platform for there in unit.workspaces.live()}:
        unit.ateliers.again(workspace.platform)
    SQLAlchemyInstallationStore(client, unit.workspaces.engine).save(installation)
    unit.workspaces.settle(workspace)
    return workspace


class Once(SQLAlchemyOAuthStateStore):
    """A state that serves once, whoever asks at the same time; a database that is away is told, not taken for a forgery."""

    def consume(self, state: str) -> bool:
        """True for a state of ours that has not served and still lasts; the others that ended are forgotten."""
        table, now = self.oauth_states, normalize_datetime_for_db(machine())
        with self.engine.begin() as connection:
            connection.execute(table.delete().where(table.c.expire_at <= now))
            return connection.execute(table.delete().where(table.c.state == state)).rowcount == 1

    def drawn(self, invitation: Invitation) -> str:
        """Draw a state that carries its invitation: what comes back from Slack with it is as we kept it."""
        bare, table = self.issue(), self.oauth_states
        state = invitation.state(bare)
        with self.engine.begin() as connection:
            connection.execute(table.update().where(table.c.state == bare).values(state=state))
        return state


class States(AsyncOAuthStateStore):
    """The states of the browsers on their way to Slack and back."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def async_issue(self, *args: object, **_kwargs: object) -> str:
        """Draw a state for the invitation in `args`. Raises Away."""
        invitation = next(given for given in args if isinstance(given, Invitation))
        return await self._writer.run(lambda unit: Once(LASTS, unit.workspaces.engine).drawn(invitation))

    async def async_consume(self, state: str) -> bool:
        """True once. Raises Away."""
        return await self._writer.run(lambda unit: Once(LASTS, unit.workspaces.engine).consume(state))


class Installations(AsyncInstallationStore):
    """What Bolt keeps installations in."""

    def __init__(self, writer: Writer, client: str) -> None:
        self._writer, self._client = writer, client

    async def async_save(self, installation: Installation) -> None:
        """Keep it. Raises Away."""
        await self._writer.run(lambda unit: keep(unit, self._client, installation))
