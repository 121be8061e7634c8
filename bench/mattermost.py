"""The same two gestures as Mattermost sends them, beside a Starlette route that answers an empty object."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from atelier.words import Do, State
from bench.beside import WARM, Size, all_kept, served, table
from bench.processes import serving
from bench.server import COMMAND
from bench.tables import Table
from bench.town import REVIEW, SECRET, built, examiner, place, ref
from bot.mattermost.press import CONTEXT, Seals
from chat.cards import Token
from handlers.steps import CONFIRM
from storage.writer import SHARED
from tests.cases import in_state

PLATFORM = "mattermost"
SHOWN = {"plain": "Starlette nu", "alone": "seul", "group": "groupé"}


def measured(folder: Path, size: Size, api: str) -> Iterator[Table]:
    """The tables of both gestures, as for Slack."""
    town = built(folder / "mattermost.db", sum(size.presses) + WARM, platform=PLATFORM)
    copies = {"alone": town.copy("mattermost-alone.db"), "group": town.copy("mattermost-group.db")}
    with ExitStack() as up:
        ports = {"plain": up.enter_context(serving(folder / "plain.log", "bench.server", "plain"))}
        for name, shared in (("alone", "1"), ("group", f"{SHARED}")):
            args = ("ours", PLATFORM, copies[name].url(), api, shared)
            ports[name] = up.enter_context(serving(folder / f"{name}.log", "bench.server", *args))
        press = served(folder, size.seconds, ports, {name: _presses() for name in ports}, size.presses)
        lists = served(folder, size.seconds, ports, {name: _lists(api) for name in ports}, size.lists)
    for name, copy in copies.items():
        all_kept(copy, press[name])
    yield table("Mattermost : un bouton qui décide", press, SHOWN)
    yield table("Mattermost : /atelier liste", lists, SHOWN)


def _presses() -> Iterator[str]:
    """Each request's button, pressed once, in AD1's channel."""
    seals, version = Seals.of(SECRET), in_state(State.A_COMPLETER).version
    for number in count(1):
        who = examiner(number)
        token = Token(act=CONFIRM, ref=ref(number), version=version, arg=Do.RETIRER_COMPLEMENT, who=who.lower())
        payload = {
            "user_id": who, "user_name": "ad1", "channel_id": REVIEW, "channel_name": "revue", "team_id": "equipe",
            "team_domain": "atelier", "post_id": f"post{number}", "trigger_id": _trigger(who, number), "type": "button",
            "data_source": "", "context": {CONTEXT: seals.button(token, datetime.now(UTC), who)},
        }  # fmt: skip
        yield _asked("actions", "application/json", json.dumps(payload))


def _lists(api: str) -> Iterator[str]:
    for number in count(1):
        who = f"USVC{place(number)}"
        form = {
            "channel_id": "CANY", "channel_name": "general", "command": "/atelier", "response_url": f"{api}/hooks/1",
            "team_domain": "atelier", "team_id": "equipe", "text": "liste", "token": COMMAND,
            "trigger_id": _trigger(who, number), "user_id": who, "user_name": "svc",
        }  # fmt: skip
        yield _asked("commands", "application/x-www-form-urlencoded", urlencode(form))


def _trigger(who: str, number: int) -> str:
    return base64.b64encode(f"{number}:{who}:0:MEUCIQ==".encode()).decode()


def _asked(what: str, kind: str, body: str) -> str:
    return (
        f"POST /mattermost/{what} HTTP/1.1\r\nHost: bot.test\r\nContent-Type: {kind}\r\n"
        f"Authorization: Token {COMMAND}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
