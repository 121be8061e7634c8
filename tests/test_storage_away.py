"""The database that does not answer as it should: each failure is met for real and becomes its French sentence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from databases import units_on
from samples import NOW
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from storage.engine import check_schema, migrate, open_engine
from storage.errors import Away

BUSY, READ_ONLY, FULL = "est occupée", "en lecture seule", "est plein"
DAMAGED, NO_DATABASE, NO_FILE, SILENT = "est abîmée", "n'en est pas une", "ne s'ouvre pas", "ne répond pas"


def written(engine):
    with units_on(engine).begin() as unit:
        unit.counters.next("arrivee")


def away(url, said, *deeds, patience=0.05, pragma=""):
    """Open it, try each deed, and read what is said."""
    engine = open_engine(url, patience)
    if pragma:
        event.listen(engine, "connect", lambda raw, _: raw.execute(pragma))
    for deed in deeds:
        with pytest.raises(Away) as caught:
            deed(engine)
        assert said in caught.value.sentence.msg
    engine.dispose()


def counted(url):
    engine = open_engine(url)
    with units_on(engine).begin() as unit:
        number = unit.counters.next("arrivee")
    engine.dispose()
    return number


def test_locked(sqlite_url):
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        away(sqlite_url, BUSY, written, migrate, check_schema)
        other.execute("ROLLBACK")
    assert counted(sqlite_url) == 1


def test_locked_when_it_is_opened(tmp_path):
    path = tmp_path / "held.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE something (x)")
        other.execute("BEGIN EXCLUSIVE")
        away(f"sqlite:///{path}", BUSY, migrate, check_schema)


def test_read_only_file(sqlite_url):
    path = sqlite_url.removeprefix("sqlite:///")
    read_only = f"sqlite:///file:{path}?mode=ro&uri=true"
    away(read_only, READ_ONLY, written)
    engine = open_engine(read_only)
    migrate(engine)  # nothing to move: nothing is written
    check_schema(engine)
    engine.dispose()
    assert counted(sqlite_url) == 1


def test_read_only_when_it_must_be_moved(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()
    away(f"sqlite:///file:{path}?mode=ro&uri=true", READ_ONLY, migrate)


def test_query_only_connection(sqlite_url):
    away(sqlite_url, READ_ONLY, written, pragma="PRAGMA query_only=ON")


def test_full_when_written(sqlite_url):
    def heavy(engine):
        with units_on(engine).begin() as unit:
            unit.counters.next("arrivee")
            unit.files.put("plan.pdf", "application/pdf", b"%" * 2_000_000, "0" * 64, NOW)

    away(sqlite_url, FULL, heavy, pragma="PRAGMA max_page_count=1")
    assert counted(sqlite_url) == 1, "what was written before it was full is gone too"


def test_full_when_moved_leaves_no_half_schema(tmp_path):
    path = tmp_path / "small.db"
    away(f"sqlite:///{path}", FULL, migrate, pragma="PRAGMA max_page_count=10")
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_damaged(sqlite_url, tmp_path):
    whole = (tmp_path / "atelier.db").read_bytes()
    (tmp_path / "damaged.db").write_bytes(whole[:4096] + b"\7" * (len(whole) - 4096))
    away(f"sqlite:///{tmp_path / 'damaged.db'}", DAMAGED, written, migrate, check_schema)


def test_not_a_database(tmp_path):
    (tmp_path / "letter.db").write_bytes(b"Monsieur le Directeur, " * 500)
    away(f"sqlite:///{tmp_path / 'letter.db'}", NO_DATABASE, written, migrate, check_schema)


def test_no_such_file(tmp_path):
    """Nothing is made where nothing was: only « atelier migrate » makes a database."""
    file = tmp_path / "atelier.db"
    away(f"sqlite:///{file}", "n'existe pas", check_schema)
    assert not file.exists()


def test_a_file_moved_under_a_running_bot(sqlite_url):
    """Nothing goes into a file that nobody will find; once it is back, all goes on."""
    engine = open_engine(sqlite_url)
    written(engine)
    file = Path(engine.url.database)
    elsewhere = file.rename(file.with_name("elsewhere.db"))
    for deed in (written, check_schema):
        with pytest.raises(Away):
            deed(engine)
    assert not file.exists()
    elsewhere.rename(file)
    written(engine)
    engine.dispose()
    assert counted(sqlite_url) == 3


def test_a_file_replaced_under_a_running_bot(sqlite_url):
    """A copy put in its place, as somebody restores a backup by hand: neither is written until the bot starts again."""
    engine = open_engine(sqlite_url)
    written(engine)
    written(engine)
    file = Path(engine.url.database)
    copy = file.with_name("copy.db")
    with closing(sqlite3.connect(file)) as one, closing(sqlite3.connect(copy)) as other:
        one.backup(other)
    copy.replace(file)
    for deed in (written, check_schema, migrate):
        with pytest.raises(Away) as caught:
            deed(engine)
        assert "déplacé ou remplacé" in caught.value.sentence.msg
    engine.dispose()
    assert counted(sqlite_url) == 3


def test_no_such_folder(tmp_path):
    away(f"sqlite:///{tmp_path / 'nowhere' / 'atelier.db'}", NO_FILE, written, migrate, check_schema)


def test_no_server():
    away("postgresql://nobody@127.0.0.1:1/atelier", SILENT, written, migrate, check_schema)


def test_read_only_server(postgres_url):
    away(f"{postgres_url}&options=-cdefault_transaction_read_only=on", READ_ONLY, written)
    assert counted(postgres_url) == 1


def test_lock_held_too_long_on_the_server(postgres_url):
    engine = open_engine(postgres_url)
    with engine.begin() as other:
        other.execute(text("LOCK TABLE counters"))
        away(f"{postgres_url}&options=-clock_timeout=50", BUSY, written)
    engine.dispose()


def test_server_that_hangs_up(postgres_url):
    engine = open_engine(postgres_url)

    def cut_off(engine):
        with units_on(engine).begin() as unit:
            unit.counters.next("arrivee")
            me = unit.counters._connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with open_engine(postgres_url).begin() as other:
                other.execute(text("SELECT pg_terminate_backend(:me, 5000)"), {"me": me})
            other.engine.dispose()
            unit.counters.next("arrivee")

    with pytest.raises(Away) as caught:
        cut_off(engine)
    assert SILENT in caught.value.sentence.msg
    with units_on(engine).begin() as unit:
        assert unit.counters.next("arrivee") == 1
    engine.dispose()


def test_a_broken_constraint_is_no_absence(units):
    with pytest.raises(IntegrityError), units.begin() as unit:
        unit.counters._connection.execute(text("INSERT INTO counters (name, value) VALUES ('locked', NULL)"))


def test_what_is_raised_inside_keeps_nothing(units):
    def failing():
        with units.begin() as unit:
            unit.counters.next("arrivee")
            raise LookupError

    with pytest.raises(LookupError):
        failing()
    with units.begin() as unit:
        assert unit.counters.next("arrivee") == 1
