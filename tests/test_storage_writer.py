"""Group commit: events that wait share a transaction, each in its own savepoint, each answered after the commit."""

import asyncio
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from samples import NOW, dossier, ref
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import OperationalError

from atelier.words import Refused, State, fr
from storage.engine import open_engine
from storage.errors import Away, NotFound, Stale
from storage.unit import Unit
from storage.writer import Writer
from tests.databases import units_on

Move = Callable[[Unit], Any]
REFUSED = Refused(fr("Ce geste ne vous revient pas sur cette demande."))


@pytest.fixture
def writer(url: str) -> Iterator[Writer]:
    made = Writer(units_on(open_engine(url)))
    yield made
    made.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Writer]:
    made = Writer(units_on(open_engine(sqlite_url)))
    yield made
    made.close()


def adding(number: int, *, fails: BaseException | None = None) -> Move:
    def move(unit: Unit) -> int:
        unit.dossiers.add(dossier(number))
        if fails:
            raise fails
        return number

    return move


def statements(writer: Writer) -> list[str]:
    """What is said to the database from now on."""
    said: list[str] = []

    engine = writer._units.engine
    sqlalchemy_event.listen(engine, "checkout", lambda raw, *_: raw.set_trace_callback(said.append))
    for name in ("begin", "commit", "rollback"):
        sqlalchemy_event.listen(engine, name, lambda *_, name=name: said.append(f"<{name}>"))
    return said


async def together(writer: Writer, *moves: Move) -> list[Any]:
    """These moves, all waiting while the thread is busy; what each returned or raised."""
    free = threading.Event()
    busy = asyncio.create_task(writer.run(lambda _: free.wait(10)))
    await asyncio.sleep(0.05)
    tasks = [asyncio.create_task(writer.run(move)) for move in moves]
    await asyncio.sleep(0.05)
    free.set()
    await busy
    return await asyncio.gather(*tasks, return_exceptions=True)


def kept(writer: Writer) -> set[str]:
    return set(writer.call(lambda unit: [d.ref for d in unit.dossiers.every(State)]))


async def test_they_share_one_transaction_in_order_of_arrival(sqlite: Writer):
    order: list[int] = []

    def move(number: int) -> Move:
        return lambda unit: (order.append(number), adding(number)(unit))[1]

    said = statements(sqlite)
    assert await together(sqlite, *map(move, range(1, 9))) == list(range(1, 9))
    assert order == list(range(1, 9))
    assert said.count("<commit>") == 2, "the busy one's, and the common one"
    assert said.count("SAVEPOINT unit") == said.count("RELEASE unit") == 8
    assert kept(sqlite) == {ref(n) for n in range(1, 9)}


async def test_one_alone_has_no_savepoint(sqlite: Writer):
    said = statements(sqlite)
    assert await sqlite.run(adding(1)) == 1
    assert sqlite.call(adding(2)) == 2
    assert said.count("<commit>") == 2
    assert "SAVEPOINT unit" not in said


async def test_no_more_than_so_many_share_one(sqlite_url: str):
    writer = Writer(units_on(open_engine(sqlite_url)), shared=3)
    said = statements(writer)
    await together(writer, *(adding(n) for n in range(1, 8)))
    assert said.count("<commit>") == 1 + 3, "three, three and one"
    writer.close()


@pytest.mark.parametrize("failure", [REFUSED, NotFound("x"), Stale("x"), ValueError("x")])
async def test_what_fails_is_rolled_back_alone_and_said_as_it_is(writer: Writer, failure: Exception):
    first, second, third = await together(writer, adding(1), adding(2, fails=failure), adding(3))
    assert (first, third) == (1, 3)
    assert second is failure
    assert kept(writer) == {ref(1), ref(3)}


async def test_a_refusal_of_the_database_concerns_one_alone(sqlite: Writer):
    def wrong(unit: Unit) -> None:
        unit.dossiers.add(dossier(2))
        unit.dossiers._connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    first, second, third = await together(sqlite, adding(1), wrong, adding(3))
    assert (first, third) == (1, 3)
    assert isinstance(second, Away)
    assert kept(sqlite) == {ref(1), ref(3)}


async def test_a_later_one_sees_what_an_earlier_one_wrote_and_its_own_revisions_only(writer: Writer):
    def moved(unit: Unit) -> int:
        read = unit.dossiers.get(ref(1))
        unit.dossiers.save(read, read.version)
        return id(unit)

    await writer.run(adding(1))
    units = await together(writer, moved, moved, moved)
    assert all(isinstance(found, int) for found in units), units


async def test_nobody_is_answered_before_the_common_commit(sqlite: Writer):
    done: list[int] = []
    at_commit: list[list[int]] = []

    def seen(_: Any) -> None:
        at_commit.append(list(done))

    free = threading.Event()
    busy = sqlite._submitted(lambda _: free.wait(10))
    sqlalchemy_event.listen(sqlite._units.engine, "commit", seen)
    futures = [sqlite._submitted(adding(n, fails=REFUSED if n == 2 else None)) for n in (1, 2, 3)]
    for number, future in enumerate(futures):
        future.add_done_callback(lambda _, number=number: done.append(number))
    free.set()
    busy.result()
    assert [type(f.exception()) for f in futures] == [type(None), Refused, type(None)]
    assert at_commit[-1] == [], "the refusal too: what it was refused for might not be kept"
    assert sorted(done) == [0, 1, 2]


