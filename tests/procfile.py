"""The Procfile as a platform runs it: each line a real process, a router in front of the web ones, both chats beside.

Mattermost and the router live in the test's own loop, Slack in a thread; the bot's processes know them by address alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.mattermost.sockets import Sockets
from tests.mattermost.tls import certificate
from tests.mattermost.world import World

ROOT = Path(__file__).parent.parent
PATIENCE = 300
"""Seconds before giving up on something: a machine may be very slow, and a dead process's places stay leased for a minute."""


def lines() -> dict[str, list[str]]:
    """Each line of the Procfile: its name, the words of its command."""
    found = (
        line.partition(":") for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines() if line.strip()
    )
    return {name.strip(): shlex.split(command) for name, _, command in found}


async def until(met: Callable[[], Any], what: Callable[[], str] | str) -> Any:
    """Look again and again; what it gives once it is there."""
    end = time.monotonic() + PATIENCE
    while not (found := met()):
        assert time.monotonic() < end, f"never came: {what if isinstance(what, str) else what()}"
        await asyncio.sleep(0.05)
    return found


@dataclass
class Running:
    """One process of a line."""

    name: str
    process: subprocess.Popen[bytes]
    port: int = 0

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Formation:
    """The processes of an application, as the Procfile names them."""

    folder: Path
    env: dict[str, str]
    running: list[Running] = field(default_factory=list)

    def of(self, name: str) -> list[Running]:
        return [one for one in self.running if one.name == name]

    @property
    def log(self) -> str:
        path = self.folder / "bot.log"
        return path.read_text(encoding="utf-8", errors="replace")[-4000:] if path.exists() else ""

    def start(self, name: str) -> Running:
        """One more process of this line, with a PORT of its own."""
        port = free_port()
        made = Running(name, self._popen(lines()[name], PORT=str(port)), port)
        self.running.append(made)
        return made

    async def release(self) -> None:
        """The line that comes first, to its end."""
        process = self._popen(lines()["release"])
        await until(lambda: process.poll() is not None, lambda: f"the end of « release »: {self.log}")
        assert process.returncode == 0, self.log

    async def run(self, *args: str) -> tuple[int, str]:
        """Another command of the bot, in the same environment: its status, and what it says."""
        done = await asyncio.to_thread(
            subprocess.run, self._found(["atelier", *args]), env=self.env, cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout or done.stderr

    async def kill(self, one: Running) -> None:
        """Kill -9."""
        assert one.process.poll() is None, f"{one.name} ended by itself: {self.log}"
        one.process.send_signal(signal.SIGKILL)
        await until(lambda: one.process.poll() is not None, "its end")
        self.running.remove(one)

    async def stop(self) -> list[int]:
        """SIGTERM to all; their statuses."""
        for one in self.running:
            one.process.terminate()
        for one in self.running:
            await until(lambda p=one.process: p.poll() is not None, lambda: f"a clean end: {self.log}")
        return [one.process.returncode for one in self.running]

    def end(self) -> None:
        """Whatever happened, nobody is left."""
        for one in self.running:
            if one.process.poll() is None:
                one.process.kill()
                one.process.wait()

    def _popen(self, words: list[str], **more: str) -> subprocess.Popen[bytes]:
        with (self.folder / "bot.log").open("ab") as log:
            return subprocess.Popen(
                self._found(words),
                env={**self.env, **more},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @staticmethod
    def _found(words: list[str]) -> list[str]:
        """The command of this very Python."""
        return [str(Path(sys.executable).parent / words[0]), *words[1:]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Router:
    """In front of the web processes: each connection to the next one that answers."""

    formation: Formation
    url: str = ""
    served: Counter[int] = field(default_factory=Counter)
    turn: int = 0

    async def route(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        webs = self.formation.of("web")
        for number in range(len(webs)):
            web = webs[(self.turn + number) % len(webs)]
            try:
                there, back = await asyncio.open_connection("127.0.0.1", web.port)
            except OSError:
                continue
            self.turn += number + 1
            self.served[web.pid] += 1
            await piped((reader, writer), (there, back))
            return
        writer.close()


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def piped(one: Ends, other: Ends) -> None:
    """Bytes both ways, until either ends."""

    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        target.close()

    await asyncio.gather(copy(one[0], other[1]), copy(other[0], one[1]))


@asynccontextmanager
async def routed(formation: Formation) -> AsyncIterator[Router]:
    """The router, on a port of its own."""
    router = Router(formation)
    server = await asyncio.start_server(router.route, "127.0.0.1", 0)
    router.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield router
    finally:
        server.close()


@asynccontextmanager
async def over_tls(world: World, folder: Path) -> AsyncIterator[Path]:
    """The server by https alone, its certificate of an authority that nobody knows: its path. `world.url` is the new address."""
    cert, key = await asyncio.to_thread(certificate, folder)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(cert, key)
    port = int(world.url.rpartition(":")[2])

    async def inside(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await piped((reader, writer), await asyncio.open_connection("127.0.0.1", port))

    server = await asyncio.start_server(inside, "127.0.0.1", 0, ssl=theirs)
    world.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield cert
    finally:
        server.close()


def listeners(world: World) -> int:
    """How many websockets are open now."""
    found = world.sockets  # type: ignore[attr-defined]
    assert isinstance(found, Sockets)
    return sum(not channel.closed for channel in found.open.values())


def base_env() -> dict[str, str]:
    """What the machine gives, and nothing of its own settings."""
    return {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR"}} | {"PYTHONPATH": str(ROOT)}
