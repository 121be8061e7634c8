"""The bot as people run it: a process started, driven over HTTP, killed, started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent
PATIENCE = 600
"""Seconds to wait for the page at most: the whole story is played first, on a machine that may be very busy."""
ANSWER = 120
"""Seconds for one answer at most, for the same reason."""
WEEKS, LONGEST_BREAK = 3, 5
"""Weeks that hold a reminder of what is late (ten working days), then the days off in a row that may hold it back."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demo:
    """`atelier demo` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder.with_suffix(".log")

    def start(self) -> httpx.Client:
        code = "import sys; from bot.cli import main; sys.argv[0] = 'atelier'; main()"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, "demo", "--dossier", str(self.folder), "--port", str(self.port)],
                cwd=self.folder.parent, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log,
            )  # fmt: skip
        url = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/revision", timeout=ANSWER)
            except httpx.TransportError:
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                time.sleep(0.2)
            else:
                return httpx.Client(base_url=url, follow_redirects=True, timeout=ANSWER)
        raise AssertionError("the page did not come up")

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path / "demo")
    yield made
    made.kill()


def said(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page))


def test_the_demo_is_driven_over_http_killed_and_comes_back(demo: Demo) -> None:
    with demo.start() as http:
        page = http.get("/", params={"qui": "ddt55"})
        assert page.status_code == 200
        assert re.search(r"ADT-\d{4}-0003", said(page.text)), "the story was played first"
        clock = datetime.fromisoformat(re.search(r'id="heure" data-live datetime="([^"]+)"', page.text)[1])
        behind = datetime.now(UTC).date() - clock.date()
        assert timedelta(0) <= behind <= timedelta(days=1), "the page is of today (or midnight has just passed)"
        sent = {"qui": "ddt84", "lieu": "dm:ddt84"}
        http.post("/dire", data={**sent, "texte": "/atelier demande"})
        http.post("/dire", data={**sent, "texte": "DDT de Vaucluse"})
        assert "Question 2 sur 16" in said(http.get("/", params={"qui": "ddt84"}).text)
    demo.kill()
    with demo.start() as http:
        assert "Question 2 sur 16" in said(http.get("/", params={"qui": "ddt84"}).text)
        http.post("/dire", data={**sent, "texte": "Cavaillon"})
        after = said(http.get("/", params={"qui": "ddt84"}).text)
        assert "Question 3 sur 16" in after
        assert re.search(r"une autre demande concerne le même territoire \(ADT-\d{4}-0002\)", after)


def test_the_clock_jumps_and_deadlines_ring_on_the_page(demo: Demo) -> None:
    with demo.start() as http:
        before = late(http)
        for _ in range(WEEKS):
            jumped(http, "semaine")
        for _ in range(LONGEST_BREAK):
            if late(http) > before:
                return
            jumped(http, "jour")
        assert late(http) > before, "nothing rang on the page"


def late(http: httpx.Client) -> int:
    """How many times Nora was told that something is late."""
    return said(http.get("/", params={"qui": "ad1-instruction"}).text).count("dépassée depuis le")


def jumped(http: httpx.Client, step: str) -> None:
    """The page's clock jumps."""
    answer = http.post("/horloge", data={"qui": "ad1-instruction", "lieu": "dm:ad1-instruction", "pas": step})
    assert answer.status_code == 200
