"""The schema: Alembic's head is tables.py, on both databases; the journal's rows cannot be changed."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import units_on
from samples import NOW, REF
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from storage.engine import check_schema, migrate, open_engine
from storage.errors import Away
from storage.schema import metadata

NOT_OURS = {"alembic_version"}


def test_the_head_is_the_tables(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_head_has_every_index_with_its_condition(engine):
    """What Alembic does not compare: which rows an index is about."""
    found = {
        (table, index["name"]): (index["unique"], f"{engine.dialect.name}_where" in index.get("dialect_options", {}))
        for table in metadata.tables
        for index in inspect(engine).get_indexes(table)
        if not index.get("duplicates_constraint")
    }
    assert found == {
        (table.name, index.name): (index.unique, index.dialect_options[engine.dialect.name]["where"] is not None)
        for table in metadata.tables.values()
        for index in table.indexes
    }


def test_moving_twice_changes_nothing_and_an_empty_database_says_so(empty_url):
    engine = open_engine(empty_url)
    why = "older" if empty_url.startswith("postgresql") else "no database file"
    with pytest.raises(Away, match=why) as away:
        check_schema(engine)
    assert "atelier migrate" in away.value.sentence.msg
    if why != "older":
        engine.connect().close()  # an empty file
        with pytest.raises(Away, match="older"):
            check_schema(engine)
    migrate(engine)
    migrate(engine)
    check_schema(engine)
    assert set(inspect(engine).get_table_names()) - NOT_OURS == set(metadata.tables)
    engine.dispose()


def test_two_processes_move_an_empty_database_at_once(empty_url):
    start, failures = threading.Barrier(2), []

    def move() -> None:
        engine = open_engine(empty_url)
        start.wait()
        try:
            migrate(engine)
        except BaseException as error:  # noqa: BLE001 - told by the assertion
            failures.append(error)
        engine.dispose()

    both = [threading.Thread(target=move) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert failures == []


def test_a_newer_database_is_left_as_it_is(engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for open_ in (migrate, check_schema):
        with pytest.raises(Away, match="newer") as away:
            open_(engine)
        assert "plus récente" in away.value.sentence.msg
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE journal SET what = 'D7'",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
    ],
)
def test_the_database_refuses_to_change_the_journal(engine, deed):
    only = "postgresql" if deed.startswith("TRUNCATE") else "sqlite" if "REPLACE" in deed else engine.dialect.name
    if engine.dialect.name != only:
        return
    with units_on(engine).begin() as unit:
        unit.journal.write(REF, what="D1", by=None, at=NOW)
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(deed))
    with units_on(engine).begin() as unit:
        assert [line.what for line in unit.journal.of(REF)] == ["D1"]
