"""The storage thread: one writer on SQLite, a small pool on PostgreSQL. An event is one plain function in one unit.

On SQLite those that wait while a transaction is written share the next one (group commit): a commit costs a wait for
the disk, whatever it holds. Each has its own unit in its own savepoint, and is answered only after the common commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from storage.engine import check_schema
from storage.unit import Together, Unit, Units

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
        return await asyncio.wrap_future(self._submitted(move))

    def call(self, move: Callable[[Unit], T]) -> T:
        """The same, waited for by a caller that has no event loop."""
        return self._submitted(move).result()

    async def check(self) -> None:
        """Raise Away when the database does not answer, or its schema is not this program's."""
        await asyncio.wrap_future(self._pool.submit(check_schema, self._units.engine))

    def close(self) -> None:
        """Wait for what runs, then close the database."""
        self._pool.shutdown(wait=True)
        self._units.engine.dispose()

    def _submitted(self, move: Callable[[Unit], T]) -> Future[T]:
        sound = _ending(move)
        return self._group.submit(sound) if self._group else self._pool.submit(self._units.run, sound)


def _ending(move: Callable[[Unit], T]) -> Callable[[Unit], T]:
    """A future cannot carry StopIteration: whoever awaits it would wait for ever."""

    def ending(unit: Unit) -> T:
        try:
            return move(unit)
        except StopIteration as stop:
            raise RuntimeError("a move ended by StopIteration") from stop

    return ending


@dataclass(slots=True)
class Waiting:
    """One event: what it does, who waits for it, and how it went while the commit is still to come."""

    move: Callable[[Unit], Any]
    future: Future[Any] = field(default_factory=Future)
    value: Any = None
    error: BaseException | None = None

    def tried(self, together: Together) -> None:
        """Do it in a savepoint, which alone is rolled back when it fails. Raises when the whole transaction is lost."""
        try:
            with together.unit() as unit:
                self.value = self.move(unit)
        except BaseException as error:
            if together.lost():
                raise
            self.error = error

    def answer(self, failed: BaseException | None = None) -> None:
        """Say how it went, or that the common commit failed."""
        error = failed or self.error
        if error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(error)


class Group:
    """Group commit on one thread: in order of arrival, `most` at most in one transaction."""

    def __init__(self, units: Units, thread: Executor, most: int) -> None:
        self._units = units
        self._thread = thread
        self._most = most
        self._lock = Lock()
        self._waiting: deque[Waiting] = deque()

    def submit(self, move: Callable[[Unit], T]) -> Future[T]:
        """Let it wait for its turn; answered after its commit. Raises RuntimeError once the thread is closed."""
        waiting = Waiting(move)
        with self._lock:
            self._thread.submit(self._serve)
            self._waiting.append(waiting)
        return waiting.future

    def _serve(self) -> None:
        """Serve whoever waits now: nobody, when the one before took this turn's event along."""
        batch = [waiting for waiting in self._taken() if waiting.future.set_running_or_notify_cancel()]
        failed: BaseException | None = None
        try:
            self._written(batch)
        except BaseException as error:  # noqa: BLE001 - passed on to whoever waits
            failed = error
        for waiting in batch:
            waiting.answer(failed)

    def _taken(self) -> list[Waiting]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]

    def _written(self, batch: list[Waiting]) -> None:
        """One transaction. Raises when it is lost for all; one alone needs no savepoint."""
        if len(batch) == 1:
            batch[0].value = self._units.run(batch[0].move)
        elif batch:
            with self._units.together() as together:
                for waiting in batch:
                    waiting.tried(together)
