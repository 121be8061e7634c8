"""The database opened for a command: schema checked, first administrators in place."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from bot.ids import fresh_id
from chat.cards import Address
from handlers.directory import first_admins
from storage.engine import check_schema, migrate, open_engine
from storage.errors import NotFound, Stale
from storage.reader import sqlite_file
from storage.unit import Units
from storage.writer import Writer

PATIENCE = 1.0
"""Seconds to wait for a database that somebody else holds: people are owed an answer within three."""


OURS = 0o600
"""Read and written by whoever runs the bot, and by nobody else of the machine."""


def moved(database: str) -> None:
    """Move the schema to this program's; a new file is ours alone. Raises Away with the sentence to show."""
    _made(database)
    engine = open_engine(database)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def _made(database: str) -> None:
    """A SQLite file that is not there yet, empty: SQLite would let the whole machine read what it makes itself."""
    file = sqlite_file(database)
    if file is not None and file.parent.is_dir() and os.access(file.parent, os.W_OK):
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, OURS))


def fetching(writer: Writer) -> Callable[[str], Awaitable[bytes | None]]:
    """What gives the bytes of a file the bot hands out, by its id; None for one that is not there."""

    async def fetch(file: str) -> bytes | None:
        try:
            return await writer.run(lambda unit: unit.files.content(file))
        except NotFound:
            return None

    return fetch


def opened(database: str, secret: bytes, admins: Iterable[Address] = ()) -> Writer:
    """The memory of a database whose schema is this program's. Raises Away with the sentence to show."""
    engine = open_engine(database, PATIENCE)
    try:
        check_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    writer = Writer(Units(engine, secret, fresh_id))
    named = tuple(admins)
    try:
        writer.call(lambda unit: first_admins(unit, named))
    except Stale:  # a process that starts at the same moment has just added them
        writer.call(lambda unit: first_admins(unit, named))
    return writer
