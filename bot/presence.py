"""Which processes are at work: each keeps a lease of its own, which says what it is. Read by `atelier doctor`."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import structlog

from bot.ids import fresh_id
from bot.version import code
from storage.errors import Away
from storage.unit import Unit
from storage.writer import Writer

log = structlog.get_logger()

PREFIX = "processus:"
TERM, EVERY = 30, 10.0
"""Seconds of the lease, and between two renewals."""
FORGOTTEN = 3600
"""Seconds after which a process that ended without a word is no longer told of."""
Role = Literal["web", "web+horloge", "horloge"]


@dataclass(frozen=True, slots=True)
class Process:
    """One process: what it does (« horloge »: it carries and rings), with which code, where."""

    role: Role
    code: str
    host: str
    pid: int

    @property
    def name(self) -> str:
        """« host:pid », as `here` tells it."""
        return f"{self.host}:{self.pid}"

    @property
    def ticks(self) -> bool:
        """True for one that carries the outbox and rings the deadlines."""
        return self.role.endswith("horloge")


@dataclass(frozen=True, slots=True)
class Seen:
    """A process as the database tells of it: `left` is the seconds of its lease, below zero once it is over."""

    process: Process
    left: int

    @property
    def alive(self) -> bool:
        """True while it renews its lease."""
        return self.left > 0


def this(*, web: bool, worker: bool) -> Process:
    """The process that asks."""
    role: Role = ("web+horloge" if worker else "web") if web else "horloge"
    return Process(role, code(), socket.gethostname(), os.getpid())


def here() -> str:
    """Which process this is, of all those of the bot: « host:pid »."""
    return f"{socket.gethostname()}:{os.getpid()}"


def named(id_: str) -> str:
    """A holder of leases that tells where it runs: « host:pid:id »."""
    return f"{here()}:{id_}"


async def stay(writer: Writer, process: Process) -> None:
    """Say that this process is there, until cancelled; then that it ended."""
    id_ = fresh_id()
    try:
        while True:
            await _tried(writer, lambda unit: said(unit, id_, process))
            await asyncio.sleep(EVERY)
    finally:
        await _tried(writer, lambda unit: unit.leases.give_back(f"{PREFIX}{id_}", _told(process)))


def seen(unit: Unit) -> list[Seen]:
    """Every process that is there, or ended without a word since an hour."""
    return [Seen(_read(json.loads(lease.holder)), lease.left) for lease in unit.leases.named(PREFIX)]


def _read(told: Mapping[str, Any]) -> Process:
    """What a process of any version said of itself."""
    return Process(told["role"], told["code"], told["host"], told["pid"])


def said(unit: Unit, id_: str, process: Process) -> None:
    """The process is there for `TERM` seconds more; those that ended long ago are forgotten."""
    unit.leases.take(f"{PREFIX}{id_}", _told(process), TERM)
    unit.leases.forget(PREFIX, FORGOTTEN)


def _told(process: Process) -> str:
    return json.dumps(asdict(process))


async def _tried(writer: Writer, move: Callable[[Unit], None]) -> None:
    try:
        await writer.run(move)
    except Away as away:
        log.warning("presence not told", reason=str(away))
