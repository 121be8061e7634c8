"""Starts the bot's command line in processes that can be killed at a chosen line. Run as a program by fire.py.

Orders come as JSON lines on standard input: {"do": "start", "args": […], "env": {…}, "log": path, "kill": {…} or null}
answers the pid of a fresh process that runs `bot.cli.main` as `atelier` does; {"do": "ended", "pid": n} its status as
waitpid gives it, -1 while it runs.
The program is imported once, then forked: a round costs what it does, not its imports. At the end of the input every
process still there is killed, each by its pid.

`kill` holds `from` (a function, « file:name », from which lines count), and either `at` (« file:words of the line »,
killed on reaching that line, the `hit`-th time) or `line` (killed at the n-th line of our code, whatever the thread; 0 only counts), and
`board`, a file where the count stays readable after the death.
`hour`, when given, is a file that says the procedure's hour: whoever writes it makes time pass. A process's holder of
leases begins with its pid, so that what the dead held can be told from what the living hold.
"""

from __future__ import annotations

import contextlib
import json
import linecache
import mmap
import os
import signal
import struct
import sys
import threading
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from atelier.territories import Territories
from bot import app, cli, production
from bot.ids import fresh_id
from bot.slack import link

ROOT = Path(__file__).parent.parent
ROOMS = tuple(str(ROOT / room) + os.sep for room in ("handlers", "storage", "scheduler", "atelier", "bot", "chat"))
LOADED = Territories.load()
for named in ("bot/app.py", "scheduler/delivery.py"):
    linecache.getlines(str(ROOT / named))  # as imported: somebody may edit them while the rounds go on


class Loaded(Territories):
    """The list of territories, read once before the forks."""

    @classmethod
    def load(cls) -> Any:
        return LOADED


class Told:
    """The procedure's clock, as a file says it."""

    def __init__(self, hour: Path) -> None:
        self.hour = hour

    def now(self) -> datetime:
        return datetime.fromisoformat(self.hour.read_text(encoding="ascii"))


class Killer:
    """Kills this process with SIGKILL at its line."""

    def __init__(self, kill: dict[str, Any]) -> None:
        file, _, name = kill["from"].partition(":")
        self.begin = (str(ROOT / file), name)
        self.until = int(kill.get("line", 0))
        self.point = self._point(kill["at"]) if "at" in kill else None
        self.armed = False
        self.seen = 0
        self.hits = int(kill.get("hit", 1))
        with Path(kill["board"]).open("r+b") as board:
            self.board = mmap.mmap(board.fileno(), 8)

    @staticmethod
    def _point(at: str) -> tuple[str, int]:
        file, _, words = at.partition(":")
        lines = linecache.getlines(str(ROOT / file))
        [number] = [n for n, line in enumerate(lines, start=1) if words in line]
        return str(ROOT / file), number

    def watch(self) -> None:
        threading.settrace(self._called)
        sys.settrace(self._called)

    def _called(self, frame: Any, event: str, arg: object) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(ROOMS):
            return None
        if not self.armed:
            if (code.co_filename, code.co_name) != self.begin:
                return None
            self.armed = True
        return self._line(frame, event, arg)

    def _line(self, frame: Any, event: str, _arg: object) -> Any:
        if event == "line":
            self.seen += 1
            self.board[:8] = struct.pack("q", self.seen)
            if self.point == (frame.f_code.co_filename, frame.f_lineno):
                self.hits -= 1
            if not self.hits or (self.point is None and self.seen == self.until):
                os.kill(os.getpid(), signal.SIGKILL)
        return self._line


def child(order: dict[str, Any]) -> None:
    """Become `atelier …`."""
    with Path(order["log"]).open("ab") as log, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["atelier", *order["args"]]
    cli.Territories = Loaded  # type: ignore[misc]
    production.CARRY_EVERY = float(order.get("every", 0.1))
    app.fresh_id = lambda: f"{os.getpid()}-{fresh_id()}"  # type: ignore[assignment]
    if order.get("hour"):
        production.SystemClock = lambda: Told(Path(order["hour"]))  # type: ignore[assignment, misc]
        production.RING_EVERY = production.CHANNELS_EVERY = 0.2
    link.TIMEOUT = aiohttp.ClientTimeout(total=order.get("timeout", 20), connect=5)
    if order["kill"]:
        Killer(order["kill"]).watch()
    cli.main()


def started(order: dict[str, Any]) -> int:
    """The pid of a fresh process."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        child(order)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - the process ends here: its log is all that is left
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
            sys.stdout.flush()
        os._exit(status)


def main() -> None:
    alive: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "start":
            pid = started(order)
            alive.add(pid)
            told = pid
        else:
            ended, status = os.waitpid(order["pid"], os.WNOHANG)
            told = status if ended else -1
            alive.discard(ended)
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    sys.stdout.write("0\n")
    sys.stdout.flush()
    main()
