"""A year of ateliers, lived in a few minutes: how many messages each person gets a working day. `python -m bench.year`."""

from __future__ import annotations

import argparse
import asyncio
import heapq
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import structlog

from atelier.calendar import is_working_day, next_working_day
from atelier.labels import STATES
from atelier.words import State
from bench.tables import Table
from bench.year_life import Life
from bench.year_town import TOWNS, Bot, built
from chat.language import load

START = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
HOURS = (7, 8, 10, 13, 15)
"""UTC: nine in Paris in summer and winter, then a few times a day."""
PLACES = [f"{n:02d}" for n in range(1, 96) if n not in {20, 75, 78, 91, 92, 93, 94, 95}]
AIM = 1.5
ROLES = {"svc": "service", "sign": "signataire", "coll": "collectivité", "maire": "maire", "dreal": "DREAL", "ad1": "bureau AD1", "mand": "mandataire"}  # fmt: skip


async def lived(bot: Bot, ateliers: int, days: int, seed: int) -> None:
    """Open the requests evenly over the first eight months, live them all, tick several times a day."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    heap: list[tuple[datetime, int, AsyncIterator[float]]] = []
    for number, place in zip(range(ateliers), bot.places, strict=False):
        at = START + timedelta(days=number * 240 / ateliers)
        heapq.heappush(heap, (_worked(at), number, Life(bot, place, number, chance).lived()))
    end = START + timedelta(days=days)
    for tick in _ticks(end):
        while heap and heap[0][0] <= tick:
            at, number, life = heapq.heappop(heap)
            _to(bot, at)
            wait = await anext(life, None)
            if wait is not None:
                heapq.heappush(heap, (_worked(bot.clock.now() + timedelta(days=wait, minutes=number)), number, life))
        _to(bot, tick)
        await bot.tick()


def _ticks(end: datetime) -> Iterator[datetime]:
    day = START.date()
    while day < end.date():
        yield from (datetime(day.year, day.month, day.day, hour, 0, 30, tzinfo=UTC) for hour in HOURS)
        day += timedelta(days=1)


def _worked(at: datetime) -> datetime:
    """The same hour, some time of a working day."""
    day = next_working_day(at.date(), "75")
    return datetime(day.year, day.month, day.day, 8 + at.minute % 7, at.minute, tzinfo=UTC)


def _to(bot: Bot, at: datetime) -> None:
    if at > bot.clock.now():
        bot.clock.jump(at - bot.clock.now())


def report(bot: Bot, days: int) -> Iterator[Table]:
    """By role: messages a person a working day, and how they are spread."""
    worked = [d for n in range(days) if is_working_day(d := START.date() + timedelta(days=n), "75")]
    by_day: dict[str, Counter[date]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for (place, day, kind), count in bot.platform.sent.items():
        if place.startswith("dm:"):
            by_day[place.removeprefix("dm:")][day] += count
            kinds[_role(place.removeprefix("dm:"))][kind] += count
    times = Counter(place.removeprefix("dm:") for place, _ in bot.platform.rang if place.startswith("dm:"))
    rows, every = [], []
    for code, label in ROLES.items():
        mine = {who: found for who, found in by_day.items() if _role(who) == code}
        if mine:
            means = [sum(found.values()) / len(worked) for found in mine.values()]
            every += means
            often = max(times[who] for who in mine) / len(worked)
            rows.append(_row(label, mine, means, kinds[code], worked, often=often))
    heads = (
        "qui",
        "personnes",
        "par jour ouvré",
        "au plus",
        "sonneries, au plus",
        "rappels",
        "annonces",
        "cartes",
        "jours sans rien",
        "jour le plus chargé",
    )
    yield Table("Messages par personne et par jour ouvré", heads, rows)
    spread = Counter(min(by_day[who][day], 6) for who in by_day for day in worked)
    total = sum(spread.values())
    cells = [(f"{n}" if n < 6 else "6 et plus", spread[n], f"{100 * spread[n] / total:.2f} %") for n in range(7)]
    yield Table("Répartition des jours ouvrés", ("messages dans la journée", "jours × personnes", "part"), cells)
    off = sum(c for found in by_day.values() for d, c in found.items() if not is_working_day(d, "75"))
    mean = sum(every) / len(every)
    yield Table(
        "Objectif",
        ("moyenne", "visée", "atteinte", "un jour non ouvré"),
        [(f"{mean:.2f}", AIM, "oui" if mean <= AIM else "non", off)],
    )


def states(bot: Bot) -> Table:
    """Where the dossiers are at the end: the bench measures a life that was lived."""
    found = bot.app.writer.call(lambda unit: Counter(STATES[d.state] for d in unit.dossiers.every(tuple(State))))
    return Table("Où en sont les dossiers", ("état", "dossiers"), found.most_common())


def _row(
    label: str,
    mine: dict[str, Counter[date]],
    means: list[float],
    kinds: Counter[str],
    worked: list[date],
    *,
    often: float,
) -> tuple[object, ...]:
    quiet = sum(found[day] == 0 for found in mine.values() for day in worked) / (len(mine) * len(worked))
    busiest = max(max(found.values()) for found in mine.values())
    return (
        label, len(mine), f"{sum(means) / len(means):.2f}", f"{max(means):.2f}", f"{often:.2f}", kinds["rappels"],
        kinds["annonces"], kinds["cartes"], f"{100 * quiet:.0f} %", busiest,
    )  # fmt: skip


def _role(who: str) -> str:
    return next(code for code in ROLES if who.startswith(code))


def main() -> None:
    """Live it and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__)
    parser.add_argument("--ateliers", type=int, default=100)
    parser.add_argument("--jours", type=int, default=365)
    parser.add_argument("--graine", type=int, default=1)
    args = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="atelier-year-") as folder:
        bot = built(Path(folder), START, PLACES[: -(-args.ateliers // TOWNS)], load())
        asyncio.run(lived(bot, args.ateliers, args.jours, args.graine))
        for table in report(bot, args.jours):
            print(table.text(), flush=True)
        print(states(bot).text(), flush=True)
        bot.app.close()
    print(f"{args.ateliers} ateliers, {args.jours} jours vécus en {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
