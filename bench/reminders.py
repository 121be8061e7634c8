"""Reminders that wait, one in a hundred due, beside a stock APScheduler whose jobs are in SQLAlchemyJobStore on SQLite.

Ours is what the bot does in production, through its writer: each request is read again, who owes the task found again,
what one person gets merged, the message written in the outbox, and the next reminder; some two hundred a transaction, whose
longest is told: people wait for it. Theirs is stock: a date job a reminder, whose function writes one row (what it is for)
durably, which costs two commits each, one of them APScheduler's own. An idle tick is one that finds nothing due.
"""

from __future__ import annotations

import pickle
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.util import datetime_to_utc_timestamp
from sqlalchemy import func, insert, select

from bench.tables import Table, ratio
from bench.town import SECRET, Town, built
from bot.ids import fresh_id
from bot.serving import lasting
from handlers import reminding
from storage.engine import open_engine
from storage.tables import reminders
from storage.unit import Unit, Units
from storage.writer import Writer

PATIENCE = 60
ONE_IN = 100
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)
IDLE = 50
"""Idle ticks whose median is told."""
AT_ONCE = 10_000


def measured(folder: Path, sizes: tuple[int, ...]) -> Iterator[Table]:
    """Milliseconds to settle what is due, and of an idle tick."""
    rows = []
    lasting()  # as the bot does when it starts: nobody pays for looking again at what was built then
    for size in sizes:
        due = size // ONE_IN
        spent, held, idle = _ours(built(folder / f"rings{size}.db", due), size)
        took, theirs = _theirs(folder / f"jobs{size}.db", size)
        told = (f"{spent:.0f}", f"{held:.0f}", f"{took:.0f}", ratio(took, spent), f"{idle:.2f}", f"{theirs:.2f}")
        rows.append((size, due, *told))
    heads = (
        "rappels en attente",
        "dus",
        "les nôtres, dus",
        "écrivain tenu, au plus",
        "APScheduler, dus",
        "×",
        "nôtre, à vide",
        "APScheduler, à vide",
    )
    yield Table("Rappels (millisecondes)", heads, rows)


def _timed(move: object) -> float:
    began = time.perf_counter()
    assert callable(move)
    move()
    return (time.perf_counter() - began) * 1000


def _ours(town: Town, size: int) -> tuple[float, float, float]:
    """One reminder a request due an hour ago, all the others in a month."""
    writer = Writer(Units(open_engine(town.url()), SECRET, fresh_id))
    now = writer.call(_first) + HOUR
    writer.call(lambda unit: _others(unit, size - town.count, now + MONTH))
    before = writer.call(lambda unit: unit.reminders.awaiting(now))
    if sum(one.count for one in before) != town.count:
        raise AssertionError(f"{before} are not {town.count}")
    settled: list[int] = []

    def ring() -> None:
        settled.append(writer.call(lambda unit: reminding.ring(unit, now)))

    held = [_timed(ring)]
    while settled[-1]:
        held.append(_timed(ring))
    if sum(settled) != town.count:
        raise AssertionError(f"{sum(settled)} of {town.count} settled")
    idle = median(_timed(ring) for _ in range(IDLE))
    writer.close()
    return sum(held), max(held), idle


def _first(unit: Unit) -> datetime:
    """When the first reminder of every request falls due: at nine, in their hours of work."""
    return unit.reminders._connection.execute(select(func.min(reminders.c.due))).scalar_one()  # noqa: SLF001 - a bench


def _others(unit: Unit, count: int, when: datetime) -> None:
    connection = unit.reminders._connection  # noqa: SLF001 - a bench makes them by the thousand
    for start in range(0, count, AT_ONCE):
        rows = [
            {
                "ref": f"ADT-2025-{n:06d}", "rule": "CIBLE_COMPLEMENT", "generation": 1, "kind": "avant", "ordinal": 2,
                "recipient": "usvc55", "planned": when, "due": when, "escalates": False, "state": "waiting",
            }
            for n in range(start, min(start + AT_ONCE, count))
        ]  # fmt: skip
        connection.execute(insert(reminders), rows)


def fired(file: str) -> None:
    """What a job does: one row, durable."""
    with closing(sqlite3.connect(file, timeout=PATIENCE)) as database, database:
        database.execute("PRAGMA synchronous=FULL")
        database.execute("INSERT INTO sent VALUES (1)")


def _theirs(file: Path, size: int) -> tuple[float, float]:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE sent (one INTEGER)")
    store = SQLAlchemyJobStore(url=f"sqlite:///{file}", engine_options={"connect_args": {"timeout": PATIENCE}})
    scheduler = BackgroundScheduler(
        jobstores={"default": store}, executors={"default": ThreadPoolExecutor(1)}, timezone="UTC",
        job_defaults={"misfire_grace_time": None},
    )  # fmt: skip
    over, seen = threading.Event(), []
    due = size // ONE_IN

    def count(event: object) -> None:
        seen.append(event)
        if len(seen) >= due:
            over.set()

    scheduler.add_listener(count, EVENT_JOB_EXECUTED)
    scheduler.start(paused=True)
    _jobs(scheduler, store, file, size)
    spent = _timed(lambda: (scheduler.resume(), over.wait(PATIENCE)))
    if len(seen) != due:
        raise AssertionError(f"{len(seen)} of {due} jobs executed")
    scheduler.pause()
    scheduler._process_jobs()  # noqa: SLF001 - what it does when it wakes up
    scheduler.resume()
    idle = median(_timed(scheduler._process_jobs) for _ in range(IDLE))  # noqa: SLF001
    scheduler.shutdown(wait=False)
    return spent, idle


def _jobs(scheduler: BackgroundScheduler, store: SQLAlchemyJobStore, file: Path, size: int) -> None:
    """Jobs as `add_job` stores them, written together: one by one, each is a commit."""
    now = datetime.now(UTC)
    model = scheduler.add_job(fired, "date", run_date=now + MONTH, args=(str(file),))
    state = model.__getstate__()
    store.remove_job(model.id)
    due = size // ONE_IN
    with store.engine.begin() as connection:
        for start in range(0, size, AT_ONCE):
            rows = []
            for n in range(start, min(start + AT_ONCE, size)):
                when = now - HOUR if n < due else now + MONTH
                one = {**state, "id": f"{n}", "trigger": DateTrigger(when, "UTC"), "next_run_time": when}
                told = pickle.dumps(one, pickle.HIGHEST_PROTOCOL)
                rows.append({"id": f"{n}", "next_run_time": datetime_to_utc_timestamp(when), "job_state": told})
            connection.execute(store.jobs_t.insert(), rows)
