"""Posts over TLS to many places: the outbox, each letter leased and settled, beside mattermostdriver used as its pages show.

The driver opens a connection a call and keeps nothing: killed midway, it does not know where it was.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mattermostdriver import Driver

from bench.processes import free_port, serving
from bench.tables import Table, ratio
from bench.town import SECRET, url
from bot import memory
from bot.clock import machine
from bot.mattermost.app import Config, MattermostRoom
from chat.cards import Address, Message
from chat.language import load
from chat.text import raw
from scheduler.delivery import Delivery
from storage.unit import Unit
from tests.mattermost.tls import certificate

TOKEN = "a token of the benches"  # noqa: S105 - the wall takes any
POSTS, PLACES = 500, 50
LIMITED_POSTS, LIMITED_PLACES = 200, 20
Post = tuple[str, str]


def measured(folder: Path) -> Iterator[Table]:
    """The rates; then the same outbox against the limit of ten a second: how much was refused, and that all arrived."""
    if shutil.which("openssl") is None:
        raise RuntimeError("openssl makes the certificate of this bench")
    cert, key = certificate(folder)
    posts = written(POSTS, PLACES)
    rates = {
        "mattermostdriver": _rate(folder, posts, (cert, key), _driven),
        "le robot": _rate(folder, posts, (cert, key), _carried),
    }
    base = rates["mattermostdriver"]
    rows = [(name, f"{rate:.0f}", ratio(rate, base)) for name, rate in rates.items()]
    yield Table(f"{POSTS} messages à {PLACES} endroits, en TLS", ("", "messages/s", "×"), rows)
    yield _limited(folder, (cert, key))


def _limited(folder: Path, tls: tuple[Path, Path]) -> Table:
    posts = written(LIMITED_POSTS, LIMITED_PLACES)
    with wall(folder, tls, limited=True) as (address, told):
        spent = _carried(folder / "limited.db", address, tls[0], posts)
        found = _seen(told)
    _whole(posts, found["seen"])
    heads = ("messages", "endroits", "refus (429)", "perdus", "doubles", "secondes")
    return Table("Au plafond de dix appels par seconde", heads, [(LIMITED_POSTS, LIMITED_PLACES, found["refused"], 0, 0, f"{spent:.1f}")])  # fmt: skip


def written(count: int, places: int) -> list[Post]:
    """Where and what, turn by turn."""
    return [(f"place{n % places}", f"message {n}") for n in range(count)]


def _rate(folder: Path, posts: list[Post], tls: tuple[Path, Path], how: Any) -> float:
    """Posts a second, all of them seen once and in order."""
    with wall(folder, tls, limited=False) as (address, told):
        spent = how(folder / "posting.db", address, tls[0], posts)
        _whole(posts, _seen(told)["seen"])
    return len(posts) / float(spent)


def _driven(_file: Path, address: str, cert: Path, posts: list[Post]) -> float:
    """mattermostdriver, as its documentation shows it."""
    host, _, port = address.removeprefix("https://").partition(":")
    driver = Driver({"scheme": "https", "url": host, "port": int(port), "token": TOKEN, "verify": str(cert)})
    driver.client.token = TOKEN
    began = time.perf_counter()
    for place, text in posts:
        driver.posts.create_post({"channel_id": place, "message": text})
    return time.perf_counter() - began


def _carried(file: Path, address: str, cert: Path, posts: list[Post]) -> float:
    """The outbox of a new database, carried by one worker."""
    os.environ["SSL_CERT_FILE"] = str(cert)
    memory.moved(url(file))
    writer = memory.opened(url(file), SECRET)
    writer.call(lambda unit: _put(unit, posts))
    room = MattermostRoom(Config(url=address, token=TOKEN, public_url=address), secret=SECRET, languages=load())
    delivery = Delivery(writer, {"mattermost": room.platform}, machine, machine, "bench")
    try:
        return asyncio.run(_emptied(delivery, room))
    finally:
        writer.close()


async def _emptied(delivery: Delivery, room: MattermostRoom) -> float:
    began = time.perf_counter()
    while True:
        await delivery.carry()
        if not await delivery.writer.run(lambda unit: unit.outbox.stats().waiting):
            break
        await asyncio.sleep(0.1)
    spent = time.perf_counter() - began
    await room.close()
    return spent


def _put(unit: Unit, posts: list[Post]) -> None:
    now = datetime.now(UTC)
    for place, text in posts:
        unit.outbox.put(Address(platform="mattermost", id=place), Message(text=raw(text)), due=now)


def _whole(posts: list[Post], seen: Mapping[str, list[str]]) -> None:
    """Raise AssertionError unless everything arrived once, in order in each place."""
    wanted: dict[str, list[str]] = {}
    for place, text in posts:
        wanted.setdefault(place, []).append(text)
    if wanted != seen:
        raise AssertionError("lost, doubled or out of order")


def _seen(told: str) -> dict[str, Any]:
    with urllib.request.urlopen(told, timeout=30) as answer:  # noqa: S310 - our own address
        return dict(json.loads(answer.read()))


@contextmanager
def wall(folder: Path, tls: tuple[Path, Path], *, limited: bool) -> Iterator[tuple[str, str]]:
    """The server: its address over TLS, and where it tells what it saw."""
    over_tls = free_port()
    args = (f"{over_tls}", f"{tls[0]}", f"{tls[1]}", "1" if limited else "0")
    with serving(folder / "wall.log", "bench.wall", None, *args) as port:
        yield f"https://localhost:{over_tls}", f"http://127.0.0.1:{port}/seen"
