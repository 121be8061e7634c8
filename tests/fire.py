"""The bot as it runs for people, under fire: real processes, a real database, a Slack that fails, people by signed HTTP."""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlencode

import httpx
import psycopg
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import Engine, make_url, text

from atelier.dossier import Dossier
from atelier.words import Reference
from bot.ids import fresh_id
from bot.sandbox.letters import letter
from storage.engine import open_engine
from storage.unit import Unit, Units
from tests.slack.person import FORM, SECRET
from tests.slack.samples import event, pressed, sample
from tests.slack.workspace import TOKEN, Workspace

ROOT = Path(__file__).parent.parent
KEY = "une clé pour les essais sous le feu"
REF = "ADT-2026-0001"
REVIEW = "CREVUE"
PATIENCE, NAP = 3000, 0.01
"""Looks before giving up, and seconds between two."""
LONG = "Le centre ancien perd ses habitants et ses commerces ; un logement sur cinq y est vacant."
ANSWERS: dict[str, str | tuple[str, ...]] = {
    "service_porteur": "DDT de la Meuse", "territoire": "Bar-le-Duc", "echelle": "quartier", "thematiques": ("habiter_mieux",),
    "objet": "Redonner un usage à la ville haute", "objectifs": LONG, "attendus_livrable": ("esquisse",),
    "ingenierie_locale": "Le chef de projet",
}  # fmt: skip
VALIDATION = "adequation_dispositif = Un centre ancien à réparer | adequation_competences = Habitat et commerce"
CSV = """identifiant;nom;fonction;organisme;role;portee;comptes;departement
camille;Camille Laurent;chargée de mission;DDT de la Meuse;SVC;dep:55;slack:UCAMILLE;55
ines;Inès Moreau;directrice;Ville de Bar-le-Duc;COLL;terr:55029;slack:UINES;55
hugo;Hugo Garnier;chargé d'aménagement;DREAL Grand Est;DREAL;dep:55;slack:UHUGO;57
nora;Nora Benali;instructrice;Bureau AD1;AD1I;;slack:UNORA;75
marc;Marc Olivier;chef de bureau;Bureau AD1;AD1V;;slack:UMARC;75
"""
CAMILLE, INES, HUGO, NORA, MARC = "UCAMILLE", "UINES", "UHUGO", "UNORA", "UMARC"
NUMBERS = count(1)
Blocks = list[dict[str, Any]]


