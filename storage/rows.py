"""Small things every repository writes with: inserts that mind their key, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The database's own INSERT: the one that knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def insert_new(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert one row; True when it was not there. Another transaction that inserts the same one is waited for."""
    done = connection.execute(insert_into(connection, table).values(dict(values)).on_conflict_do_nothing())
    return done.rowcount == 1


def upsert(connection: Connection, table: Table, values: Mapping[str, object], keys: Collection[str]) -> None:
    """Insert one row, or rewrite the one that has these `keys`."""
    changed = {name: value for name, value in values.items() if name not in keys}
    statement = insert_into(connection, table).values(dict(values))
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep and UTF-8 cannot say: NUL and lone surrogates become « \ufffd »."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
