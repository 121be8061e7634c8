"""The storage thread: one writer on SQLite, a small pool on PostgreSQL. An event is one plain function in one unit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from storage.unit import Unit, Units

T = TypeVar("T")
POOL = 4


class Writer:
    """Runs functions inside units of work, off the event loop; each returns after its commit."""

    def __init__(self, units: Units) -> None:
        self._units = units
        threads = 1 if units.engine.dialect.name == "sqlite" else POOL
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="storage")

    async def run(self, move: Callable[[Unit], T]) -> T:
        """Run `move` in one transaction on a storage thread. Its exceptions pass, and then nothing is kept."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._within, move)

    def call(self, move: Callable[[Unit], T]) -> T:
        """The same, waited for by a caller that has no event loop."""
        return self._pool.submit(self._within, move).result()

    def _within(self, move: Callable[[Unit], T]) -> T:
        with self._units.begin() as unit:
            return move(unit)

    def close(self) -> None:
        """Wait for what runs, then close the database."""
        self._pool.shutdown(wait=True)
        self._units.engine.dispose()