def until(met: Callable[[], Any], what: str) -> Any:
    """Look again and again, a bounded number of times."""
    for _ in range(PATIENCE):
        found = met()
        if found:
            return found
        time.sleep(NAP)
    raise AssertionError(f"never came: {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Launcher:
    """fire_launcher.py, running."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "fire_launcher.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert self.process.stdout
        assert self.process.stdout.readline() == "0\n"

    def order(self, **order: Any) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


@dataclass
class Process:
    """One process of the bot."""

    launcher: Launcher
    pid: int
    log: Path
    port: int = 0
    status: int = -1

    @property
    def ended(self) -> bool:
        if self.status < 0:
            self.status = self.launcher.order(do="ended", pid=self.pid)
        return self.status >= 0

    def signal(self, number: int) -> None:
        """To this process alone, while it is ours to signal: a child not waited for keeps its number."""
        if not self.ended:
            os.kill(self.pid, number)

    def stop(self, number: int) -> None:
        self.signal(number)
        until(lambda: self.ended, f"the end of {self.pid}")


@dataclass
class Bot:
    """A database, and the processes of the bot on it."""

    launcher: Launcher
    slack: Workspace
    url: str
    folder: Path
    processes: list[Process] = field(default_factory=list)
    timeout: float = 20
    ports: list[int] = field(default_factory=list)
    _engine: Engine | None = None

    def __post_init__(self) -> None:
        self.home = self.url

    def env(self, port: int) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR"}}
        return {
            **kept, "DATABASE_URL": self.url, "ATELIER_SECRET_KEY": KEY, "ATELIER_REVIEW_CHANNEL": f"slack:{REVIEW}",
            "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{self.slack.url}/api/",
            "PORT": str(port or 8000), "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    def start(self, *args: str, port: int = 0, kill: dict[str, Any] | None = None) -> Process:
        log = self.folder / "bot.log"
        hour = str(self.hour) if self.hour.exists() else ""
        pid = self.launcher.order(
            do="start", args=args, env=self.env(port), log=str(log), kill=kill, timeout=self.timeout, hour=hour
        )
        made = Process(self.launcher, pid, log, port)
        self.processes.append(made)
        return made

    def run(self, *args: str) -> None:
        """A command to its end."""
        done = self.start(*args)
        until(lambda: done.ended, " ".join(args))
        assert done.status == 0, self.log

    def web(self, *, alone: bool = False, kill: dict[str, Any] | None = None) -> Process:
        """`atelier serve`, listening."""
        port = free_port()
        made = self.start("serve", *([] if alone else ["--no-worker"]), port=port, kill=kill)
        until(lambda: self._listens(made), f"port {port}: {self.log[-2000:]}")
        self.ports.append(port)
        return made

    def worker(self, kill: dict[str, Any] | None = None) -> Process:
        return self.start("work", kill=kill)

    def _listens(self, made: Process) -> bool:
        assert not made.ended, self.log[-3000:]
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", made.port)) == 0

    @property
    def log(self) -> str:
        path = self.folder / "bot.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def logged(self, words: str) -> int:
        return self.log.count(words)

    def stop(self, number: int = 15) -> None:
        """End every process."""
        for process in self.processes:
            process.signal(number)
        for process in self.processes:
            until(lambda p=process: p.ended, f"the end of {process.pid}: {self.log[-3000:]}")
        self.processes.clear()
        self.ports.clear()

    def close(self) -> None:
        self.stop(9)
        if self._engine is not None:
            self._engine.dispose()

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = open_engine(self.url)
        return self._engine

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        with Units(self.engine, KEY.encode(), fresh_id).begin() as unit:
            yield unit

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def dossier(self) -> Dossier:
        with self.unit() as unit:
            return unit.dossiers.get(Reference(REF))

    def waiting(self) -> int:
        return int(self.rows("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')")[0][0])

    def time_passes(self) -> None:
        """Leases held by the dead end, retries are due: what an hour does."""
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE lanes SET leased_until = NULL, not_before = NULL"))

    def buried(self, dead: Process) -> None:
        """What this one held is free: what a few minutes do. Whatever the living hold stays theirs."""
        with self.engine.begin() as connection:
            held = {"holder": f"{dead.pid}-%"}
            connection.execute(text("UPDATE lanes SET leased_until = NULL WHERE holder LIKE :holder"), held)
            connection.execute(text("DELETE FROM leases WHERE holder LIKE :holder"), held)

    @property
    def hour(self) -> Path:
        """Where the procedure's hour is told to every process, once `at` has set it."""
        return self.folder / "hour"

    def at(self, hour: datetime) -> None:
        """It is this hour for the procedure, until told otherwise."""
        new = self.folder / "hour.new"
        new.write_text(hour.isoformat(), encoding="ascii")
        new.replace(self.hour)

    def retries_are_due(self) -> None:
        """Only the places that wait for their next try: those being carried stay leased."""
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE lanes SET not_before = NULL WHERE leased_until IS NULL"))

    def carried(self) -> None:
        """Wait until the outbox is empty."""
        until(lambda: not self.waiting(), f"an empty outbox: {self.log[-3000:]}")

    def fingerprint(self) -> dict[str, Any]:
        """All that people decide or say, not what was received."""
        tables = (
            "people",
            "holdings",
            "accounts",
            "access",
            "dossiers",
            "dossier_members",
            "journal",
            "outbox",
            "files",
        )
        return {table: sorted(map(repr, self.rows(f"SELECT * FROM {table}"))) for table in tables}  # noqa: S608

    def who(self, account: str) -> Someone:
        return Someone(self, account)


@dataclass
class Someone:
    """A person at Slack's: signed requests, to whichever web process."""

    bot: Bot
    account: str

    @property
    def place(self) -> str:
        return f"D{self.account}"

    def send(
        self, body: str | bytes, kind: str, *, age: int = 0, secret: str = SECRET, port: int = 0, **headers: str
    ) -> httpx.Response:
        told = signed(body, kind, age=age, secret=secret, **headers)
        ports = self.bot.ports
        address = f"http://127.0.0.1:{port or ports[next(NUMBERS) % len(ports)]}/slack/events"
        return httpx.post(address, content=body, headers=told, timeout=40, trust_env=False)

    def trigger(self) -> str:
        return f"{self.account}.{next(NUMBERS)}"

    def hook(self, name: str) -> str:
        return f"{self.bot.slack.url}/hook/{name}"

    def command_payload(self, words: str) -> dict[str, Any]:
        trigger = self.trigger()
        return sample("real_slash_command") | {
            "command": "/atelier", "user_id": self.account, "text": words, "channel_id": self.place,
            "trigger_id": trigger, "response_url": self.hook(trigger),
        }  # fmt: skip

    def command(self, words: str, **more: Any) -> Blocks:
        """« /atelier … », and the blocks of its answer."""
        response = self.send(urlencode(self.command_payload(words)), FORM, **more)
        assert response.status_code == 200, response.text
        return list(response.json()["blocks"]) if response.text else []

    def click(self, value: str, post: str = "1.0", channel: str = "") -> dict[str, Any]:
        """The payload of a button."""
        trigger, place = self.trigger(), channel or self.place
        return pressed(
            value, user={"id": self.account}, channel={"id": place}, trigger_id=trigger, response_url=self.hook(trigger),
            container={"type": "message", "message_ts": post, "channel_id": place, "is_ephemeral": False},
        )  # fmt: skip

    def interact(self, payload: dict[str, Any], **more: Any) -> httpx.Response:
        return self.send(urlencode({"payload": json.dumps(payload)}), FORM, **more)

    def press(self, blocks: Blocks, label: str, **more: Any) -> httpx.Response:
        """The button that reads so, in these blocks."""
        response = self.interact(self.click(value_of(blocks, label)), **more)
        assert (response.status_code, response.text) == (200, "")
        return response

    def sent(self, view: dict[str, Any], given: dict[str, str | tuple[str, ...]]) -> dict[str, Any]:
        """The payload of a window, filled."""
        inputs = {b["block_id"]: b["element"]["type"] for b in view["blocks"] if b["type"] == "input"}
        values = {
            f"q.{name}": {"answer": _answer(inputs[f"q.{name}"], value)}
            for name, value in given.items() if f"q.{name}" in inputs
        }  # fmt: skip
        payload = sample("real_view_submission_modal")
        payload["view"] |= view | {"state": {"values": values}}
        return payload | {"user": {"id": self.account}, "trigger_id": self.trigger()}

    def fill(self, given: dict[str, str | tuple[str, ...]]) -> httpx.Response:
        """The window in front of them."""
        view = until(lambda: self.bot.slack.views.pop(self.account, None), f"a window for {self.account}")
        return self.interact(self.sent(view, given))

    def said(self, words: str, **more: Any) -> dict[str, Any]:
        number = next(NUMBERS)
        return event(user=self.account, channel=self.place, text=words, ts=f"1600000000.{number:06d}", **more)

    def say(self, words: str, **headers: str) -> httpx.Response:
        return self.send(json.dumps(self.said(words)), "application/json", **headers)

    def drop(self, name: str, content: bytes) -> httpx.Response:
        """A file, in the direct conversation."""
        url = f"{self.bot.slack.url}/files/{name}"
        self.bot.slack.files[name] = content
        shared = {"id": "F1", "name": name, "mimetype": "application/pdf", "url_private_download": url}
        payload = self.said("", subtype="file_share", files=[shared])
        return self.send(json.dumps(payload), "application/json")

    def reads(self, channel: str = "") -> list[str]:
        """Everything in a conversation, as text."""
        return [seen(m) for m in self.bot.slack.posts(channel or self.place)]

    def waits_for(self, words: str, channel: str = "") -> dict[str, Any]:
        """The last post that says this, once it is there."""
        where = channel or self.place
        found = lambda: next((m for m in reversed(self.bot.slack.posts(where)) if words in seen(m)), None)  # noqa: E731
        return dict(until(found, f"« {words} » in {where}: {self.reads(where)[-3:]} {self.bot.log[-2000:]}"))


def signed(body: str | bytes, kind: str, *, age: int = 0, secret: str = SECRET, **headers: str) -> dict[str, str]:
    stamp = str(int(time.time()) - age)
    words = body if isinstance(body, str) else body.decode(errors="replace")
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=words) or ""
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signature, "content-type": kind, **headers}


