"""The storage thread: one writer on SQLite, a small pool on PostgreSQL. An event is one plain function in one unit.

On SQLite those that wait while a transaction is written share the next one (group commit): a commit costs a wait for
the disk, whatever it holds. Each has its own unit in its own savepoint, and is answered only after the common commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from storage.engine import check_schema
from storage.group import Group, Waiting
from storage.unit import Unit, Units

T = TypeVar("T")
POOL = 4
SHARED = 32
"""How many may share a transaction: enough to pay the disk once, few enough that nobody waits long for the others."""


class Writer:
    """Runs functions inside units of work, off the event loop; each returns after its commit."""

    def __init__(self, units: Units, shared: int = SHARED) -> None:
        """`shared`: how many waiting events may share a transaction of SQLite; 1 for none."""
        self._units = units
        grouped = units.engine.dialect.name == "sqlite"
        self._pool = ThreadPoolExecutor(1 if grouped else POOL, thread_name_prefix="storage")
        self._group = Group(units, self._pool, shared) if grouped else None

    async def run(self, move: Callable[[Unit], T]) -> T:
        """Run `move` in one transaction on a storage thread. Its exceptions pass, and then nothing is kept."""
        if self._group is None:
            return await asyncio.wrap_future(self._submitted(move))
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._group.submit(Waiting(_ending(move), future, loop))
        return await future

    def call(self, move: Callable[[Unit], T]) -> T:
        """The same, waited for by a caller that has no event loop."""
        return self._submitted(move).result()

    async def check(self) -> None:
        """Raise Away when the database does not answer, or its schema is not this program's."""
        await asyncio.wrap_future(self._pool.submit(check_schema, self._units.engine))

    def close(self) -> None:
        """Wait for what runs, then close the database."""
        if self._group is not None:
            self._group.close()
        self._pool.shutdown(wait=True)
        self._units.engine.dispose()

    def _submitted(self, move: Callable[[Unit], T]) -> Future[T]:
        if self._group is None:
            return self._pool.submit(self._units.run, _ending(move))
        future: Future[T] = Future()
        self._group.submit(Waiting(_ending(move), future))
        return future


def _ending(move: Callable[[Unit], T]) -> Callable[[Unit], T]:
    """A future cannot carry StopIteration: whoever awaits it would wait for ever."""

    def ending(unit: Unit) -> T:
        try:
            return move(unit)
        except StopIteration as stop:
            raise RuntimeError("a move ended by StopIteration") from stop

    return ending
