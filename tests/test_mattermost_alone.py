"""The imitation as a test product: a process of its own, that the real installer and the real `atelier serve` are pointed at."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.people import CAMILLE
from tests.mattermost.__main__ import SALON, VERSIONS
from tests.mattermost.captured import capture
from tests.mattermost.visitor import Refused, Visitor
from tests.procfile import PATIENCE, ROOT, free_port

WRITTEN = re.compile(r"^([A-Z_]+)=(.+)$", re.MULTILINE)
PLAYED = ("access", "forged_kept", "down")
"""An access asked for and given, by window and button; a button forged by its reader; a server that stops."""
COMMAND = [sys.executable, "-c", "import sys; from bot.cli import main; sys.argv[0] = 'atelier'; main()"]


@dataclass
class Alone:
    """The server's process, what it printed, and the bot's."""

    folder: Path
    version: str
    told: dict[str, Any] = field(default_factory=dict)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("MATTERMOST_", "SLACK_", "ATELIER_"))}, "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{self.folder}/a.db", "ATELIER_SECRET_KEY": "0123456789abcdef-des-tests", "PORT": str(self.port),
            "ATELIER_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip

    def start(self) -> None:
        words = [sys.executable, "-m", "tests.mattermost", "--port", "0", "--version", self.version, "--json"]
        server = self._run(words, stdout=subprocess.PIPE)
        assert server.stdout is not None
        self.told = json.loads(server.stdout.readline())
        self.env |= {"MATTERMOST_URL": self.told["url"], "MATTERMOST_ADMIN_TOKEN": self.told["admin"]["token"]}

    def atelier(self, *args: str) -> tuple[int, str]:
        """A command of the bot: its status, and what it says."""
        done = subprocess.run([*COMMAND, *args], env=self.env, cwd=self.folder, capture_output=True, text=True, check=False)  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def install(self) -> str:
        """As an administrator does; what it wrote down goes into the bot's environment."""
        status, said = self.atelier("mattermost", "installer", "--equipe", self.told["team"]["name"])
        assert status == 0, said
        self.env |= dict(WRITTEN.findall(said))
        return said

    def serve(self) -> None:
        camille = self.told["people"][CAMILLE.account]["id"]
        self.env["ATELIER_ADMINS"] = f"mattermost:{camille}"
        with (self.folder / "bot.log").open("w") as log:
            self._run([*COMMAND, "serve"], stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while not self._listening():
            assert self.processes[-1].poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.2)

    def _listening(self) -> bool:
        try:
            ready = httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).is_success
        except httpx.TransportError:
            return False
        return ready and "websocket connected" in self.log

    @property
    def log(self) -> str:
        return (self.folder / "bot.log").read_text(encoding="utf-8")[-3000:]

    def _run(self, words: list[str], **more: Any) -> subprocess.Popen[str]:
        made = subprocess.Popen(words, env=self.env, cwd=ROOT if "tests.mattermost" in words else self.folder, text=True, **more)  # fmt: skip
        self.processes.append(made)
        return made

    def stop(self) -> list[int]:
        """The bot first, then the server: their statuses."""
        statuses = []
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            statuses.append(process.wait(PATIENCE))
            if process.stdout is not None:
                process.stdout.close()
        self.processes.clear()
        return statuses

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture(params=VERSIONS)
def alone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Alone]:
    made = Alone(tmp_path, request.param)
    try:
        made.start()
        yield made
    finally:
        made.end()


@asynccontextmanager
async def visiting(alone: Alone, account: str) -> AsyncIterator[Visitor]:
    """Somebody of the town, and the bot that the installer made."""
    visitor = Visitor(alone.told["url"], alone.told["people"][account]["token"], alone.told["team"]["id"])
    visitor.bot = visitor.ask("GET", "/users/username/atelier-flash")["id"]
    try:
        yield await visitor.arrive()
    finally:
        await visitor.leave()


def test_the_real_installer_and_the_real_bot_are_pointed_at_it(alone: Alone) -> None:
    assert "est créé" in alone.install()
    assert "existe et appelle le robot" in alone.install(), "run again, it changes nothing"
    assert alone.atelier("migrate")[0] == 0
    alone.serve()
    status, said = alone.atelier("doctor")
    assert status in {0, 1}, said
    assert f"Le serveur est en version {alone.told['version']}" in said
    assert "Mattermost appelle bien le robot" in said
    asyncio.run(_day(alone))
    assert alone.stop() == [0, 0], "the bot sent nothing that no capture shows"


