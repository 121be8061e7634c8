"""Backups: made while the bot writes, restored on either database; the journal still verifies, the buttons still work."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from databases import SECRET, Postgres, units_on
from operated import run
from samples import NOW, REF, by, dossier, message, person
from sqlalchemy import create_engine, text
from town import LANGUAGES, MONDAY, TERRITORIES, Still, Town, opened

from atelier.words import PersonId, Role, State
from bot import memory
from bot.app import compose
from bot.clock import JumpingClock
from bot.sandbox.local import Local
from bot.sandbox.people import MARC, NORA, REVIEW
from bot.sandbox.platform import Sandbox
from bot.sandbox.world import World
from chat.cards import Address
from storage import dump
from storage.absences import Absence
from storage.backup import save
from storage.dump import Unusable
from storage.engine import migrate, open_engine, psycopg_url
from storage.errors import Away
from storage.reader import open_reader
from storage.restoration import restore

REQUEST = "ADT-2026-0001"
FORMS = ("fichier", "portable")


def filled(url: str) -> None:
    """A database with a row of almost every kind: instants, days, JSON and its absence, bytes, booleans."""
    engine = open_engine(url)
    units = units_on(engine)
    with units.begin() as unit:
        unit.people.add(
            person("alice", (Role.SVC, "dep:55"), name="Alice Éluard"), (Address(platform="slack", id="U1"),)
        )
        unit.dossiers.add(dossier(codes=("55029",)))
        for number in range(3):
            unit.journal.write(
                REF, what=f"D{number}", by=by("alice"), at=NOW, text="é « ' \" \u2028", details={"n": number}
            )
        unit.outbox.put(REVIEW, message("bonjour"), due=NOW)
        unit.outbox.put(REVIEW, None, key="carte", ref=REF, due=NOW)
        unit.files.put("lettre.pdf", "application/pdf", bytes(range(256)) * 40, "a1", NOW)
        unit.absences.declare(Absence(PersonId("alice"), NOW.date(), NOW.date() + timedelta(days=9), PersonId("")))
    engine.dispose()


def everything(url: str) -> dict[str, list[tuple]]:
    """Every row of every table, as the database's own driver gives it to SQLAlchemy; doubt aside, which restoring sets."""
    with open_reader(url) as reader, reader.looking() as connection:
        told, table, found = dump.lines(connection), "", {}
        next(told)
        for line in told:
            if isinstance(line, list):
                found[table].append(line)
            elif "table" in line:
                table = line["table"]
                found[table] = []
        return found


