"""The bot's pulse: what waits, since when, and when the clock last ticked, as the database says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers import reminding
from storage.unit import Unit

CLOCK, ANY_WORKER = "horloge", "tous"
"""The lease that every worker renews when it rings; it is nobody's alone, so it always can be renewed."""
BEAT = 86_400
"""Seconds of that lease: its age is counted from its end, on the database's own clock."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Counts, and ages in seconds. `late` leaves out what is held for the reader's own hours; `clock` is None when no
    clock ever ticked on this database.
    """

    waiting: int
    oldest: float
    dead: int
    reminders: int
    late: float
    clock: int | None


def beat(unit: Unit) -> None:
    """The clock ticks: keep it where every process can see it."""
    unit.leases.take(CLOCK, ANY_WORKER, BEAT)


def taken(unit: Unit, now: datetime) -> Pulse:
    """The pulse at `now`, the procedure's hour: letters and reminders keep to it.

    A workspace that took the bot out makes nobody late: its letters wait for as long as it is gone.
    """
    stats, gone = unit.outbox.stats(), {w.platform for w in unit.workspaces.all() if w.gone is not None}
    oldest = min(
        (since for platform, (_, since) in unit.outbox.waiting().items() if platform not in gone), default=None
    )
    reminders, _ = unit.reminders.outstanding()
    left = unit.leases.left(CLOCK)
    return Pulse(
        waiting=stats.waiting,
        oldest=_since(oldest, now),
        dead=stats.dead,
        reminders=reminders,
        late=_since(reminding.overdue(unit, now), now),
        clock=None if left is None else max(0, BEAT - left),
    )


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
