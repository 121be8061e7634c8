"""The workspaces where the bot was installed, inside one transaction: which are there, which left, with which token.

What an installation gives is kept by slack_sdk's own SQLAlchemy stores; `engine` is what they are given: our
transaction, so that an installation, its invitation and its workspace are kept together or not at all.

Tokens are kept as they are, and go along in backups: one that is restored must speak in every workspace again, where
otherwise each firm would have to install the bot anew. Whoever reads the database reads as much already; a backup is only
its owner's to read (0600), and docs/exploitation.md says to keep it as one keeps a token.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Engine, delete, select, update

from storage.rows import storable, upsert
from storage.workspace_tables import bots, installations, workspaces

LONGEST = 80
"""Letters kept of a workspace's name."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace. `since` and `gone` are the machine's hours (UTC); `token` is empty once it is gone.

    `of_the_state` is said by its invitation; any other is a firm's.
    """

    platform: str
    team: str
    enterprise: str
    name: str
    since: datetime
    gone: datetime | None = None
    why: str = ""
    token: str = field(default="", repr=False)
    bot: str = ""
    of_the_state: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """What a store takes for an engine: each of its transactions is a part of ours."""

    connection: Connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Our transaction, which goes on after theirs."""
        yield self.connection

    connect = begin


class Workspaces:
    """The workspaces, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def engine(self) -> Engine:
        """For slack_sdk's stores: `begin` and `connect` are all they call."""
        return cast("Engine", Joined(self._connection))

    def settle(self, workspace: Workspace) -> None:
        """Installed, or installed again: it is there from `workspace.since` on. Its token is the stores' to keep."""
        name = storable(workspace.name)[:LONGEST]
        row = {
            "platform": workspace.platform, "team": workspace.team, "enterprise": workspace.enterprise, "name": name,
            "of_the_state": workspace.of_the_state, "since": workspace.since, "gone": None, "why": "",
        }  # fmt: skip
        upsert(self._connection, workspaces, row, ("platform",))

    def live(self) -> tuple[Workspace, ...]:
        """The workspaces that are there, with their latest token, by platform."""
        latest = select(bots).where(bots.c.bot_token.is_not(None)).order_by(bots.c.installed_at, bots.c.id)
        tokens = {(row.team_id, row.enterprise_id or ""): row for row in self._connection.execute(latest)}
        found = ((row, tokens.get((row.team, row.enterprise))) for row in self._rows() if row.gone is None)
        return tuple(_workspace(row, bot) for row, bot in found if bot is not None)

    def all(self) -> tuple[Workspace, ...]:
        """Every workspace that ever was there, without its token, by platform."""
        return tuple(_workspace(row) for row in self._rows())

    def called(self, platform: str) -> str:
        """A workspace's own name; empty for one that was never there."""
        found = select(workspaces.c.name).where(workspaces.c.platform == platform)
        return self._connection.execute(found).scalar_one_or_none() or ""

    def is_a_firm_s(self, platform: str) -> bool:
        """True for a workspace, there or gone, whose invitation did not say that it is the State's."""
        found = select(workspaces.c.of_the_state).where(workspaces.c.platform == platform)
        return self._connection.execute(found).scalar_one_or_none() is False

    def leave(self, platform: str, why: str, now: datetime, said: datetime | None = None) -> Workspace | None:
        """It is gone: its tokens are forgotten, and it is returned as it was. None when it is not there.

        `said` is when it was said: what was said before it was installed again is about the installation of before.
        """
        there = next((w for w in self.live() if w.platform == platform), None)
        if there is None or (said is not None and said < there.since):
            return None
        gone = update(workspaces).where(workspaces.c.platform == platform).values(gone=now, why=why)
        self._connection.execute(gone)
        for table in (bots, installations):
            mine = (table.c.team_id == there.team) & (
                table.c.enterprise_id.is_not_distinct_from(there.enterprise or None)
            )
            self._connection.execute(delete(table).where(mine))
        return there

    def _rows(self) -> list[Any]:
        return list(self._connection.execute(select(workspaces).order_by(workspaces.c.platform)))


def _workspace(row: Any, bot: Any = None) -> Workspace:
    token, user = (bot.bot_token, bot.bot_user_id or "") if bot is not None else ("", "")
    return Workspace(
        row.platform, row.team, row.enterprise, row.name, row.since, row.gone, row.why, token, user, row.of_the_state
    )
