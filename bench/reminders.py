"""Reminders that wait, one in a hundred due, beside a stock APScheduler whose jobs are in SQLAlchemyJobStore on SQLite.

Ours is what the bot does in production, through its writer: each request is read again, who owes the task found again,
what one person gets merged, the message written in the outbox, and the next reminder; some two hundred a transaction, whose
longest is told: people wait for it. Theirs is stock (`stock.py`), twice: with jobs that do the same, unmerged, each in a
transaction of its own, and with jobs that write but one row. An idle tick is one that finds nothing due.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from statistics import median

from sqlalchemy import func, insert, select

from bench import stock
from bench.tables import Table, ratio, timed
from bench.town import SECRET, Town, built
from bot.ids import fresh_id
from bot.serving import lasting
from handlers import reminding
from storage.engine import open_engine
from storage.tables import reminders
from storage.unit import Unit, Units
from storage.writer import Writer

ONE_IN = 100


def measured(folder: Path, sizes: tuple[int, ...]) -> Iterator[Table]:
    """Milliseconds to settle what is due, and of an idle tick."""
    rows = []
    lasting()  # as the bot does when it starts: nobody pays for looking again at what was built then
    for size in sizes:
        due = size // ONE_IN
        spent, held, idle = _ours(built(folder / f"rings{size}.db", due), size)
        took, theirs = _row_each(folder / f"jobs{size}.db", size)
        told = _message_each(built(folder / f"told{size}.db", due), size)
        said = (f"{spent:.0f}", f"{held:.0f}", f"{told:.0f}", ratio(told, spent), f"{took:.0f}", ratio(took, spent))
        rows.append((size, due, *said, f"{idle:.2f}", f"{theirs:.2f}"))
    heads = (
        "rappels en attente",
        "dus",
        "les nôtres, dus",
        "écrivain tenu, au plus",
        "APScheduler, même travail",
        "×",
        "APScheduler, une ligne",
        "×",
        "nôtre, à vide",
        "APScheduler, à vide",
    )
    yield Table("Rappels (millisecondes)", heads, rows)


def _ours(town: Town, size: int) -> tuple[float, float, float]:
    """One reminder a request due an hour ago, all the others in a month."""
    writer = Writer(Units(open_engine(town.url()), SECRET, fresh_id))
    now = writer.call(_first) + stock.HOUR
    writer.call(lambda unit: _others(unit, size - town.count, now + stock.MONTH))
    before = writer.call(lambda unit: unit.reminders.awaiting(now))
    if sum(one.count for one in before) != town.count:
        raise AssertionError(f"{before} are not {town.count}")
    settled: list[int] = []

    def ring() -> None:
        settled.append(writer.call(lambda unit: reminding.ring(unit, now)))

    held = [timed(ring)]
    while settled[-1]:
        held.append(timed(ring))
    if sum(settled) != town.count:
        raise AssertionError(f"{sum(settled)} of {town.count} settled")
    idle = median(timed(ring) for _ in range(stock.IDLE))
    writer.close()
    return sum(held), max(held), idle


def _first(unit: Unit) -> datetime:
    """When the first reminder of every request falls due: at nine, in their hours of work."""
    return unit.reminders._connection.execute(select(func.min(reminders.c.due))).scalar_one()  # noqa: SLF001 - a bench


def _others(unit: Unit, count: int, when: datetime) -> None:
    connection = unit.reminders._connection  # noqa: SLF001 - a bench makes them by the thousand
    for start in range(0, count, stock.AT_ONCE):
        rows = [
            {
                "ref": f"ADT-2025-{n:06d}", "rule": "CIBLE_COMPLEMENT", "generation": 1, "kind": "avant", "ordinal": 2,
                "recipient": "usvc55", "planned": when, "due": when, "escalates": False, "state": "waiting",
            }
            for n in range(start, min(start + stock.AT_ONCE, count))
        ]  # fmt: skip
        connection.execute(insert(reminders), rows)


def _row_each(file: Path, size: int) -> tuple[float, float]:
    """Theirs, whose jobs write one row each."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE sent (one INTEGER)")
    return stock.run(file, size, stock.fired, [(str(file),)] * (size // ONE_IN))


def _message_each(town: Town, size: int) -> float:
    """Theirs, whose jobs send the same reminders as ours and plan the next, in the same database as their store."""
    writer = Writer(Units(open_engine(town.url()), SECRET, fresh_id))
    due = writer.call(_first) + stock.HOUR
    rows = writer.call(lambda unit: unit.reminders.due_to([one.recipient for one in unit.reminders.awaiting(due)], due))
    before = writer.call(lambda unit: unit.outbox.stats().waiting)
    file = str(town.file)
    stock.WRITERS[file] = writer
    spent, _ = stock.run(town.file, size, stock.told, [(file, row) for row in rows])
    put = writer.call(lambda unit: unit.outbox.stats().waiting) - before
    if put != town.count:
        raise AssertionError(f"{put} of {town.count} messages")
    del stock.WRITERS[file]
    writer.close()
    return spent
