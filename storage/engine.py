"""The database opened: SQLite in a file by default, PostgreSQL for several processes; its schema checked and moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from chat.text import tr
from storage.errors import Away, answering


def open_engine(url: str) -> Engine:
    """Open the database. SQLite: WAL, full synchronisation, `BEGIN IMMEDIATE`, five seconds of patience."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 5, "check_same_thread": False})
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    return create_engine(_psycopg(url), pool_size=5, max_overflow=5, pool_pre_ping=True)


def _psycopg(url: str) -> str:
    head, sign, rest = url.partition("://")
    return f"postgresql+psycopg{sign}{rest}" if head in {"postgres", "postgresql"} else url


def _sqlite_connect(raw: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    raw.isolation_level = None  # SQLAlchemy's recipe: we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        try:
            raw.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if "readonly" not in str(error):
                raise


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("storage") / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Move the schema to this program's; does nothing when it is there already. Raises Away when it cannot."""
    with answering(), engine.begin() as connection:
        _not_newer(connection)
        command.upgrade(_config(connection), "head")


def check_schema(engine: Engine) -> None:
    """Raise Away when the schema is not this program's: older (migrate) or newer (install a newer program)."""
    with answering(), engine.begin() as connection:
        _not_newer(connection)
        script = ScriptDirectory.from_config(_config(connection))
        if _heads(connection) != tuple(script.get_heads()):
            sentence = tr("La base de données n'est pas à jour : lancez « atelier migrate », puis redémarrez.")
            raise Away(sentence, "schema older than the program")


def _heads(connection: Connection) -> Sequence[str]:
    return MigrationContext.configure(connection).get_current_heads()


def _not_newer(connection: Connection) -> None:
    script = ScriptDirectory.from_config(_config(connection))
    known = {r.revision for r in script.walk_revisions()}
    if set(_heads(connection)) - known:
        sentence = tr(
            "La base de données vient d'une version plus récente du robot : installez cette version, rien n'a été changé."
        )
        raise Away(sentence, "schema newer than the program")
