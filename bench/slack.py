"""A press that commits a decision, and « /atelier liste », over HTTP as Slack sends them, beside a Bolt that only acks.

The press is « Confirmer » on the preview of « Lever la demande de complément », by one of AD1: state, journal, deadlines, reminders, cards and messages
in one transaction of SQLite with `synchronous=FULL`, then the answer. The list is asked by an agent of a département.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from atelier.words import Do, State
from bench.processes import serving, told, used
from bench.server import SIGNING
from bench.tables import Table, ratio
from bench.town import SECRET, Town, built, examiner, place, ref
from bot.slack.press import Seals
from chat.cards import Token
from handlers.steps import CONFIRM
from storage.writer import SHARED
from tests.cases import in_state
from tests.slack.samples import pressed, sample

CLIENTS = (1, 20, 200)
WARM = 20
PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Size:
    """How long each measure lasts at most, and how many requests are there to press on at each number of clients."""

    seconds: float
    presses: tuple[int, ...]
    lists: tuple[int, ...]


QUICK = Size(1.5, (150, 400, 600), (200, 1000, 2500))
FULL = Size(4.0, (600, 1800, 3600), (800, 4000, 9000))
Measures = dict[str, dict[int, dict[str, object]]]


def measured(folder: Path, size: Size, api: str) -> Iterator[Table]:
    """The tables of both gestures: at each number of clients the three servers are measured one after another."""
    town = built(folder / "town.db", sum(size.presses) + WARM)
    copies = {"alone": town.copy("alone.db"), "group": town.copy("group.db")}
    with ExitStack() as up:
        ports = {"bare": up.enter_context(serving(folder / "bare.log", "bench.server", "bare", api))}
        for name, shared in (("alone", "1"), ("group", f"{SHARED}")):
            args = ("ours", copies[name].url(), api, shared)
            ports[name] = up.enter_context(serving(folder / f"{name}.log", "bench.server", *args))
        press = _served(folder, size.seconds, ports, {name: _presses(api) for name in ports}, size.presses)
        lists = _served(folder, size.seconds, ports, {name: _lists(api) for name in ports}, size.lists)
    for name, copy in copies.items():
        _all_kept(copy, press[name])
    yield _table("Un bouton qui décide", press)
    yield _table("/atelier liste", lists)


def _all_kept(town: Town, measures: dict[int, dict[str, object]]) -> None:
    """Every press that was answered is a decision in the database, and nothing else is."""
    taken = sum(int(str(m["count"])) for m in measures.values()) + WARM
    decided = town.states().get(State.EN_ECHANGE, 0)
    if decided != taken:
        raise AssertionError(f"{taken} presses answered, {decided} decisions kept")


def first_command(folder: Path, port: int, api: str) -> None:
    """One command, answered."""
    _sent(folder, port, 1, 10, islice(_lists(api), 1))


def _served(
    folder: Path, seconds: float, ports: dict[str, int], requests: dict[str, Iterator[str]], counts: tuple[int, ...]
) -> Measures:
    for name, port in ports.items():
        _sent(folder, port, 1, PATIENCE, islice(requests[name], WARM))
    found: Measures = {name: {} for name in ports}
    for clients, most in zip(CLIENTS, counts, strict=True):
        for name, port in ports.items():
            found[name][clients] = _sent(folder, port, clients, seconds, islice(requests[name], most))
    return found


def _sent(folder: Path, port: int, clients: int, seconds: float, requests: Iterator[str]) -> dict[str, object]:
    file = folder / "requests.json"
    file.write_text(json.dumps(list(requests)), encoding="utf-8")
    before = used(port)
    found = told("bench.client", str(port), str(clients), str(seconds), str(file))
    found["cpu"] = round((used(port) - before) / found["count"] * 1000, 2)
    if set(found["statuses"]) != {"200"}:
        raise AssertionError(f"not all answered 200: {found}")
    return dict(found)


def _presses(api: str) -> Iterator[str]:
    """Each request's button, pressed once, in AD1's channel."""
    seals, version = Seals.of(SECRET), in_state(State.A_COMPLETER).version
    for number in count(1):
        who = examiner(number)
        token = Token(act=CONFIRM, ref=ref(number), version=version, arg=Do.RETIRER_COMPLEMENT, who=who.lower())
        payload = pressed(seals.button(token, datetime.now(UTC)), user={"id": who})
        payload["actions"][0] |= {"action_id": "button.0", "action_ts": f"{number}.0"}
        payload["container"] |= {"channel_id": "CREV"}
        more = {"channel": {"id": "CREV", "name": "revue"}, "trigger_id": f"p{number}", "response_url": f"{api}hook"}
        yield _signed(urlencode({"payload": json.dumps(payload | more)}))


def _lists(api: str) -> Iterator[str]:
    for number in count(1):
        more = {"command": "/atelier", "text": "liste", "user_id": f"USVC{place(number)}", "response_url": f"{api}hook"}
        where = {"channel_id": "CANY", "trigger_id": f"l{number}"}
        yield _signed(urlencode(sample("real_slash_command") | more | where))


def _signed(body: str) -> str:
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SIGNING).generate_signature(timestamp=timestamp, body=body)
    return (
        "POST /slack/events HTTP/1.1\r\nHost: bot.test\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def _table(title: str, found: dict[str, dict[int, dict[str, object]]]) -> Table:
    heads = ("clients", "", "/s", "× Bolt", "p50", "p99", "processeur", "× Bolt")
    rows = []
    for clients in CLIENTS:
        bare = found["bare"][clients]
        for name, shown in (("bare", "Bolt nu"), ("alone", "seul"), ("group", "groupé")):
            one = found[name][clients]
            cost = ratio(bare["cpu"], one["cpu"])
            rows.append(
                (
                    clients,
                    shown,
                    one["rate"],
                    ratio(one["rate"], bare["rate"]),
                    one["p50"],
                    one["p99"],
                    one["cpu"],
                    cost,
                )
            )
    return Table(f"{title} (requêtes/s, millisecondes, millisecondes de processeur par requête)", heads, rows)
