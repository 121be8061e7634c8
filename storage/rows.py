"""Small things every repository writes with: inserts that mind their key, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, Table, literal
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared

Insert = postgresql.Insert | sqlite.Insert


def insert_into(connection: Connection, table: Table) -> Insert:
    """The database's own INSERT: the one that knows ON CONFLICT."""
    return _insert(connection.dialect.name, table)


def insert_new(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert one row; True when it was not there. Another transaction that inserts the same one is waited for."""
    dialect = connection.dialect.name
    if dialect == "sqlite":
        return _adding(dialect, table).changed(connection, values) == 1
    return bool(_inserting(dialect, table).rows(connection, values))


def upsert(connection: Connection, table: Table, values: Mapping[str, object], keys: Collection[str]) -> None:
    """Insert one row, or rewrite the one that has these `keys`."""
    _rewriting(connection.dialect.name, table, tuple(values), tuple(keys)).changed(connection, values)


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep and UTF-8 cannot say: NUL and lone surrogates become « \ufffd »."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _insert(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def upsert_all(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, object]], keys: Collection[str]
) -> None:
    """The same for several rows, which have the same columns."""
    if rows:
        _rewriting(connection.dialect.name, table, tuple(rows[0]), tuple(keys)).each(connection, rows)


@cache
def _adding(dialect: str, table: Table) -> Prepared:
    return Prepared(_insert(dialect, table).on_conflict_do_nothing())


@cache
def _inserting(dialect: str, table: Table) -> Prepared:
    """Asked for, not counted: after an INSERT, psycopg's count is often -1."""
    return Prepared(_insert(dialect, table).on_conflict_do_nothing().returning(literal(1)))


@cache
def _rewriting(dialect: str, table: Table, names: tuple[str, ...], keys: tuple[str, ...]) -> Prepared:
    statement = _insert(dialect, table)
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    return Prepared(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))