def seen(message: dict[str, Any]) -> str:
    """All the words of a post."""
    return message["text"] + "\n" + json.dumps(message.get("blocks", []), ensure_ascii=False)


def value_of(blocks: Blocks, label: str) -> str:
    """What the button that reads `label` carries."""
    buttons = {e["text"]["text"]: e["value"] for b in blocks for e in b.get("elements", []) if e["type"] == "button"}
    return str(buttons[label])


def _answer(kind: str, value: str | tuple[str, ...]) -> dict[str, Any]:
    match kind:
        case "static_select":
            return {"type": kind, "selected_option": {"value": value}}
        case "checkboxes" | "multi_static_select":
            return {"type": kind, "selected_options": [{"value": v} for v in value]}
        case "datepicker":
            return {"type": kind, "selected_date": value}
        case _:
            return {"type": kind, "value": value}


def prepared(bot: Bot) -> None:
    """The directory, from the command line."""
    bot.run("migrate")
    table = bot.folder / "annuaire.csv"
    table.write_text(CSV, encoding="utf-8")
    bot.run("annuaire", "importer", str(table))


def examined(bot: Bot) -> None:
    """A request filled by its service on Slack, letters and all, transmitted, taken in charge by Nora."""
    camille, nora = bot.who(CAMILLE), bot.who(NORA)
    camille.command("demande")
    first = camille.waits_for("Question 1 sur 16")
    camille.press(first["blocks"], "Tout remplir en une fois")
    filled = camille.fill(ANSWERS)
    assert filled.text == "", filled.text
    camille.waits_for("enregistré")
    camille.command(f"modifier_reponse {REF} dynamiques_territoire")
    bot.carried()
    camille.say(LONG)
    for field_ in ("courrier_engagement", "courrier_soutien"):
        camille.command(f"modifier_reponse {REF} {field_}")
        camille.drop(f"{field_}.pdf", letter("Fictif"))
        for words in ("1er octobre 2026", "Claude Martin", "Maire", "1"):
            camille.say(words)
    preview = camille.command(f"transmettre {REF} Trois réunions avec les élus de la ville")
    camille.press(preview, "Confirmer")
    nora.command(f"prendre {REF}")
    taken = nora.fill({"motif": ""})
    assert taken.text == "", taken.text
    bot.carried()


