"""Several workspaces: those where the bot was installed, and the three tables of slack_sdk's stores; requests by their words.

Revision: 0003, after 0002.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from atelier.spelling import key

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
PAGE = 500


def upgrade() -> None:
    op.create_table(
        "workspaces",
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("enterprise", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("of_the_state", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "slack_bots",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("app_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), nullable=True),
        sa.Column("enterprise_name", sa.String(length=200), nullable=True),
        sa.Column("team_id", sa.String(length=32), nullable=True),
        sa.Column("team_name", sa.String(length=200), nullable=True),
        sa.Column("bot_token", sa.String(length=200), nullable=True),
        sa.Column("bot_id", sa.String(length=32), nullable=True),
        sa.Column("bot_user_id", sa.String(length=32), nullable=True),
        sa.Column("bot_scopes", sa.String(length=1000), nullable=True),
        sa.Column("bot_refresh_token", sa.String(length=200), nullable=True),
        sa.Column("bot_token_expires_at", sa.DateTime(), nullable=True),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_bots")),
    )
    op.create_index(op.f("slack_bots_idx"), "slack_bots", ["client_id", "enterprise_id", "team_id", "installed_at"])
    op.create_table(
        "slack_installations",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("client_id", sa.String(length=32), nullable=False),
        sa.Column("app_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), nullable=True),
        sa.Column("enterprise_name", sa.String(length=200), nullable=True),
        sa.Column("enterprise_url", sa.String(length=200), nullable=True),
        sa.Column("team_id", sa.String(length=32), nullable=True),
        sa.Column("team_name", sa.String(length=200), nullable=True),
        sa.Column("bot_token", sa.String(length=200), nullable=True),
        sa.Column("bot_id", sa.String(length=32), nullable=True),
        sa.Column("bot_user_id", sa.String(length=32), nullable=True),
        sa.Column("bot_scopes", sa.String(length=1000), nullable=True),
        sa.Column("bot_refresh_token", sa.String(length=200), nullable=True),
        sa.Column("bot_token_expires_at", sa.DateTime(), nullable=True),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("user_token", sa.String(length=200), nullable=True),
        sa.Column("user_scopes", sa.String(length=1000), nullable=True),
        sa.Column("user_refresh_token", sa.String(length=200), nullable=True),
        sa.Column("user_token_expires_at", sa.DateTime(), nullable=True),
        sa.Column("incoming_webhook_url", sa.String(length=200), nullable=True),
        sa.Column("incoming_webhook_channel", sa.String(length=200), nullable=True),
        sa.Column("incoming_webhook_channel_id", sa.String(length=200), nullable=True),
        sa.Column("incoming_webhook_configuration_url", sa.String(length=200), nullable=True),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("token_type", sa.String(length=32), nullable=True),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_installations")),
    )
    op.create_index(
        op.f("slack_installations_idx"),
        "slack_installations",
        ["client_id", "enterprise_id", "team_id", "user_id", "installed_at"],
    )
    op.create_table(
        "slack_oauth_states",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("expire_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_oauth_states")),
    )
    _words()


def _words() -> None:
    """The words each request is looked for by, of those that are there already too."""
    words = op.create_table(
        "dossier_words",
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["dossiers.ref"], name=op.f("fk_dossier_words_ref")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_dossier_words")),
    )
    dossiers = sa.table("dossiers", sa.column("ref"), sa.column("data", sa.JSON))
    last = ""
    while page := _after(dossiers, last):
        op.bulk_insert(words, [{"ref": row.ref, "words": _said(row.data)} for row in page])
        last = page[-1].ref


def _after(dossiers: sa.TableClause, last: str) -> Sequence[sa.Row[Any]]:
    found = sa.select(dossiers).where(dossiers.c.ref > last).order_by(dossiers.c.ref).limit(PAGE)
    return op.get_bind().execute(found).all()


def _said(data: dict[str, Any]) -> str:
    territory = data["answers"].get("territoire", {}).get("value") or []
    return key(" ".join([*(str(one.get("label", "")) for one in territory), data["service"]]))


def downgrade() -> None:
    op.drop_table("dossier_words")
    for table in ("slack_oauth_states", "slack_installations", "slack_bots", "workspaces"):
        op.drop_table(table)
