"""What machines ask of a running bot: `GET /healthz`, `/readyz`, `/metrics`. Counts only, nothing that anybody wrote."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.app import Application
from bot.meters import CONTENT_TYPE
from bot.pulse import Pulse, taken
from chat.platform import Undeliverable, Undelivered
from chat.text import Text, raw, tr
from storage.errors import Away

PATIENCE = 5.0
"""Seconds left to the database, then to the platforms: a probe that waits longer has its answer."""
STALE = 90
"""Seconds without a tick after which the clock is taken for stopped: it ticks every twenty."""
KEPT = 30.0
"""Seconds a platform's answer is kept: whoever asks us often does not make us ask it often."""
NO_STORE = {"Cache-Control": "no-store"}
UNAVAILABLE = 503

log = structlog.get_logger()

T = TypeVar("T")
Greeting = Callable[[], Awaitable[object]]
Reach = Callable[[], Awaitable[Mapping[str, str]]]
"""Each platform, and why it does not answer; nothing when it does. Never raises."""


def greeting(greetings: Mapping[str, Greeting]) -> Reach:
    """Ask each platform who we are there (Slack: `platform.hello`), at most once every thirty seconds."""
    return _Kept(greetings).reach


def operations(app: Application, reach: Reach | None = None, *, stale: int = STALE, lang: str = "fr") -> list[Route]:
    """The three routes. `reach` says which platforms answer (see `greeting`); `stale` is the clock's, in seconds."""
    desk = _Operations(app, reach or greeting({}), stale, lang)
    return [
        Route("/healthz", desk.healthz, methods=["GET"]),
        Route("/readyz", desk.readyz, methods=["GET"]),
        Route("/metrics", desk.metrics, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at."""

    name: str
    well: bool
    said: Text


@dataclass(frozen=True, slots=True)
class _Operations:
    app: Application
    reach: Reach
    stale: int
    lang: str
    born: float = field(default_factory=time.monotonic)
    asking: dict[str, asyncio.Task[Any]] = field(default_factory=dict)
    """What is being asked of the database: these addresses are anybody's, and people's gestures come first."""

    async def healthz(self, _request: Request) -> Response:
        """The process is alive: it answers."""
        return JSONResponse({"vivant": True}, headers=NO_STORE)

    async def readyz(self, _request: Request) -> Response:
        """200 when the bot can do its work, else 503; what is wrong, in French."""
        (base, pulse), platforms = await asyncio.gather(self._database(), self._platforms())
        points = [base, *platforms, *([self._clock(pulse)] if pulse else [])]
        ready = all(point.well for point in points)
        say = self.app.languages.say(self.lang)
        told = [{"point": p.name, "etat": "ok" if p.well else "faute", "phrase": say(p.said)} for p in points]
        if not ready:
            log.warning("not ready", points=[p.name for p in points if not p.well])
        status = 200 if ready else UNAVAILABLE
        return JSONResponse({"pret": ready, "points": told}, status_code=status, headers=NO_STORE)

    async def metrics(self, _request: Request) -> Response:
        """Always 200: a database that is away is itself a figure."""
        meters = self.app.meters
        try:
            pulse = await asyncio.wait_for(self._pulse(), PATIENCE)
        except Exception:
            log.exception("metrics without the database")
            meters.gauges.lost()
        else:
            meters.gauges.tell(pulse)
        return Response(meters.text(), headers={**NO_STORE, "Content-Type": CONTENT_TYPE})

    async def _pulse(self) -> Pulse:
        now = self.app.clock.now
        return await self._once("pulse", lambda: self.app.writer.run(lambda unit: taken(unit, now())))

    async def _once(self, name: str, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """One question at a time, whoever asks: those who come while it is asked have its answer too."""
        task: asyncio.Task[T] | None = self.asking.get(name)
        if task is None or task.done():
            task = self.asking[name] = asyncio.create_task(ask())
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # known, even if nobody waited
        return await asyncio.shield(task)

    async def _database(self) -> tuple[Point, Pulse | None]:
        try:
            await asyncio.wait_for(self._once("check", self.app.writer.check), PATIENCE)
            pulse = await asyncio.wait_for(self._pulse(), PATIENCE)
        except Away as failure:
            return Point("base", well=False, said=failure.sentence), None
        except TimeoutError:
            late = tr("La base de données n'a pas répondu en {count} s.", count=int(PATIENCE))
            return Point("base", well=False, said=late), None
        except Exception as failure:
            log.exception("database broken")
            why = raw(type(failure).__name__)
            broken = tr("La base de données n'est pas lisible ({why}) : lancez « atelier doctor ».", why=why)
            return Point("base", well=False, said=broken), None
        return Point("base", well=True, said=tr("La base de données répond, son schéma est celui du programme.")), pulse

    async def _platforms(self) -> list[Point]:
        return [_platform(name, why) for name, why in sorted((await self.reach()).items())]

    def _clock(self, pulse: Pulse) -> Point:
        """A clock that never ticked, or stopped with the last process, has the time to start."""
        if pulse.clock is not None and pulse.clock <= self.stale:
            return Point("horloge", well=True, said=tr("L'horloge a battu il y a {count} s.", count=pulse.clock))
        if time.monotonic() - self.born < self.stale:
            return Point("horloge", well=True, said=tr("L'horloge démarre."))
        repair = tr("Vérifiez que « atelier work », ou « atelier serve » sans --no-worker, est lancé.")
        stopped = tr("L'horloge n'a jamais battu. {repair}", repair=repair)
        if pulse.clock is not None:
            stopped = tr("L'horloge n'a pas battu depuis {count} s. {repair}", count=pulse.clock, repair=repair)
        return Point("horloge", well=False, said=stopped)


def _platform(name: str, why: str) -> Point:
    if not why:
        return Point(f"plateforme:{name}", well=True, said=tr("« {platform} » répond.", platform=name))
    said = tr("« {platform} » ne répond pas ({why}) : les messages attendent.", platform=name, why=raw(why))
    return Point(f"plateforme:{name}", well=False, said=said)


@dataclass(slots=True)
class _Kept:
    """The platforms' last answers; those who ask at once share one question."""

    greetings: Mapping[str, Greeting]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: float = 0.0
    answers: Mapping[str, str] = field(default_factory=dict)

    async def reach(self) -> Mapping[str, str]:
        """Each platform and why it does not answer."""
        async with self.lock:
            if time.monotonic() >= self.until:
                said = await asyncio.gather(*(_greeted(greeting) for greeting in self.greetings.values()))
                self.answers = dict(zip(self.greetings, said, strict=True))
                self.until = time.monotonic() + KEPT
            return self.answers


async def _greeted(greeting: Greeting) -> str:
    """Nothing, or why the platform did not answer: one that breaks in a way we do not know does not answer either."""
    try:
        async with asyncio.timeout(PATIENCE):
            await greeting()
    except (Undelivered, Undeliverable) as failure:
        return str(failure)
    except TimeoutError:
        return f"plus de {int(PATIENCE)} s"
    except Exception as failure:
        log.exception("platform unreachable")
        return type(failure).__name__
    return ""