async def test_when_the_commit_fails_everybody_is_told_and_nothing_is_kept(sqlite: Writer):
    commits = iter((False, True))

    def broken(_: Any) -> None:
        if next(commits, False):
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    sqlalchemy_event.listen(sqlite._units.engine, "commit", broken)
    found = await together(sqlite, adding(1), adding(2, fails=REFUSED), adding(3))
    assert [type(error) for error in found] == [Away] * 3
    assert kept(sqlite) == set()
    assert await sqlite.run(adding(1)) == 1, "the thread goes on"


async def test_a_transaction_that_the_database_gave_up_is_lost_for_all(sqlite: Writer):
    """As SQLite does by itself when the disk is full; what comes after must not be written outside of it."""

    def lost(unit: Unit) -> None:
        connection = unit.dossiers._connection
        connection.connection.dbapi_connection.execute("ROLLBACK")  # type: ignore[union-attr]
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    found = await together(sqlite, adding(1), lost, adding(3))
    assert [type(error) for error in found] == [Away, Away, Away]
    assert kept(sqlite) == set()
    assert await sqlite.run(adding(1)) == 1


async def test_a_database_that_is_busy_is_said_to_all(sqlite_url: str):
    writer = Writer(units_on(open_engine(sqlite_url, patience=0.1)))
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found = await asyncio.gather(*(writer.run(adding(n)) for n in range(1, 6)), return_exceptions=True)
    assert [type(error) for error in found] == [Away] * 5
    other.close()
    assert kept(writer) == set()
    writer.close()


async def test_who_no_longer_waits_is_left_out(sqlite: Writer):
    free = threading.Event()
    busy = asyncio.create_task(sqlite.run(lambda _: free.wait(10)))
    await asyncio.sleep(0.05)
    gone, stays = (asyncio.create_task(sqlite.run(adding(n))) for n in (1, 2))
    await asyncio.sleep(0.05)
    gone.cancel()
    await asyncio.sleep(0)
    free.set()
    assert await stays == 2
    await busy
    assert kept(sqlite) == {ref(2)}


async def test_those_of_a_batch_are_answered_by_one_waking_of_the_loop(sqlite: Writer):
    loop, woken = asyncio.get_running_loop(), []
    before = loop.call_soon_threadsafe

    def counted(callback: Callable[..., object], *args: Any, **more: Any) -> asyncio.Handle:
        woken.append(callback)
        return before(callback, *args, **more)

    loop.call_soon_threadsafe = counted
    assert await together(sqlite, *(adding(n) for n in range(1, 9))) == list(range(1, 9))
    del loop.call_soon_threadsafe
    assert len(woken) == 2, "the busy one's, and the batch's"


def test_a_loop_that_is_closed_holds_nobody_up(sqlite: Writer):
    free, loop = threading.Event(), asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # the task below never learns what became of it
    sqlite._submitted(lambda _: free.wait(10))
    lost = loop.create_task(sqlite.run(adding(1)))
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()
    stays = sqlite._submitted(adding(2))
    free.set()
    assert stays.result(10) == 2
    assert not lost.done()
    assert sqlite.call(adding(3)) == 3
    assert kept(sqlite) == {ref(1), ref(2), ref(3)}


async def test_close_waits_for_those_who_wait_and_then_takes_nobody(url: str):
    writer = Writer(units_on(open_engine(url)))
    futures = [writer._submitted(adding(n)) for n in range(1, 40)]
    writer.close()
    assert [f.result(0) for f in futures] == list(range(1, 40))
    with pytest.raises(RuntimeError):
        await writer.run(adding(50))
    with pytest.raises(RuntimeError):
        writer.call(adding(50))
    again = Writer(units_on(open_engine(url)))
    assert len(kept(again)) == 39
    again.close()


@pytest.mark.parametrize("dies_at", [1, 3, 5])
def test_killed_in_the_middle_nothing_of_the_batch_is_kept(sqlite_url: str, dies_at: int):
    pid = os.fork()
    if pid == 0:
        _die(sqlite_url, dies_at)
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    writer = Writer(units_on(open_engine(sqlite_url)))
    assert kept(writer) == {ref(100)}
    writer.close()


def _die(url: str, dies_at: int) -> None:
    """In a process of its own: one event committed, then a batch of five whose n-th is never ended."""
    writer = Writer(units_on(open_engine(url)))
    writer.call(adding(100))
    free = threading.Event()
    writer._submitted(lambda _: free.wait(10))

    def killed(unit: Unit) -> None:
        unit.inbox.seen("dies", NOW)
        os.kill(os.getpid(), signal.SIGKILL)

    for number in range(1, 6):
        writer._submitted(killed if number == dies_at else adding(number))
    free.set()
    threading.Event().wait(10)
    os._exit(1)
