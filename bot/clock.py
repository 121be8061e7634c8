"""The procedure's clock: the machine's in production; in the sandbox, one that jumps forward.

Leases, retries and leadership never read these: they keep to the machine's own time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the procedure's hour."""

    def now(self) -> datetime:
        """The hour, aware, in UTC."""
        ...


def machine() -> datetime:
    """The machine's own hour, aware, in UTC: leases and retries keep to it alone."""
    return datetime.now(UTC)


class SystemClock:
    """The machine's own hour."""

    def now(self) -> datetime:
        """The hour, aware, in UTC."""
        return machine()


def forget(offset: timedelta) -> None:
    """Keep no offset: the clock starts anew with the process."""


class JumpingClock:
    """The machine's hour plus an offset, which `jump` increases and `keep` is told of.

    `offset` (one kept earlier) wins over `start`, the aware hour to begin at. Raises ValueError for a naive `start`.
    """

    def __init__(
        self,
        start: datetime | None = None,
        *,
        offset: timedelta | None = None,
        keep: Callable[[timedelta], None] = forget,
        machine: Clock | None = None,
    ) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("a clock starts at an aware hour")
        self._machine = machine or SystemClock()
        self._keep = keep
        self._offset = offset if offset is not None else self._until(start)
        keep(self._offset)

    def now(self) -> datetime:
        """The procedure's hour, aware, in UTC."""
        return self._machine.now() + self._offset

    def jump(self, by: timedelta) -> datetime:
        """Go forward and return the new hour. Raises ValueError for a step back: deadlines already rang."""
        if by < timedelta():
            raise ValueError("the procedure's clock never goes back")
        self._offset += by
        self._keep(self._offset)
        return self.now()

    def _until(self, start: datetime | None) -> timedelta:
        return start - self._machine.now() if start is not None else timedelta()
