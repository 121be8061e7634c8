"""The database read without a trace: for those who look at it from beside a running bot (doctor, backups).

One transaction sees one moment, and keeps no writer waiting: a plain `BEGIN` on SQLite, `REPEATABLE READ` on PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, exists, func, make_url, or_, select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from chat.cards import Address
from chat.text import tr
from storage.engine import NOT_THERE, check_schema, open_engine, psycopg_url, revision
from storage.errors import Away, answering
from storage.rows import insert_new
from storage.tables import PENDING, counters, lanes, outbox
from storage.unit import Unit, Units

T = TypeVar("T")
PATIENCE = 5
"""Seconds to reach the database, and for a lock."""
SHOWN = 3
OVER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A place, and how many letters wait for it."""

    place: Address
    count: int


@dataclass(frozen=True, slots=True)
class Reader:
    """A database that is only read. Every method raises Away when it does not answer."""

    engine: Engine

    @property
    def kind(self) -> str:
        """« sqlite » or « postgresql »."""
        return self.engine.dialect.name

    def answer(self) -> None:
        """Answer at all, and be a database: SQLite opens any file before it reads it."""
        with self.looking() as connection:
            revision(connection)

    def check_schema(self) -> None:
        """Raise Away when the schema is not this program's."""
        check_schema(self.engine)

    def hour(self) -> datetime | None:
        """The database's own hour; None on SQLite, whose hour is this machine's."""
        if self.kind == "sqlite":
            return None
        with self.looking() as connection:
            told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return told.astimezone(UTC)

    def run(self, secret: bytes, move: Callable[[Unit], T]) -> T:
        """What `move` reads in one transaction; whatever it would write is refused."""
        return Units(self.engine, secret, _no_ids).run(move)

    def dead_letters(self) -> list[tuple[str, str]]:
        """The last dead letters: the request they are about, and what the platform said. Never their words."""
        found = select(outbox.c.ref, outbox.c.reason).where(outbox.c.state == "dead").order_by(outbox.c.seq.desc())
        with self.looking() as connection:
            return [(row.ref, row.reason or "") for row in connection.execute(found.limit(SHOWN))]

    def held_back(self, marks: Sequence[str]) -> list[HeldBack]:
        """The places whose letters wait for a reason that holds one of these marks, and how many wait there."""
        told = select(outbox.c.platform, outbox.c.place).where(
            PENDING, or_(*(outbox.c.reason.contains(m) for m in marks))
        )
        stuck = told.distinct().subquery()
        there = (outbox.c.platform == stuck.c.platform) & (outbox.c.place == stuck.c.place)
        counted = select(outbox.c.platform, outbox.c.place, func.count()).join(stuck, there).where(PENDING)
        grouped = counted.group_by(outbox.c.platform, outbox.c.place).order_by(outbox.c.platform, outbox.c.place)
        with self.looking() as connection:
            return [HeldBack(Address(platform=p, id=place), count) for p, place, count in connection.execute(grouped)]

    def lanes_held(self, now: datetime) -> int:
        """Places with letters that wait, whose lease ended a minute before `now` (the machine's hour): somebody died there."""
        waits = exists().where(
            outbox.c.platform == lanes.c.platform, outbox.c.place == lanes.c.place, outbox.c.state.in_(("waiting", "sending"))
        )  # fmt: skip
        held = select(func.count()).select_from(lanes).where(lanes.c.leased_until < now - OVER, waits)
        with self.looking() as connection:
            return int(connection.execute(held).scalar_one())

    def places(self, platform: str) -> tuple[str, ...]:
        """The ateliers' channels opened on a platform, as it names them."""
        return tuple(a.id for a in self.run(b"", lambda unit: unit.ateliers.opened_on(platform)))

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """One transaction that reads."""
        with answering(), self.engine.begin() as connection:
            yield connection


@contextmanager
def open_reader(url: str) -> Iterator[Reader]:
    """A reader, closed at the end. Raises Away for a wrong address, or a file that is not there."""
    engine = _engine(url)
    try:
        yield Reader(engine)
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    file = sqlite_file(url)
    if file is not None:
        if not file.exists():
            raise Away(NOT_THERE, f"no file {file}")
        engine = create_engine(url, connect_args={"timeout": PATIENCE, "check_same_thread": False})
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return create_engine(psycopg_url(url), execution_options=options, connect_args={"connect_timeout": PATIENCE})


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address; None for another database. Raises Away for an address that is none."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise Away(tr("L'adresse de la base de données ne se lit pas : vérifiez DATABASE_URL."), str(error)) from error
    if not parsed.drivername.startswith("sqlite"):
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise Away(tr("DATABASE_URL doit nommer un fichier, par exemple « sqlite:///atelier.db »."), "no file")
    return Path(parsed.database)


def _sqlite_connect(raw: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    raw.isolation_level = None
    raw.execute("PRAGMA query_only=ON")


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def check_writable(url: str) -> None:
    """Write a row and take it back. Raises Away when the database refuses."""
    engine = open_engine(url, patience=PATIENCE)
    try:
        with answering(), engine.connect() as connection:
            insert_new(connection, counters, {"name": "essai d'écriture", "value": 0})
            connection.rollback()
    finally:
        engine.dispose()


def _no_ids() -> str:
    raise AssertionError("a reader writes nothing")
