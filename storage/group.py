"""Group commit: the events that wait share a transaction of SQLite, on one thread, each answered after the commit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

from storage.unit import Together, Unit, Units


@dataclass(slots=True)
class Waiting:
    """One event: what it does, who waits for it, and how it went while the commit is still to come.

    Who waits is a thread, or else a task of `loop`.
    """

    move: Callable[[Unit], Any]
    future: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None = None
    value: Any = None
    error: BaseException | None = None

    def begins(self) -> bool:
        """False when whoever waited is gone: then nothing is done."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.cancelled()

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
        self._serving = self._closed = False

    def submit(self, waiting: Waiting) -> None:
        """Let it wait for its turn; answered after its commit. Raises RuntimeError once closed."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the storage thread is closed")
            if not self._serving:  # else the one that serves takes it along, or lets the next do so
                self._thread.submit(self._serve)
                self._serving = True
            self._waiting.append(waiting)

    def close(self) -> None:
        """Take nobody any more; those who wait are still served."""
        with self._lock:
            self._closed = True

    def _serve(self) -> None:
        """Serve whoever waits now; those who came meanwhile, after what else this thread is asked."""
        more = True
        while more:
            try:
                self._settle([waiting for waiting in self._taken() if waiting.begins()])
            finally:
                more = self._left()

    def _left(self) -> bool:
        """True when somebody waits who can only be served at once: the thread takes nothing more."""
        with self._lock:
            self._serving = bool(self._waiting)
            if self._serving and not self._closed:
                self._thread.submit(self._serve)
            return self._serving and self._closed

    def _settle(self, batch: list[Waiting]) -> None:
        failed: BaseException | None = None
        try:
            self._written(batch)
        except BaseException as error:  # noqa: BLE001 - passed on to whoever waits
            failed = error
        _answer(batch, failed)

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


def _answer(batch: Iterable[Waiting], failed: BaseException | None) -> None:
    """Each is told how it went; the tasks of a loop all at once: each waking of it costs as much as a small statement."""
    tasks: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
    for waiting in batch:
        if waiting.loop is None:
            waiting.answer(failed)
        else:
            tasks.setdefault(waiting.loop, []).append(waiting)
    for loop, told in tasks.items():
        with suppress(RuntimeError):  # a loop that is closed: nobody waits there any more
            loop.call_soon_threadsafe(_wake, told, failed)


def _wake(told: Iterable[Waiting], failed: BaseException | None) -> None:
    for waiting in told:
        if not waiting.future.done():  # whoever is gone is told nothing
            waiting.answer(failed)
