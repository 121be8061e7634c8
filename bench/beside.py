"""Servers measured one beside another: the same requests, at each number of clients in turn, and the table of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from atelier.words import State
from bench.processes import told, used
from bench.tables import Table, ratio
from bench.town import Town

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


def served(
    folder: Path, seconds: float, ports: Mapping[str, int], requests: Mapping[str, Iterator[str]], counts: tuple[int, ...]
) -> Measures:  # fmt: skip
    """Each server warmed, then measured at each number of clients, one server after another."""
    for name, port in ports.items():
        sent(folder, port, 1, PATIENCE, islice(requests[name], WARM))
    found: Measures = {name: {} for name in ports}
    for clients, most in zip(CLIENTS, counts, strict=True):
        for name, port in ports.items():
            found[name][clients] = sent(folder, port, clients, seconds, islice(requests[name], most))
    return found


def sent(folder: Path, port: int, clients: int, seconds: float, requests: Iterator[str]) -> dict[str, object]:
    """One measure. Raises AssertionError when something is not answered 200."""
    file = folder / "requests.json"
    file.write_text(json.dumps(list(requests)), encoding="utf-8")
    before = used(port)
    found = told("bench.client", str(port), str(clients), str(seconds), str(file))
    found["cpu"] = round((used(port) - before) / found["count"] * 1000, 2)
    if set(found["statuses"]) != {"200"}:
        raise AssertionError(f"not all answered 200: {found}")
    return dict(found)


def all_kept(town: Town, measures: dict[int, dict[str, object]]) -> None:
    """Every press that was answered is a decision in the database, and nothing else is."""
    taken = sum(int(str(m["count"])) for m in measures.values()) + WARM
    decided = town.states().get(State.EN_ECHANGE, 0)
    if decided != taken:
        raise AssertionError(f"{taken} presses answered, {decided} decisions kept")


def table(title: str, found: Measures, shown: Mapping[str, str]) -> Table:
    """The measures as a table. `shown` names the servers; the first is what the others are compared with."""
    first, *_ = shown
    versus = f"× {shown[first]}"
    heads = ("clients", "", "/s", versus, "p50", "p99", "processeur", versus)
    rows = []
    for clients in CLIENTS:
        bare = found[first][clients]
        for name, label in shown.items():
            one = found[name][clients]
            cost = ratio(bare["cpu"], one["cpu"])
            rows.append((clients, label, one["rate"], ratio(one["rate"], bare["rate"]), one["p50"], one["p99"], one["cpu"], cost))  # fmt: skip
    return Table(f"{title} (requêtes/s, millisecondes, millisecondes de processeur par requête)", heads, rows)