def previewed(bot: Bot) -> Blocks:
    """Marc's validation, waiting for « Confirmer »: the preview's blocks."""
    blocks = bot.who(MARC).command(f"valider {REF} {VALIDATION}")
    bot.carried()
    return blocks


def copied(base: Bot, folder: Path) -> Bot:
    """Another bot, on a copy of this one's database."""
    folder.mkdir(parents=True)
    if base.url.startswith("sqlite"):
        for path in base.folder.glob("atelier.db*"):
            shutil.copy(path, folder / path.name)
        return Bot(base.launcher, base.slack, f"sqlite:///{folder / 'atelier.db'}", folder)
    mine, theirs = f"fire{next(NUMBERS)}", make_url(base.url).database
    _beside(base.url, f"CREATE DATABASE {mine} TEMPLATE {theirs}")
    return Bot(base.launcher, base.slack, base.url.replace(f"/{theirs}?", f"/{mine}?"), folder)


def dropped(copy: Bot) -> None:
    """The end of a copy: its processes, its database."""
    copy.close()
    if copy.home.startswith("postgresql"):
        _beside(copy.home, f"DROP DATABASE {make_url(copy.home).database} WITH (FORCE)")


def _beside(url: str, statement: LiteralString) -> None:
    """Said to the server from its first database: none may be open that is copied or dropped."""
    with psycopg.connect(url.replace(f"/{make_url(url).database}?", "/postgres?"), autocommit=True) as connection:
        connection.execute(statement)


def board(folder: Path) -> Path:
    """Where a killed process's count of lines stays readable."""
    path = folder / f"board{next(NUMBERS)}"
    path.write_bytes(bytes(8))
    return path


def counted(path: Path) -> int:
    return int(struct.unpack("q", path.read_bytes())[0])


def ids(slack: Workspace) -> dict[str, list[str]]:
    """The outbox ids posted in each place, in order, copies included."""
    found: dict[str, list[str]] = defaultdict(list)
    for place, posts in slack.channels.items():
        for post in posts:
            if "metadata" in post:
                found[place].append(post["metadata"]["event_payload"]["outbox_id"])
    return found


def copies(slack: Workspace) -> int:
    """How many posts are there twice, recognised by their outbox id."""
    return sum(n - 1 for posted in ids(slack).values() for n in Counter(posted).values())


def out_of_order(bot: Bot) -> list[str]:
    """Places whose posts are not in the order their letters were written in, and letters posted nowhere."""
    rows = bot.rows("SELECT id, place, key, post, state FROM outbox ORDER BY seq")
    posted = ids(bot.slack)
    faults = [f"{id_} is {state}" for id_, _, _, _, state in rows if state != "posted"]
    channels = {f"atelier:{ref}": place for ref, place in bot.rows("SELECT ref, place FROM atelier_places")}
    written: dict[str, list[str]] = defaultdict(list)
    for id_, place, _, _, _ in rows:
        written[channels.get(place, place.replace("dm:", "D"))].append(id_)
    for place, wanted in written.items():
        first = list(dict.fromkeys(posted[place]))
        edits = {id_ for id_, _, key, _, _ in rows if key}
        lost = [id_ for id_ in wanted if id_ not in first and id_ not in edits]
        faults += [f"{id_} never came in {place}" for id_ in lost]
        if first != [id_ for id_ in wanted if id_ in first]:
            faults.append(f"{place} out of order")
    return faults
