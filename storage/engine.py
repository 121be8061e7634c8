"""The database opened: SQLite in a file by default, PostgreSQL for several processes; its schema checked and moved."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Sequence
from functools import partial
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.pool import ConnectionPoolEntry

from chat.text import tr
from storage.errors import Away, answering

AGAIN = 0.02
"""Seconds between two tries."""
CACHE = 32 * 1024
"""Kibibytes of a SQLite file kept in memory, once read: its own two megabytes hold a few hundred requests."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{CACHE}", "temp_store=MEMORY")
"""The last one: the pages that a savepoint would give back wait in memory, not in a file where each costs a writing."""
NOT_THERE = tr(
    "Le fichier de la base de données n'existe pas : vérifiez DATABASE_URL et le dossier d'où la commande est lancée. Pour "
    "en créer un, lancez « atelier migrate »."
)
MOVED = tr(
    "Le fichier de la base de données a été déplacé ou remplacé : rien n'a été changé. Prévenez l'administrateur du robot, qui "
    "doit le remettre à sa place ou redémarrer le robot."
)
ONE_AT_A_TIME = 0x0A7E11E5
"""The number of the lock under which the schema is moved; any, as long as it is always the same."""


def open_engine(url: str, patience: float = 5) -> Engine:
    """Open the database. SQLite: WAL, full synchronisation, `BEGIN IMMEDIATE`, `patience` seconds for a lock."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            hide_parameters=True,
            json_serializer=written,
            connect_args={"timeout": patience, "check_same_thread": False},
        )
        file = _OneFile(engine.url.database or "")
        event.listen(engine, "connect", partial(_sqlite_connect, patience))
        event.listen(engine, "connect", file.opened)
        event.listen(engine, "begin", file.begin)
        return engine
    return create_engine(
        psycopg_url(url),
        hide_parameters=True,
        json_serializer=written,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
    )


class Written(str):
    """JSON already: kept as it is."""

    __slots__ = ()


def written(value: object) -> str:
    """A value as JSON, ours as they are: in one go, unless people typed what UTF-8 cannot say (lone surrogates)."""
    if isinstance(value, Written):
        return value
    own = getattr(type(value), "__pydantic_serializer__", None)  # twice as fast as looking at each field
    try:
        return (own.to_json(value) if own is not None else to_json(value)).decode()
    except PydanticSerializationError:
        return json.dumps(value, default=to_jsonable_python)


def psycopg_url(url: str) -> str:
    """The address of a PostgreSQL as SQLAlchemy wants it: psycopg 3."""
    head, sign, rest = url.partition("://")
    return f"postgresql+psycopg{sign}{rest}" if head in {"postgres", "postgresql"} else url


def _sqlite_connect(patience: float, raw: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    raw.isolation_level = None  # SQLAlchemy's recipe: we say BEGIN ourselves
    for pragma in PRAGMAS:
        try:
            _patiently(raw, f"PRAGMA {pragma}", patience)
        except sqlite3.OperationalError as error:
            if "readonly" not in str(error):
                raise


def _patiently(raw: sqlite3.Connection, pragma: str, patience: float) -> None:
    """Two processes that make one new file write-ahead at once: SQLite refuses the second without waiting, so we do."""
    until = time.monotonic() + patience
    while True:
        try:
            raw.execute(pragma)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
            time.sleep(AGAIN)
        else:
            return


class _OneFile:
    """The file of a SQLite database, the same from the first connection to the last.

    Moved or replaced under a running bot, what is written would go into a file that nobody finds again, as if all was well.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: tuple[int, int] | None = None

    def opened(self, _raw: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        """Remember which file it is."""
        self._known = self._known or self._found()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that writes. Raises Away when another file, or none, is there now."""
        if self._known != self._found():
            raise Away(MOVED, f"{self._name} is another file")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _found(self) -> tuple[int, int] | None:
        """None for what is no file: a database in memory, an address of SQLite's own."""
        try:
            there = os.stat(self._name)  # noqa: PTH116 - a path made at each transaction costs more than the looking
        except OSError:
            return None
        return there.st_dev, there.st_ino


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("storage") / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Move the schema to this program's; does nothing when it is there already. Raises Away when it cannot."""
    with answering(), engine.begin() as connection:
        move(connection)


def move(connection: Connection, to: str = "head") -> None:
    """Move the schema up to a revision, inside the caller's transaction. Raises Away when it is newer."""
    if connection.dialect.name == "postgresql":  # several processes released at once: one moves it, the others wait
        connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    _not_newer(connection)
    command.upgrade(_config(connection), to)


def revision(connection: Connection) -> str:
    """The schema's revision; nothing when there is none."""
    return next(iter(_heads(connection)), "")


def current(connection: Connection) -> bool:
    """Whether the schema is this program's."""
    return _heads(connection) == tuple(ScriptDirectory.from_config(_config(connection)).get_heads())


def known(connection: Connection, wanted: str) -> bool:
    """Whether this program can move a schema of that revision to its own."""
    script = ScriptDirectory.from_config(_config(connection))
    return wanted in {r.revision for r in script.walk_revisions()}


def check_schema(engine: Engine) -> None:
    """Raise Away when the schema is not this program's: older (migrate) or newer (install a newer program).

    And when its file is not there, or no longer: SQLite would make an empty one, or go on writing into one that nobody
    will find again.
    """
    check_there(engine)
    with answering(), engine.begin() as connection:
        _not_newer(connection)
        if not current(connection):
            sentence = tr("La base de données n'est pas à jour : lancez « atelier migrate », puis redémarrez.")
            raise Away(sentence, "schema older than the program")


def check_there(engine: Engine) -> None:
    """Raise Away when the file of a SQLite database is not there, in a folder that is."""
    name = engine.url.database or ""
    if engine.dialect.name != "sqlite" or name in {"", ":memory:"}:
        return
    if Path(name).parent.is_dir() and not Path(name).exists():
        raise Away(NOT_THERE, "no database file")


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