async def _day(alone: Alone) -> None:
    """A command, a button, a dialog at fault then sent, words written to the bot: each answered over HTTP or the socket."""
    async with visiting(alone, CAMILLE.account) as camille, visiting(alone, "ddt57") as yann:
        shown = await yann.command("aide")
        assert "annuaire" in shown["text"]
        whisper = await yann.until(lambda: yann.whispers, "the answer")
        assert shape(whisper[0]).keys() == shape(_whispered()).keys()
        await yann.press("Demander l'accès")
        dialog = await yann.until(lambda: yann.dialog, "the dialog")
        assert set(dialog) == {"trigger_id", "url", "dialog"}
        names = [e["name"] for e in dialog["dialog"]["elements"]]
        told = await yann.fill()
        assert told.get("errors") or told.get("error"), "nothing was filled"
        given = {e["name"]: _answer(e) for e in dialog["dialog"]["elements"]} | {"departement": "57"}
        assert await yann.fill(**given) in ({}, {"errors": None}), names
        await camille.until(lambda: "Yann" in _everything(camille), "the request, to the administrator")
        camille.say("aide")
        await camille.until(lambda: "demande" in camille.read(), "the help, by the socket")
        with pytest.raises(Refused, match="404"):
            await camille.act(
                "POST", "/commands/execute", json={"channel_id": camille.direct, "command": "/autre", "team_id": ""}
            )
        salon = alone.told["channels"][SALON]
        before = len(camille.screen(salon))
        camille.say("Bonjour à tous", salon)
        assert len(camille.screen(salon)) == before + 1


def _answer(element: dict[str, Any]) -> str:
    options = element.get("options") or []
    return str(options[0]["value"]) if options else "Yann Keller, chargé de mission"


def _everything(visitor: Visitor) -> str:
    return "\n".join(json.dumps(post, ensure_ascii=False) for post in visitor.screen())


def _whispered() -> dict[str, Any]:
    told = json.loads(capture("slash_command_ws_ephemeral_message_to_user")["data"]["post"])
    assert isinstance(told, dict)
    return told


def shape(value: dict[str, Any]) -> dict[str, str]:
    return {name: type(inner).__name__ for name, inner in value.items()}


def test_a_bot_that_sends_what_no_capture_shows_is_told(alone: Alone) -> None:
    """The server is a test: it ends with 1, and says what was strange."""
    alone.install()
    robot = {"Authorization": f"Bearer {alone.env['MATTERMOST_TOKEN']}"}
    salon = alone.env["ATELIER_REVIEW_CHANNEL"].partition(":")[2]
    strange = {"channel_id": salon, "message": "x", "invented": 1}
    answer = httpx.post(f"{alone.told['url']}/api/v4/posts", json=strange, headers=robot)
    assert answer.status_code == 201
    assert alone.stop() == [1]


def test_what_differs_between_the_two_versions(alone: Alone) -> None:
    """Fact 29: the props of a post, 8 000 runes on 5.37 and a hundred times more in 11.4."""
    alone.install()
    robot = {"Authorization": f"Bearer {alone.env['MATTERMOST_TOKEN']}"}
    salon = alone.env["ATELIER_REVIEW_CHANNEL"].partition(":")[2]
    long = {"channel_id": salon, "message": "", "props": {"attachments": [{"text": "x" * 20_000}]}}
    answer = httpx.post(f"{alone.told['url']}/api/v4/posts", json=long, headers=robot)
    assert answer.status_code == (400 if alone.version == "5.37" else 201)


def test_the_conformance_suite_is_played_on_a_server_known_by_its_address(tmp_path: Path) -> None:
    """As on a real one: two features, and one that asks to break the server, which is not done to somebody else's."""
    alone = Alone(tmp_path, "5.37")
    try:
        alone.start()
        words = [
            sys.executable,
            "-m",
            "tests.conformance",
            "--serveur",
            alone.told["url"],
            "--par",
            "--sondes",
            *PLAYED,
        ]
        done = subprocess.run(words, env=alone.env, cwd=ROOT, capture_output=True, text=True, check=False)
        told = [line for line in done.stdout.splitlines() if line[:1] in "✓✗"]
        assert (done.returncode, len(told)) == (0, len(PLAYED)), done.stdout[-3000:] + done.stderr[-3000:]
        assert [("non joué" in line) for line in told] == [False, False, True]
        assert all(line.startswith("✓") for line in told)
        assert alone.stop() == [0]
    finally:
        alone.end()


def test_it_prints_the_town_for_people(tmp_path: Path) -> None:
    server = subprocess.Popen([sys.executable, "-m", "tests.mattermost", "--port", "0"], cwd=ROOT, text=True, stdout=subprocess.PIPE)  # fmt: skip
    assert server.stdout is not None
    try:
        first = [server.stdout.readline() for _ in range(5)]
    finally:
        server.terminate()
        server.communicate()
    assert first[0].startswith("MATTERMOST_URL=http://127.0.0.1:")
    assert "Camille Laurent" in first[4]
    assert server.returncode == 0
