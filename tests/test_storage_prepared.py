"""Statements prepared: what SQLAlchemy would have done, said by the driver, on either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError, OperationalError, ProgrammingError

from storage.engine import open_engine
from storage.prepared import Prepared, run
from storage.tables import counters, outbox, reminders

PARIS = timezone(timedelta(hours=1))
NOON = datetime(2026, 11, 25, 12, tzinfo=PARIS)
LETTER = {
    "id": "a", "platform": "slack", "place": "C1", "message": {"text": "é", "n": [1, None]}, "key": "", "thread": "", "ref": "R",
    "audience": "", "lang": "fr", "written": NOON, "state": "waiting", "doubt": False, "attempts": 0,
}  # fmt: skip
PUT = Prepared(insert(outbox))
ALL = select(outbox).order_by(outbox.c.seq)
AMONG = Prepared(
    select(counters.c.value).where(counters.c.name.in_(bindparam("names", expanding=True))).order_by("value")
)
COUNT = Prepared(insert(counters))


def test_values_go_in_and_come_out_as_with_sqlalchemy(engine):
    with engine.begin() as connection:
        PUT.changed(connection, LETTER)
        PUT.each(connection, [LETTER | {"id": "b", "message": None, "doubt": True}, LETTER | {"id": "c"}])
        theirs = connection.execute(ALL).all()
        ours = Prepared(ALL).rows(connection)
        assert [tuple(row) for row in ours] == [tuple(row) for row in theirs]
        assert [(r.id, r.message, r.doubt) for r in ours][:2] == [("a", LETTER["message"], False), ("b", None, True)]
        assert ours[0].written == NOON
        assert ours[0].written.tzinfo is UTC
        assert connection.execute(select(func.count()).where(outbox.c.message.is_(None))).scalar_one() == 1


@pytest.mark.parametrize("count", range(10))
def test_lists_of_any_length(engine, count):
    with engine.begin() as connection:
        COUNT.each(connection, [{"name": f"n{n}", "value": n} for n in range(12)])
        names = [f"n{n}" for n in range(count)]
        assert AMONG.column(connection, {"names": names}) == list(range(count))
        assert AMONG.column(connection, {"names": ["n3", "nobody", "n3"]}) == [3]


def test_rows_changed_are_counted_and_a_statement_keeps_its_own_values(engine):
    with engine.begin() as connection:
        COUNT.each(connection, [{"name": f"n{n}", "value": n} for n in range(4)])
        small = Prepared(
            update(counters).where(counters.c.value < 2, counters.c.name.in_(["n0", "n1", "n3"])).values(value=9)
        )
        assert small.changed(connection, {}) == 2
        assert small.changed(connection, {}) == 0
        gone = Prepared(delete(counters).where(counters.c.name == bindparam("of")))
        assert [gone.changed(connection, {"of": name}) for name in ("n0", "n0")] == [1, 0]
        one = Prepared(select(counters.c.value).where(counters.c.name == bindparam("of")))
        assert (one.value(connection, {"of": "n1"}), one.value(connection, {"of": "n0"})) == (9, None)
        assert one.row(connection, {"of": "n0"}) is None
        with pytest.raises(LookupError):
            one.one(connection, {"of": "n0"})


def test_it_is_in_the_transaction(engine):
    with engine.connect() as connection:
        with connection.begin() as undone:
            COUNT.changed(connection, {"name": "n", "value": 1})
            undone.rollback()
        assert AMONG.rows(connection, {"names": ["n"]}) == []


@pytest.mark.parametrize("instant", [NOON, NOON.replace(microsecond=70), datetime(2026, 1, 1, 0, 30, tzinfo=PARIS)])
def test_sqlite_keeps_an_instant_as_sqlalchemy_would(sqlite_url, instant):
    engine = open_engine(sqlite_url)
    with engine.begin() as connection:
        PUT.changed(connection, LETTER | {"written": instant})
        text = run(connection, "SELECT written FROM outbox").fetchone()[0]
        theirs = DATETIME().bind_processor(connection.dialect)
    assert text == theirs(instant.astimezone(UTC).replace(tzinfo=None))
    engine.dispose()


def test_a_naive_instant_and_a_missing_value_are_refused(engine):
    with engine.begin() as connection:
        with pytest.raises(ValueError, match="naive"):
            PUT.changed(connection, LETTER | {"written": datetime(2026, 11, 25)})  # noqa: DTZ001
        with pytest.raises(InvalidRequestError, match="'this'"):
            Prepared(select(reminders).where(reminders.c.id == bindparam("this"))).rows(connection, {})


def test_failures_are_those_of_sqlalchemy_and_say_no_value(engine):
    with engine.begin() as connection:
        COUNT.changed(connection, {"name": "n", "value": 1})
    with pytest.raises(IntegrityError) as twice, engine.begin() as connection:
        COUNT.changed(connection, {"name": "n", "value": 4242})
    assert "4242" not in str(twice.value)
    with pytest.raises(DBAPIError) as wrong, engine.begin() as connection:
        run(connection, "SELECT nothing FROM nowhere")
    assert isinstance(wrong.value, OperationalError | ProgrammingError)


def cut_off(engine):
    with engine.begin() as connection:
        AMONG.rows(connection, {"names": ["n"]})
        with engine.begin() as other:
            mine = connection.connection.dbapi_connection.info.backend_pid
            run(other, "SELECT pg_terminate_backend(%s, 5000)", (mine,))
        AMONG.rows(connection, {"names": ["n"]})


def test_a_connection_that_is_lost_is_not_lent_again(postgres_url):
    engine = open_engine(postgres_url)
    with pytest.raises(OperationalError) as lost:
        cut_off(engine)
    assert lost.value.connection_invalidated
    with engine.begin() as connection:
        assert AMONG.rows(connection, {"names": ["n"]}) == []
    engine.dispose()
