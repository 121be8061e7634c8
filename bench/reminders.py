"""Reminders that fall due together, beside a stock APScheduler whose jobs are in SQLAlchemyJobStore on the same SQLite.

Theirs: a date job a reminder, whose function writes one row (what it is for). Ours: `ring`, which reads each request
again, checks that the task still waits, merges what one person gets, writes the message and the next reminder.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import update

from bench.tables import Table, ratio
from bench.town import SECRET, Town, built
from bot.ids import fresh_id
from handlers import reminding
from storage.engine import open_engine
from storage.tables import reminders
from storage.unit import Unit, Units
from storage.writer import Writer

PATIENCE = 60
SOON = timedelta(seconds=0.5)


def measured(folder: Path, sizes: tuple[int, ...]) -> Iterator[Table]:
    """How many a second, and how many were settled."""
    rows = []
    for size in sizes:
        done, spent = _ours(built(folder / f"rings{size}.db", max(size // 2, 1)), size)
        theirs, took = _theirs(folder / f"jobs{size}.db", size)
        ours_rate, their_rate = done / spent, theirs / took
        rows.append((size, f"{ours_rate:.0f}", f"{their_rate:.0f}", f"{theirs}/{size}", ratio(ours_rate, their_rate)))
    heads = ("rappels dus", "les nôtres /s", "APScheduler /s", "partis chez lui", "×")
    yield Table("Rappels échus ensemble", heads, rows)


def _ours(town: Town, size: int) -> tuple[int, float]:
    """The first `size` reminders of a database, all made due at once."""
    writer = Writer(Units(open_engine(town.url()), SECRET, fresh_id))
    now = datetime.now(UTC)
    writer.call(lambda unit: _all_due(unit, size, now))
    began, done = time.perf_counter(), 0
    while done < size and (settled := writer.call(lambda unit: reminding.ring(unit, now))):
        done += settled
    spent = time.perf_counter() - began
    writer.close()
    return done, spent


def _all_due(unit: Unit, size: int, now: datetime) -> None:
    connection = unit.reminders._connection  # noqa: SLF001 - a bench makes time pass by hand
    connection.execute(update(reminders).values(due=now + timedelta(days=1), planned=now + timedelta(days=1)))
    soon = update(reminders).where(reminders.c.id <= size)
    connection.execute(soon.values(due=now - timedelta(hours=1), planned=now - timedelta(hours=1)))


def fired(file: str) -> None:
    """What a job does: one row, durable."""
    with closing(sqlite3.connect(file, timeout=PATIENCE)) as database, database:
        database.execute("PRAGMA synchronous=FULL")
        database.execute("INSERT INTO sent VALUES (1)")


def _theirs(file: Path, size: int) -> tuple[int, float]:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE sent (one INTEGER)")
    store = SQLAlchemyJobStore(url=f"sqlite:///{file}", engine_options={"connect_args": {"timeout": PATIENCE}})
    scheduler = BackgroundScheduler(
        jobstores={"default": store}, executors={"default": ThreadPoolExecutor(1)}, timezone="UTC",
        job_defaults={"misfire_grace_time": None},
    )  # fmt: skip
    over = threading.Event()
    seen: list[object] = []
    scheduler.add_listener(lambda event: _count(seen, event, size, over), EVENT_JOB_EXECUTED)
    scheduler.start(paused=True)
    when = datetime.now(UTC) + SOON
    for _ in range(size):
        scheduler.add_job(fired, "date", run_date=when, args=(str(file),))
    began = time.perf_counter()
    scheduler.resume()
    over.wait(PATIENCE)
    spent = time.perf_counter() - began
    scheduler.shutdown(wait=False)
    return max(len(seen), 1), spent


def _count(seen: list[object], event: object, size: int, over: threading.Event) -> None:
    seen.append(event)
    if len(seen) >= size:
        over.set()
