"""APScheduler only ticks: the truth is in our rows, so a tick that is missed or doubled changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Tick = Callable[[], Awaitable[object]]


def ticking(ticks: dict[str, tuple[Tick, float]]) -> AsyncIOScheduler:
    """A scheduler that calls each tick every so many seconds, one at a time. Start and stop are the caller's."""
    scheduler = AsyncIOScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
    )
    for name, (tick, seconds) in ticks.items():
        scheduler.add_job(tick, "interval", seconds=seconds, id=name)
    return scheduler
