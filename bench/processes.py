"""Processes of the benches: started, waited for, ended by their own id; what they say goes to a file."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 30
GRACE = 15


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    log: Path, module: str, *args: str, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m module …`, ended at the end."""
    with log.open("ab") as out:
        process = subprocess.Popen([sys.executable, "-m", module, *args], stdout=out, stderr=out, env=env)  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def serving(log: Path, module: str, kind: str | None, *args: str) -> Iterator[int]:
    """The same for a server: its port, once it answers."""
    port = free_port()
    with running(log, module, *([kind] if kind else ()), str(port), *args) as process:
        until = time.monotonic() + PATIENCE
        while not up(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
            time.sleep(0.05)
        yield port


def told(module: str, *args: str) -> Any:
    """What `python -m module …` prints, read as JSON."""
    done = subprocess.run([sys.executable, "-m", module, *args], stdout=subprocess.PIPE, check=True)  # noqa: S603
    return json.loads(done.stdout)


def up(port: int) -> bool:
    """Whether a server answers."""
    try:
        used(port)
    except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError):
        return False
    return True


def used(port: int) -> float:
    """The seconds of processor that a server has used; 0 for one that does not say."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as told:
        text = told.read().decode()
    return float(text) if text.replace(".", "", 1).isdecimal() else 0.0
