"""The database opened for a command: schema checked, first administrators in place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from bot.ids import fresh_id
from chat.cards import Address
from handlers.directory import first_admins
from storage.engine import check_schema, migrate, open_engine
from storage.errors import NotFound, Stale
from storage.unit import Units
from storage.writer import Writer

PATIENCE = 1.0
"""Seconds to wait for a database that somebody else holds: people are owed an answer within three."""


def moved(database: str) -> None:
    """Move the schema to this program's. Raises Away with the sentence to show."""
    engine = open_engine(database)
    try:
        migrate(engine)
    finally:
        engine.dispose()


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
