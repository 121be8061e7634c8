"""What Alembic runs: on the connection and inside the transaction that `storage.engine.migrate` opened."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import DateTime

from storage.schema import metadata
from storage.tables import Utc


def _rendered(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """A migration is frozen: it names the database's types, never ours, which may change."""
    return f"sa.{DateTime(timezone=True)!r}" if kind == "type" and isinstance(item, Utc) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_item=_rendered,
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
)
context.run_migrations()
