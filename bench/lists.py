"""`liste`, `file`, `échéances` and « /atelier » alone, by how many requests the database holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

from atelier.territories import Territories
from bench.tables import Table, ratio
from bench.town import PLATFORM, REGION, REVIEW, SECRET, Town, built
from bot.ids import fresh_id
from chat.cards import Address
from chat.talk import Asked
from handlers.desk import Desk
from handlers.here import Config
from storage.engine import open_engine
from storage.unit import Units
from storage.writer import Writer

TIMES = 7
ASKED = (
    ("liste, région", REGION, "liste"),
    ("liste, AD1", "UAD0", "liste"),
    ("liste + mot, AD1", "UAD0", "liste commune"),
    ("file, région", REGION, "file"),
    ("file, AD1", "UAD0", "file"),
    ("échéances, région", REGION, "echeances"),
    ("échéances, AD1", "UAD0", "echeances"),
    ("accueil, région", REGION, ""),
    ("accueil, AD1", "UAD0", ""),
    ("voir, AD1", "UAD0", "voir ADT-2026-00055"),
)
ANOTHER = count()


def measured(folder: Path, territories: Territories, sizes: tuple[int, ...]) -> Iterator[Table]:
    """Milliseconds of each, the commit included, in databases of several sizes."""
    found = [_asked(built(folder / f"town{size}.db", size, state=None), territories) for size in sizes]
    rows = [
        (name, *(f"{times[name]:.1f}" for times in found), ratio(found[-1][name], found[0][name])) for name, *_ in ASKED
    ]
    yield Table(
        "Listes et file (millisecondes, médiane)", ("commande", *(f"{size} demandes" for size in sizes), "×"), rows
    )


def _asked(town: Town, territories: Territories) -> dict[str, float]:
    writer = Writer(Units(open_engine(town.url()), SECRET, fresh_id))
    desk = Desk(writer, Config(review=Address(platform=PLATFORM, id=REVIEW), territories=territories))
    times = {name: median(_timed(lambda who=who, text=text: _ask(desk, who, text))) for name, who, text in ASKED}
    writer.close()
    return times


def _timed(move: Callable[[], None]) -> list[float]:
    spent = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        move()
        spent.append((time.perf_counter() - began) * 1000)
    return spent[1:]


def _ask(desk: Desk, who: str, text: str) -> None:
    sender = Address(platform=PLATFORM, id=who)
    place = Address(platform=PLATFORM, id=f"dm:{who}")
    event = Asked(sender=sender, place=place, id=f"{next(ANOTHER)}", direct=True, text=text)
    desk.writer.call(lambda unit: desk.handle(unit, event, datetime.now(UTC)))
