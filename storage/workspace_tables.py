"""The tables of the workspaces where the bot was installed: ours, and slack_sdk's own three, which its stores read and write.

A test holds the last three to what the slack_sdk installed here builds. Their instants are UTC without saying so.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, String, Table, func

from storage.tables import Utc, metadata

workspaces = Table(
    "workspaces", metadata,
    Column("platform", String(40), primary_key=True),
    Column("team", String(32), nullable=False),
    Column("enterprise", String(32), nullable=False),
    Column("name", String, nullable=False),
    Column("of_the_state", Boolean, nullable=False),
    Column("since", Utc, nullable=False),
    Column("gone", Utc),  # the machine's hour, both
    Column("why", String(20), nullable=False),
)  # fmt: skip


def _who() -> list[Column[object]]:
    """What a bot and an installation both begin by."""
    return [
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("client_id", String(32), nullable=False),
        Column("app_id", String(32), nullable=False),
        Column("enterprise_id", String(32)),
        Column("enterprise_name", String(200)),
    ]


def _bot() -> list[Column[object]]:
    return [
        Column("team_id", String(32)),
        Column("team_name", String(200)),
        Column("bot_token", String(200)),
        Column("bot_id", String(32)),
        Column("bot_user_id", String(32)),
        Column("bot_scopes", String(1000)),
        Column("bot_refresh_token", String(200)),
        Column("bot_token_expires_at", DateTime),
    ]


def _when() -> Column[object]:
    return Column("installed_at", DateTime, nullable=False, default=func.now())


bots = Table(
    "slack_bots", metadata, *_who(), *_bot(),
    Column("is_enterprise_install", Boolean, default=False, nullable=False),
    _when(),
    Index("slack_bots_idx", "client_id", "enterprise_id", "team_id", "installed_at"),
)  # fmt: skip
installations = Table(
    "slack_installations", metadata, *_who(),
    Column("enterprise_url", String(200)),
    *_bot(),
    Column("user_id", String(32), nullable=False),
    Column("user_token", String(200)),
    Column("user_scopes", String(1000)),
    Column("user_refresh_token", String(200)),
    Column("user_token_expires_at", DateTime),
    Column("incoming_webhook_url", String(200)),
    Column("incoming_webhook_channel", String(200)),
    Column("incoming_webhook_channel_id", String(200)),
    Column("incoming_webhook_configuration_url", String(200)),
    Column("is_enterprise_install", Boolean, default=False, nullable=False),
    Column("token_type", String(32)),
    _when(),
    Index("slack_installations_idx", "client_id", "enterprise_id", "team_id", "user_id", "installed_at"),
)  # fmt: skip
states = Table(
    "slack_oauth_states", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String(200), nullable=False),
    Column("expire_at", DateTime, nullable=False),
)  # fmt: skip
