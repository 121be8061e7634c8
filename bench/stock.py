"""A stock APScheduler whose jobs are in SQLAlchemyJobStore on SQLite: a date job a reminder, run as its documentation says.

A job does one of two things. `fired` writes one row (what it is for), durable: as little as a job can. `told` does what a
reminder is for: in a transaction of its own it reads the request again, finds who owes the task, and writes the message in
the outbox; then it adds the job of the next reminder. Either way APScheduler takes the job out of its store in another commit.
"""

from __future__ import annotations

import pickle
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, repeat
from pathlib import Path
from statistics import median
from typing import Any

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.util import datetime_to_utc_timestamp

from atelier import rules
from atelier.rhythm import rings
from bench.tables import timed
from handlers import owing
from handlers.reminder_words import Line, message
from storage.letters import Written
from storage.reminders import Reminder
from storage.unit import Unit
from storage.writer import Writer

PATIENCE = 60
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)
IDLE = 50
"""Idle ticks whose median is told."""
AT_ONCE = 10_000
WRITERS: dict[str, Writer] = {}
SCHEDULERS: dict[str, BackgroundScheduler] = {}
"""What the jobs of this process write in, and are added to, by the file of both: a job keeps but a name."""
Args = tuple[object, ...]


def fired(file: str) -> None:
    """One row, durable."""
    with closing(sqlite3.connect(file, timeout=PATIENCE)) as database, database:
        database.execute("PRAGMA synchronous=FULL")
        database.execute("INSERT INTO sent VALUES (1)")


def told(file: str, row: Reminder) -> None:
    """The message of one reminder, in the outbox; then the job of the next one."""
    after = WRITERS[file].call(lambda unit: _tell(unit, row))
    SCHEDULERS[file].add_job(told, "date", run_date=after.due, args=(file, after))


def _tell(unit: Unit, row: Reminder) -> Reminder:
    """Put the message; returns the reminder that follows."""
    dossier = unit.dossiers.held({row.ref})[row.ref]
    about = (row.rule, row.generation)
    run = next(one for one in rules.running(dossier) if (one.rule, one.generation) == about)
    person, place = unit.people.get(row.recipient), unit.people.direct(row.recipient)
    owed = owing.owing(unit, dossier, run, row.due)
    if place is None or person.id not in {one.id for one in owed.people}:
        raise AssertionError(f"{row} is for nobody")
    ends = rules.due(run, dossier)
    line = Line(row, dossier, run, ends, lacking=owed.lacking)
    unit.outbox.put_all([Written(place, message([line], person, row.due), row.ref, person.language)], row.due)
    rhythm = rules.rule(run.rule).rhythm
    ring = next(r for r in rings(run.started, ends, person.departement, row.due, rhythm) if r.at > row.due)
    return replace(row, kind=ring.kind, ordinal=ring.ordinal, due=ring.at, planned=ring.at, escalates=ring.escalates)


def run(file: Path, size: int, what: Callable[..., None], given: Iterable[Args]) -> tuple[float, float]:
    """Milliseconds until the jobs of `given`, due an hour ago, were run among `size`; and of an idle tick."""
    store = SQLAlchemyJobStore(url=f"sqlite:///{file}", engine_options={"connect_args": {"timeout": PATIENCE}})
    scheduler = BackgroundScheduler(
        jobstores={"default": store}, executors={"default": ThreadPoolExecutor(1)}, timezone="UTC",
        job_defaults={"misfire_grace_time": None},
    )  # fmt: skip
    SCHEDULERS[str(file)] = scheduler
    over, due, seen = threading.Event(), list(given), list[Any]()

    def count(event: object) -> None:
        seen.append(event)
        if len(seen) >= len(due):
            over.set()

    scheduler.add_listener(count, EVENT_JOB_EXECUTED)
    scheduler.start(paused=True)
    _jobs(scheduler, store, due, size, what)
    spent = timed(lambda: (scheduler.resume(), over.wait(PATIENCE)))
    if len(seen) != len(due):
        raise AssertionError(f"{len(seen)} of {len(due)} jobs executed")
    scheduler.pause()
    scheduler._process_jobs()  # noqa: SLF001 - what it does when it wakes up
    scheduler.resume()
    idle = median(timed(scheduler._process_jobs) for _ in range(IDLE))  # noqa: SLF001
    scheduler.shutdown(wait=False)
    del SCHEDULERS[str(file)]
    return spent, idle


def _jobs(
    scheduler: BackgroundScheduler, store: SQLAlchemyJobStore, due: list[Args], size: int, what: Callable[..., None]
) -> None:
    """Jobs as `add_job` stores them, written together: one by one, each is a commit."""
    now = datetime.now(UTC)
    model = scheduler.add_job(what, "date", run_date=now + MONTH, args=due[0])
    state = model.__getstate__()
    store.remove_job(model.id)
    dated: Iterator[tuple[Args, datetime]] = chain(
        ((args, now - HOUR) for args in due), repeat((due[0], now + MONTH), size - len(due))
    )
    with store.engine.begin() as connection:
        for start in range(0, size, AT_ONCE):
            rows = []
            for n, (args, when) in enumerate(islice(dated, AT_ONCE), start):
                one = {**state, "id": f"{n}", "trigger": DateTrigger(when, "UTC"), "next_run_time": when, "args": args}
                kept = pickle.dumps(one, pickle.HIGHEST_PROTOCOL)
                rows.append({"id": f"{n}", "next_run_time": datetime_to_utc_timestamp(when), "job_state": kept})
            connection.execute(store.jobs_t.insert(), rows)