def verified(url: str) -> bool:
    engine = open_engine(url)
    with units_on(engine).begin() as unit:
        sound = unit.journal.verify() is None and len(unit.journal.of(REF)) == 3
    engine.dispose()
    return sound


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An absent or empty database to restore into."""
    if request.param == "sqlite":
        (tmp_path / "ailleurs").mkdir()
        yield f"sqlite:///{tmp_path / 'ailleurs' / 'atelier.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    made = server.empty()
    yield made
    server.drop(made)


def saved(url: str, file: Path, form: str = "portable"):
    return save(url, file, SECRET, portable=form == "portable")


@pytest.mark.parametrize("form", FORMS)
def test_what_is_saved_is_restored_on_either_database(url: str, elsewhere: str, form: str, tmp_path: Path) -> None:
    filled(url)
    before = everything(url)
    made = saved(url, tmp_path / "sauvegarde", form)
    assert (made.dossiers, made.verified, made.broken) == (1, True, None)
    assert restore(elsewhere, made.file, SECRET).dossiers == 1
    after = everything(elsewhere)
    assert [row[12] for row in after.pop("outbox")] == [True, True], "what waited is looked up before it is sent again"
    before.pop("outbox")
    assert after == before
    assert verified(elsewhere)


def test_whatever_json_has_no_word_for_has_its_kind(url: str) -> None:
    """A column whose kind nobody thought of would stop every backup at its first row."""
    engine = open_engine(url)
    with engine.begin() as connection:
        for table in dump.schema(connection):
            for column in table.columns:
                if dump._kind(column) == dump.PLAIN:
                    assert column.type.python_type in {str, int, bool}, f"{table.name}.{column.name}"
    engine.dispose()


def test_no_process_of_then_is_taken_for_one_of_now(url: str, elsewhere: str, tmp_path: Path) -> None:
    """A backup made while the bot runs keeps who was at work: on another machine nobody of them is."""
    engine = open_engine(url)
    units_on(engine).run(lambda unit: unit.leases.take("processus:un", "{}", 30))
    engine.dispose()
    restore(elsewhere, saved(url, tmp_path / "sauvegarde").file, SECRET)
    assert everything(url)["leases"] != []
    assert everything(elsewhere)["leases"] == []


def test_a_database_restored_is_read_by_nobody_else_of_the_machine(sqlite_url: str, tmp_path: Path) -> None:
    filled(sqlite_url)
    restore(f"sqlite:///{tmp_path / 'neuve.db'}", saved(sqlite_url, tmp_path / "sauvegarde").file, SECRET)
    assert stat.S_IMODE((tmp_path / "neuve.db").stat().st_mode) == 0o600


def test_counters_go_on_after_what_was_restored(url: str, elsewhere: str, tmp_path: Path) -> None:
    filled(url)
    restore(elsewhere, saved(url, tmp_path / "s.gz").file, SECRET)
    engine = open_engine(elsewhere)
    with units_on(engine).begin() as unit:
        unit.outbox.put(REVIEW, message("encore"), due=NOW)
        unit.threads.open("fil", REVIEW, "1.0", REF, "")
        unit.journal.write(REF, what="D9", by=by("alice"), at=NOW)
    with units_on(engine).begin() as unit:
        assert unit.outbox.stats().waiting == 3
        assert unit.journal.verify() is None
    engine.dispose()


def test_the_journal_of_a_restored_database_is_still_append_only(
    sqlite_url: str, elsewhere: str, tmp_path: Path
) -> None:
    filled(sqlite_url)
    restore(elsewhere, saved(sqlite_url, tmp_path / "s.gz").file, SECRET)
    engine = create_engine(psycopg_url(elsewhere))
    with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE journal SET what = 'D7'"))
    engine.dispose()


@pytest.mark.parametrize("form", FORMS)
def test_a_backup_during_writes_is_one_moment(url: str, elsewhere: str, form: str, tmp_path: Path) -> None:
    """Each write adds a line of journal and a letter at once: a backup has as many of one as of the other."""
    stop = threading.Event()
    engine = open_engine(url)
    units, written, failures = units_on(engine), [0], []

    def writes() -> None:
        try:
            while not stop.is_set():
                with units.begin() as unit:
                    unit.journal.write(REF, what="D1", by=None, at=NOW)
                    unit.outbox.put(REVIEW, message(f"{written[0]}"), due=NOW)
                written[0] += 1
        except Away as error:
            failures.append(error)

    thread = threading.Thread(target=writes)
    thread.start()
    counts = []
    try:
        for number in range(4):
            while written[0] < 10 * (number + 1):
                stop.wait(0.01)
            made = saved(url, tmp_path / f"s{number}", form)
            assert made.broken is None
            counts.append(made.file)
    finally:
        stop.set()
        thread.join()
        engine.dispose()
    assert failures == [], "nobody waited in vain because of a backup"
    restore(elsewhere, counts[2], SECRET)
    held = everything(elsewhere)
    assert len(held["journal"]) == len(held["outbox"]) == held["journal_heads"][0][1] >= 30


def test_a_backup_of_sqlite_is_one_file_that_only_we_read(sqlite_url: str, tmp_path: Path) -> None:
    filled(sqlite_url)
    folder = tmp_path / "sauvegardes"
    folder.mkdir()
    made = saved(sqlite_url, folder / "lundi.db", "fichier")
    assert [p.name for p in folder.iterdir()] == ["lundi.db"]
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    with sqlite3.connect(made.file) as raw_:
        assert raw_.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    raw_.close()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_there_is_not_replaced_unless_forced(sqlite_url: str, form: str, tmp_path: Path) -> None:
    file = tmp_path / "s"
    file.write_text("précieux")
    with pytest.raises(Unusable, match="existe déjà"):
        saved(sqlite_url, file, form)
    assert file.read_text() == "précieux"
    save(sqlite_url, file, SECRET, portable=form == "portable", force=True)
    assert restore(f"sqlite:///{tmp_path / 'neuf.db'}", file, SECRET).dossiers == 0


def test_the_database_itself_is_never_the_backup(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="la base de données elle-même"):
        save(sqlite_url, tmp_path / "atelier.db", SECRET, force=True)


@pytest.mark.parametrize(
    ("file", "sentence"), [("nulle/part.db", "n'existe pas"), ("dossier", "existe déjà"), ("x" * 300, "ne s'écrit pas")]
)
def test_a_place_where_nothing_can_be_written(sqlite_url: str, file: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "dossier").mkdir()
    with pytest.raises(Unusable) as refused:
        save(sqlite_url, tmp_path / file, SECRET, force=True)
    assert sentence in refused.value.sentence.msg


def test_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="rien à sauvegarder"):
        saved(f"sqlite:///{tmp_path / 'rien.db'}", tmp_path / "s", "fichier")
    assert not (tmp_path / "rien.db").exists(), "looking makes no file"
    (tmp_path / "vide.db").touch()
    for form in FORMS:
        with pytest.raises(Unusable, match="rien à sauvegarder"):
            saved(f"sqlite:///{tmp_path / 'vide.db'}", tmp_path / "s", form)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["vide.db"]


def test_a_database_that_is_not_empty_is_not_replaced_unless_forced(
    url: str, sqlite_template: Path, tmp_path: Path
) -> None:
    filled(url)
    other = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'autre.db')}"
    file = saved(other, tmp_path / "s.gz").file
    before = everything(url)
    with pytest.raises(Unusable, match="n'est pas vide"):
        restore(url, file, SECRET)
    assert everything(url) == before
    restore(url, file, SECRET, force=True)
    assert everything(url)["dossiers"] == []


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def rewritten(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        told = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
        file.write_bytes(gzip.compress(b"".join(change(told))))

    return damage


DAMAGES = {
    "cut": cut,
    "flipped": flipped,
    "not ours": lambda f: f.write_bytes(gzip.compress(b'{"autre": 1}\n')),
    "empty": lambda f: f.write_bytes(gzip.compress(b"")),
    "a picture": lambda f: f.write_bytes(b"\x89PNG"),
    "without its end": rewritten(lambda told: told[:-1]),
    "a row less": rewritten(lambda told: [line for line in told if b"lettre.pdf" not in line]),
    "a row twice": rewritten(
        lambda told: [x for line in told for x in ([line, line] if b"lettre.pdf" in line else [line])]
    ),
    "another table": rewritten(lambda told: [line.replace(b'"table":"people"', b'"table":"rien"') for line in told]),
    "another column": rewritten(lambda told: [line.replace(b'"plain"', b'"simple"') for line in told]),
    "no instant": rewritten(lambda told: [line.replace(b"2026-11-24T", b"hier") for line in told]),
    "lists": rewritten(lambda told: [told[0], b"[1,2]\n", *told[1:]]),
    "a number": rewritten(lambda told: [told[0], b"12\n", *told[1:]]),
    "a newer format": rewritten(lambda told: [told[0].replace(b'"format":1', b'"format":2'), *told[1:]]),
    "a newer schema": rewritten(lambda told: [told[0].replace(b'"schema":"', b'"schema":"9'), *told[1:]]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_changes_nothing(damage: str, sqlite_url: str, url: str, tmp_path: Path) -> None:
    source = f"sqlite:///{shutil.copy(sqlite_url.removeprefix('sqlite:///'), tmp_path / 'source.db')}"
    filled(source)
    file = saved(source, tmp_path / "s.gz").file
    DAMAGES[damage](file)
    before = everything(url)
    with pytest.raises((Unusable, Away)):
        restore(url, file, SECRET, force=True)
    assert everything(url) == before
    left = {p.name for p in tmp_path.iterdir()} - {"s.gz", "source.db", "atelier.db"}
    assert {name for name in left if not name.endswith(("-wal", "-shm"))} == set()


def test_a_damaged_sqlite_backup_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    filled(sqlite_url)
    file = saved(sqlite_url, tmp_path / "s.db", "fichier").file
    with file.open("r+b") as raw_:
        raw_.seek(4096 * 3)
        raw_.write(os.urandom(4096 * 4))
    with pytest.raises(Unusable, match="abîmé"):
        restore(f"sqlite:///{tmp_path / 'neuf.db'}", file, SECRET)
    assert not (tmp_path / "neuf.db").exists()


def test_another_key_or_a_changed_line_is_told_and_restored_only_when_forced(
    sqlite_url: str, elsewhere: str, tmp_path: Path
) -> None:
    filled(sqlite_url)
    file = saved(sqlite_url, tmp_path / "s.gz").file
    with pytest.raises(Unusable, match="ne se suit pas"):
        restore(elsewhere, file, b"another key, as long as it")
    done = restore(elsewhere, file, b"another key, as long as it", force=True)
    assert (done.dossiers, done.broken.seq) == (1, 1)


def test_a_journal_that_was_changed_is_saved_all_the_same_and_told(sqlite_url: str, tmp_path: Path) -> None:
    filled(sqlite_url)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as raw_:
        raw_.execute("DROP TRIGGER journal_no_update")
        raw_.execute("UPDATE journal SET what = 'D7' WHERE seq = 2")
    raw_.close()
    for form in FORMS:
        made = saved(sqlite_url, tmp_path / form, form)
        assert made.file.exists()
        assert (made.broken.ref, made.broken.seq) == (REF, 2)


def test_a_newer_database_is_neither_replaced_nor_lost(url: str, sqlite_template: Path, tmp_path: Path) -> None:
    other = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'autre.db')}"
    file = saved(other, tmp_path / "s.gz").file
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Away) as refused:
        restore(url, file, SECRET, force=True)
    assert "plus récente" in refused.value.sentence.msg
    made = saved(url, tmp_path / "neuve.gz")
    assert (made.file.exists(), made.verified) == (True, False), "it can be saved, if not verified"


def test_a_postgresql_shared_with_others_keeps_their_tables(postgres_url: str, sqlite_url: str, tmp_path: Path) -> None:
    filled(sqlite_url)
    engine = open_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE voisin (id integer)"))
        connection.execute(text("INSERT INTO voisin VALUES (1)"))
    restore(postgres_url, saved(sqlite_url, tmp_path / "s.gz").file, SECRET, force=True)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM voisin")).scalar_one() == 1
    engine.dispose()
    assert verified(postgres_url)
    assert b"voisin" not in gzip.decompress(saved(postgres_url, tmp_path / "t.gz").file.read_bytes())


def test_a_restored_database_is_migrated_to_this_program(sqlite_url: str, elsewhere: str, tmp_path: Path) -> None:
    filled(sqlite_url)
    restore(elsewhere, saved(sqlite_url, tmp_path / "s.gz").file, SECRET)
    with open_reader(elsewhere) as reader:
        reader.check_schema()
    engine = open_engine(elsewhere)
    migrate(engine)
    engine.dispose()


# The whole bot


async def test_the_bot_goes_on_from_its_backup_with_the_buttons_already_shown(tmp_path: Path) -> None:
    """Saved while requests are examined, restored elsewhere: the card posted before still takes the decision, once."""
    first, second = tmp_path / "un", tmp_path / "deux"
    with opened(first) as local:
        town = Town(local)
        await town.examined()
        secret = (first / "secret").read_bytes()
        url = f"sqlite:///{first / 'atelier.db'}"
        made = await asyncio.to_thread(save, url, tmp_path / "s.db", secret)
        assert (made.dossiers, made.broken) == (1, None)
        await town.validate(REQUEST)
        assert town.dossier().state is State.VALIDEE
        shutil.copytree(first, second, ignore=shutil.ignore_patterns("atelier.db*"))
    restore(f"sqlite:///{second / 'atelier.db'}", made.file, secret)
    with opened(second) as local:
        town = Town(local)
        assert town.dossier().state is State.EN_ECHANGE, "what came after the backup is not there"
        assert local.app.writer.call(lambda u: u.journal.verify()) is None
        await town.validate(REQUEST)
        assert town.dossier().state is State.VALIDEE
        assert local.app.writer.call(lambda u: u.journal.verify()) is None


async def test_a_request_begun_on_sqlite_is_decided_on_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    with opened(tmp_path / "un") as local:
        town = Town(local)
        await town.transmitted()
        secret = (tmp_path / "un" / "secret").read_bytes()
        world = local.sandbox.world
    save(f"sqlite:///{tmp_path / 'un' / 'atelier.db'}", tmp_path / "s.gz", secret, portable=True)
    url = postgres.empty()
    restore(url, tmp_path / "s.gz", secret)
    local = on_server(url, secret, world)
    town = Town(local)
    await town.player.press(NORA, "Prendre en charge", REVIEW.id)
    await town.player.fill(NORA, {"motif": ""})
    assert town.dossier().state is State.EN_ECHANGE
    await town.validate(REQUEST)
    assert town.dossier().state is State.VALIDEE
    assert "validée par Marc Olivier" in town.read(MARC, REVIEW.id)
    assert local.app.writer.call(lambda u: u.journal.verify()) is None
    local.close()
    postgres.drop(url)


def on_server(url: str, secret: bytes, world: World) -> Local:
    clock = JumpingClock(MONDAY, machine=Still())
    sandbox = Sandbox(world, clock.now)
    app = compose(
        writer=memory.opened(url, secret), review=REVIEW, platforms={"sandbox": sandbox}, clock=clock,
        territories=TERRITORIES, languages=LANGUAGES,
    )  # fmt: skip
    sandbox.attach(app.receive)
    return Local(sandbox, app, clock)


# The commands


def test_the_commands_say_what_they_did(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "a.db")
    done = run("sauvegarde", "lundi.db", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Sauvegarde faite : « lundi.db »" in done.stdout
    assert "Le journal est intact." in done.stdout
    assert "ATELIER_SECRET_KEY à part" in done.stdout
    again = run("sauvegarde", "lundi.db", cwd=tmp_path)
    assert (again.returncode, "ajoutez --force" in again.stderr) == (2, True)
    assert "Traceback" not in again.stderr
    back = run("restaurer", "lundi.db", cwd=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'b.db'}")
    assert (back.returncode, "Sauvegarde restaurée : 0 demande." in back.stdout) == (0, True), back.stderr
    lost = run("restaurer", "rien.db", cwd=tmp_path)
    assert (lost.returncode, "ne se lit pas" in lost.stderr) == (2, True)
