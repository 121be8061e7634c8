"""A press that commits a decision, and « /atelier liste », over HTTP as Slack sends them, beside a Bolt that only acks.

The press is « Confirmer » on the preview of « Lever la demande de complément », by one of AD1: state, journal, deadlines, reminders, cards and messages
in one transaction of SQLite with `synchronous=FULL`, then the answer. The list is asked by an agent of a département.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from atelier.words import Do, State
from bench.beside import WARM, Size, all_kept, sent, served, table
from bench.processes import serving
from bench.server import SIGNING
from bench.tables import Table
from bench.town import REVIEW, SECRET, built, examiner, place, ref
from bot.slack.press import Seals
from chat.cards import Token
from handlers.steps import CONFIRM
from storage.writer import SHARED
from tests.cases import in_state
from tests.slack.samples import pressed, sample

SHOWN = {"bare": "Bolt nu", "alone": "seul", "group": "groupé"}


def measured(folder: Path, size: Size, api: str) -> Iterator[Table]:
    """The tables of both gestures: at each number of clients the three servers are measured one after another."""
    town = built(folder / "town.db", sum(size.presses) + WARM)
    copies = {"alone": town.copy("alone.db"), "group": town.copy("group.db")}
    with ExitStack() as up:
        ports = {"bare": up.enter_context(serving(folder / "bare.log", "bench.server", "bare", api))}
        for name, shared in (("alone", "1"), ("group", f"{SHARED}")):
            args = ("ours", "slack", copies[name].url(), api, shared)
            ports[name] = up.enter_context(serving(folder / f"{name}.log", "bench.server", *args))
        press = served(folder, size.seconds, ports, {name: _presses(api) for name in ports}, size.presses)
        lists = served(folder, size.seconds, ports, {name: _lists(api) for name in ports}, size.lists)
    for name, copy in copies.items():
        all_kept(copy, press[name])
    yield table("Un bouton qui décide", press, SHOWN)
    yield table("/atelier liste", lists, SHOWN)


def first_command(folder: Path, port: int, api: str) -> None:
    """One command, answered."""
    sent(folder, port, 1, 10, islice(_lists(api), 1))


def _presses(api: str) -> Iterator[str]:
    """Each request's button, pressed once, in AD1's channel."""
    seals, version = Seals.of(SECRET), in_state(State.A_COMPLETER).version
    for number in count(1):
        who = examiner(number)
        token = Token(act=CONFIRM, ref=ref(number), version=version, arg=Do.RETIRER_COMPLEMENT, who=who.lower())
        payload = pressed(seals.button(token, datetime.now(UTC)), user={"id": who})
        payload["actions"][0] |= {"action_id": "button.0", "action_ts": f"{number}.0"}
        payload["container"] |= {"channel_id": REVIEW}
        more = {
            "channel": {"id": REVIEW, "name": "revue"},
            "trigger_id": f"p{number}",
            "response_url": f"{api}/api/hook",
        }
        yield _signed(urlencode({"payload": json.dumps(payload | more)}))


def _lists(api: str) -> Iterator[str]:
    for number in count(1):
        more = {
            "command": "/atelier",
            "text": "liste",
            "user_id": f"USVC{place(number)}",
            "response_url": f"{api}/api/hook",
        }
        where = {"channel_id": "CANY", "trigger_id": f"l{number}"}
        yield _signed(urlencode(sample("real_slash_command") | more | where))


def _signed(body: str) -> str:
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SIGNING).generate_signature(timestamp=timestamp, body=body)
    return (
        "POST /slack/events HTTP/1.1\r\nHost: bot.test\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
