"""APScheduler only ticks: the truth is in our rows, so a tick that is missed or doubled changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

Tick = Callable[[], Awaitable[object]]

log = structlog.get_logger()


class Ticking:
    """Calls each tick every so many seconds, one at a time; a tick that fails is logged and the next one comes."""

    def __init__(self, ticks: dict[str, tuple[Tick, float]]) -> None:
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
        )
        for name, (tick, seconds) in ticks.items():
            self._scheduler.add_job(_safe(name, tick), "interval", seconds=seconds, id=name)

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._scheduler.start()

    def nudge(self, name: str) -> None:
        """Let a tick come at once: there is something to do."""
        if self._scheduler.running:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """Begin no other tick; the one under way ends by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _safe(name: str, tick: Tick) -> Tick:
    async def safely() -> None:
        try:
            await tick()
        except Exception:
            log.exception("tick failed", tick=name)

    return safely
