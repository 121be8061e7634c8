"""`atelier doctor`: what it finds wrong, and that it changes nothing, waits for nobody and never breaks."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from databases import SECRET, fresh_id, units_on
from operated import run
from samples import REF, by, message
from sqlalchemy import Engine, make_url, text
from town import TERRITORIES

from atelier.dossier import Holding, Person
from atelier.words import PersonId, Role
from bot import doctor_processes, doctor_round_trip, doctor_secrets, presence, pulse, version
from bot.database_checkup import Checkup as Database
from bot.doctor import zones
from bot.findings import Finding, Level
from bot.presence import Process
from bot.sandbox.people import REVIEW
from bot.settings import Settings
from bot.settings_checkup import weight
from bot.skew import skew
from bot.slack import checkup as slack_checkup
from bot.slack.checkup import Checkup as Slack
from bot.slack.scopes import SCOPES
from chat.cards import Address, Token
from chat.language import load
from chat.talk import Answer, AnyEvent, Ask, Asked, Filled, Pressed
from chat.text import Moment, tr
from handlers.desk import Desk
from handlers.here import Config
from storage.engine import open_engine
from storage.reader import open_reader
from storage.reminders import Wanted
from storage.unit import Unit
from storage.writer import Writer
from tests.slack.server import FakeSlack, serving

SAY = load().say("fr")
HOUR = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GOOD_KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
BOT_TOKEN, SIGNING = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy", "8f742231b10e8888abcd99yyyzzz85a5"
SCOPED = {"x-oauth-scopes": ",".join(SCOPES)}


def by_point(findings: list[Finding]) -> dict[str, tuple[Level, str]]:
    """One finding a point, its repair along; ok ones have none, others always have one."""
    assert all((f.repair is None) == (f.level is Level.OK) for f in findings)
    return {f.point: (f.level, SAY(f.said) + (f" → {SAY(f.repair)}" if f.repair else "")) for f in findings}


# The database


def looked(url: str, secret: bytes | None = SECRET) -> dict[str, tuple[Level, str]]:
    return by_point(Database(url, secret).findings())


HERE = presence.this(web=True, worker=True)


def there(engine: Engine, *processes: Process) -> None:
    """These processes say that they are there."""
    for process in processes:
        units_on(engine).run(lambda unit, p=process: presence.said(unit, fresh_id(), p))


def test_a_database_that_works(url: str) -> None:
    engine = open_engine(url)
    units_on(engine).run(pulse.beat)
    there(engine, HERE)
    engine.dispose()
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).chmod(0o600)
    found = looked(url)
    assert {level for level, _ in found.values()} == {Level.OK}, found
    assert {
        "base.acces",
        "base.schema",
        "base.ecriture",
        "horloge",
        "messages",
        "messages.morts",
        "rappels",
        "journal",
    } <= set(found)
    assert ("base.horloge" in found) == url.startswith("postgresql")


def test_a_file_that_the_whole_machine_may_read(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    for mode, told in ((0o644, True), (0o604, True), (0o640, False), (0o600, False)):
        file.chmod(mode)
        found = looked(sqlite_url)
        assert ("base.droits" in found) is told, oct(mode)
    file.chmod(0o644)
    level, said = looked(sqlite_url)["base.droits"]
    assert level is Level.ATTENTION
    assert f"peuvent lire « {file} »" in said
    assert "chmod 600" in said


@pytest.mark.parametrize(
    ("left", "level"), [(2**28, None), (2**28 - 1, Level.ATTENTION), (2**24, Level.ATTENTION), (2**24 - 1, Level.FAUTE)]
)
def test_a_disk_that_fills_up(sqlite_url: str, left: int, level: Level | None) -> None:
    """A row that is taken back is never written: it tells nothing of the disk."""
    asked: list[Path] = []
    found = by_point(Database(sqlite_url, SECRET, lambda folder: asked.append(folder) or left).findings())
    assert found.get("base.place", (None, ""))[0] is level
    assert asked == [Path(sqlite_url.removeprefix("sqlite:///")).parent]
    assert level is None or f"Il ne reste que {left // 2**20} Mio" in found["base.place"][1]


def test_a_server_looks_after_its_own_disk(postgres_url: str) -> None:
    assert "base.place" not in by_point(Database(postgres_url, SECRET, lambda _: 0).findings())


def test_looking_changes_nothing_and_keeps_no_writer_waiting(url: str) -> None:
    engine = open_engine(url)
    counters = text("SELECT count(*) FROM counters")
    with engine.begin() as connection:
        before = connection.execute(counters).scalar_one()
        if url.startswith("sqlite"):  # a writer at work: what only reads is told all the same
            assert looked(url)["base.ecriture"][0] is Level.FAUTE
            assert looked(url)["journal"][0] is Level.OK
        looked(url)
        assert connection.execute(counters).scalar_one() == before
    engine.dispose()


def test_what_waits_too_long_what_is_dead_and_a_clock_that_stopped(url: str) -> None:
    engine = open_engine(url)
    units, now = units_on(engine), datetime.now(UTC)
    assert looked(url)["horloge"][0] is Level.ATTENTION, "never ticked"
    for minutes, level in ((1, Level.OK), (10, Level.ATTENTION), (90, Level.FAUTE)):
        units.run(lambda u, m=minutes: u.outbox.put(REVIEW, message("un"), due=now - timedelta(minutes=m)))
        assert looked(url)["messages"][0] is level
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE outbox SET state = 'dead', reason = 'chat.postMessage: is_archived', ref = 'ADT-2026-0001'")
        )
    level, said = looked(url)["messages.morts"]
    assert level is Level.ATTENTION
    assert "3 messages refusés" in said
    assert "ADT-2026-0001 : chat.postMessage: is_archived" in said
    for seconds, level in ((30, Level.OK), (600, Level.ATTENTION), (7200, Level.FAUTE)):
        units.run(lambda u, s=seconds: u.leases.take(pulse.CLOCK, pulse.ANY_WORKER, pulse.BEAT - s))
        assert looked(url)["horloge"][0] is level
    engine.dispose()


def test_a_bot_that_nobody_administers(url: str) -> None:
    engine = open_engine(url)
    units, point = units_on(engine), "annuaire.administrateur"
    assert point not in looked(url)
    agent = Person(
        id=PersonId("a"), name="A", title="t", service="s", holdings=(Holding(role=Role.SVC, scope="dep:55"),)
    )
    lead = Person(id=PersonId("b"), name="B", title="t", service="s", holdings=(Holding(role=Role.ADMIN),))
    units.run(lambda u: u.people.add(agent, (Address(platform="slack", id="U1"),)))
    assert looked(url)[point][0] is Level.FAUTE
    units.run(lambda u: u.people.add(lead, ()))
    assert point in looked(url), "without an account, nobody can be asked"
    units.run(lambda u: u.people.link(lead.id, Address(platform="slack", id="U2")))
    assert point not in looked(url)
    engine.dispose()


@pytest.mark.parametrize("platform", ["slack", "mattermost"])
def test_a_clock_that_went_back_since_somebody_acted(url: str, platform: str) -> None:
    engine = open_engine(url)
    units, now = units_on(engine), datetime.now(UTC)
    for place, ahead, wrong in (
        ("sandbox", timedelta(days=90), False), (platform, timedelta(seconds=-1), False),
        (platform, timedelta(seconds=20), False), (platform, timedelta(hours=3), True),
    ):  # fmt: skip
        units.run(lambda u, p=place, a=ahead: u.inbox.seen(f"{p}:{a}", now + a))
        assert ("horloge.recul" in looked(url)) is wrong, (place, ahead)
    level, said = looked(url)["horloge.recul"]
    assert level is Level.FAUTE
    assert "L'horloge de cette machine a reculé" in said
    assert SAY(tr("{at}", at=Moment(at=now + timedelta(hours=3)))) in said
    assert "Mettez-la à l'heure (NTP)" in said
    engine.dispose()


def test_a_clock_that_went_back_since_the_last_tick(url: str) -> None:
    engine = open_engine(url)
    for ahead, wrong in ((-5, False), (20, False), (7200, True)):
        units_on(engine).run(lambda u, a=ahead: u.leases.take(pulse.CLOCK, pulse.ANY_WORKER, pulse.BEAT + a))
        assert ("horloge.recul" in looked(url)) is wrong, ahead
    whose = "cette machine" if url.startswith("sqlite") else "la base de données"
    assert f"L'horloge de {whose} a reculé" in looked(url)["horloge.recul"][1]
    engine.dispose()


def test_a_journal_that_was_changed_or_another_key(url: str) -> None:
    engine = open_engine(url)
    units_on(engine).run(lambda u: u.journal.write(REF, what="D1", by=by("alice"), at=HOUR))
    engine.dispose()
    assert looked(url)["journal"] == (Level.OK, "Le journal est intact : 1 demande.")
    level, said = looked(url, b"another key, as long as it")["journal"]
    assert (level, "ATELIER_SECRET_KEY" in said) == (Level.FAUTE, True)
    assert "journal" not in looked(url, None), "without a key nothing is said of it"


def test_a_database_not_migrated(empty_url: str) -> None:
    found = looked(empty_url)
    level, said = found["base.schema"] if empty_url.startswith("postgresql") else found["base.acces"]
    assert (level, "lancez « atelier migrate »" in said) == (Level.FAUTE, True)
    assert "messages" not in found, "nothing is read in a schema that is not ours"


def test_a_database_of_a_newer_version(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    level, said = looked(url)["base.schema"]
    assert (level, "plus récente" in said) == (Level.FAUTE, True)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("sqlite:////nulle/part.db", "n'existe pas"),
        ("sqlite://", "doit nommer un fichier"),
        ("postgresql://127.0.0.1:1/rien", "ne répond pas"),
        ("postgresql:", "ne se lit pas"),
    ],
)
def test_a_database_that_cannot_be_reached(address: str, sentence: str) -> None:
    [(level, said)] = looked(address).values()
    assert (level, sentence in said) == (Level.FAUTE, True)


def test_why_a_server_is_not_reached(postgres_url: str) -> None:
    """A base that is not there, a port where nobody is, a name that does not exist: each has its own repair."""
    head = postgres_url.partition("://")[0]
    for address, said in (
        (make_url(postgres_url).set(database="nulle").render_as_string(hide_password=False), "nulle"),
        (f"{head}://127.0.0.1:1/rien", "refused"),
        (f"{head}://bob:mot@de@127.0.0.1:1/rien", "…@127.0.0.1"),
    ):
        [(level, told)] = looked(address).values()
        assert (level, said in told, "de@" in told) == (Level.FAUTE, True, False), told


def test_a_database_that_refuses_writes(tmp_path: Path, sqlite_url: str, postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with engine.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    engine.dispose()
    level, said = looked(postgres_url)["base.ecriture"]
    assert (level, "lecture seule" in said) == (Level.FAUTE, True)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "texte.db").write_text("pas une base de données, un texte assez long pour le voir " * 10)
    [(level, said)] = looked(f"sqlite:///{tmp_path / 'texte.db'}").values()
    assert (level, "n'en est pas une" in said) == (Level.FAUTE, True)


# The processes


def processes(url: str) -> dict[str, tuple[Level, str]]:
    with open_reader(url) as reader:
        return by_point(doctor_processes.findings(reader))


WEB, WORKER = (presence.this(web=web, worker=not web) for web in (True, False))


def test_who_is_there(url: str) -> None:
    engine = open_engine(url)
    assert processes(url)["processus"][0] is Level.ATTENTION, "nobody"
    there(engine, HERE)
    assert processes(url) == {
        "processus": (Level.OK, "Processus du robot en marche : 1 web+horloge."),
        "baux": (Level.OK, "Aucun bail n'est resté à un processus disparu."),
    }
    engine.dispose()


def test_two_that_ring(url: str) -> None:
    """On SQLite nothing may run beside; on PostgreSQL two workers may, a whole « serve » beside a worker is a mistake."""
    engine = open_engine(url)
    there(engine, WEB, WORKER, WORKER)
    double = processes(url).get("processus.double")
    if url.startswith("sqlite"):
        assert double is not None
        assert (double[0], "3 processus se partagent une base SQLite" in double[1]) == (Level.FAUTE, True)
    else:
        assert double is None, "the Procfile"
        there(engine, HERE)
        level, said = processes(url)["processus.double"]
        assert (level, "--no-worker" in said, said.count("horloge (")) == (Level.ATTENTION, True, 3)
    engine.dispose()


def test_other_code_and_a_process_that_was_killed(url: str) -> None:
    engine = open_engine(url)
    there(engine, HERE, replace(WORKER, code="0.0.9+deadbeef", pid=4_000_001))
    level, said = processes(url)["processus.version"]
    assert (level, "0.0.9+deadbeef" in said, version.code() in said) == (Level.ATTENTION, True, True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE leases SET until = until - 100 WHERE holder LIKE '%deadbeef%'"))
    found = processes(url)
    assert "processus.version" not in found, "it runs no more"
    assert (found["processus.disparu"][0], "4000001" in found["processus.disparu"][1]) == (Level.ATTENTION, True)
    with engine.begin() as connection:
        connection.execute(text("UPDATE leases SET until = until - 4000 WHERE holder LIKE '%deadbeef%'"))
    there(engine, HERE)
    assert "processus.disparu" not in processes(url), "an hour later nobody speaks of it"
    engine.dispose()


def test_a_place_that_stayed_to_the_dead(url: str) -> None:
    engine, now = open_engine(url), datetime.now(UTC)
    units = units_on(engine)
    units.run(lambda u: u.outbox.put(REVIEW, message("un"), due=now))
    units.run(lambda u: u.outbox.claim_place(now - timedelta(minutes=5), "mort", 60))
    level, said = processes(url)["baux"]
    assert (level, "1 salon resté réservé" in said) == (Level.ATTENTION, True)
    units.run(lambda u: u.outbox.claim_place(now, "vivant", 60))
    assert processes(url)["baux"][0] is Level.OK
    engine.dispose()


def test_nobody_listens(url: str) -> None:
    engine = open_engine(url)
    units = units_on(engine)
    units.run(lambda u: u.leases.take("ecoute:mattermost", "hote:42:x", 60))
    assert processes(url)["ecoute"] == (Level.OK, "« mattermost » est écouté par un seul processus (hote, 42).")
    units.run(lambda u: u.leases.take("ecoute:mattermost", "hote:42:x", -5))
    assert "ecoute" not in processes(url), "no web process is there to listen"
    there(engine, WEB)
    assert processes(url)["ecoute"][0] is Level.FAUTE
    engine.dispose()


def test_the_code_is_known_by_its_sources() -> None:
    assert re.fullmatch(r"[0-9.]+\+[0-9a-f]{8}", version.code())


# The secrets


def told_of(**given: str) -> dict[str, tuple[Level, str, str]]:
    found = doctor_secrets.findings(Settings(**given))
    return {f.point: (f.level, SAY(f.said), f.subject) for f in found}


def test_secrets_that_are_all_different() -> None:
    assert told_of() == {}
    found = told_of(atelier_secret_key=GOOD_KEY, slack_bot_token=BOT_TOKEN, slack_signing_secret=SIGNING)
    assert found == {"secrets": (Level.OK, "3 secrets : aucun ne sert deux fois, aucun n'est un exemple.", "secrets")}


def test_the_same_secret_twice_is_named_and_never_told() -> None:
    level, said, about = told_of(atelier_secret_key=SIGNING, slack_signing_secret=SIGNING)["secrets.double"]
    assert (level, about) == (Level.FAUTE, "ATELIER_SECRET_KEY")
    assert said.endswith("ATELIER_SECRET_KEY, SLACK_SIGNING_SECRET.")
    assert SIGNING not in said


def test_two_commands_of_one_team_with_one_token() -> None:
    found = told_of(mattermost_command_token=f"{SIGNING}, {SIGNING}")
    assert "MATTERMOST_COMMAND_TOKEN (1), MATTERMOST_COMMAND_TOKEN (2)" in found["secrets.double"][1]


@pytest.mark.parametrize(
    "value", ["changeme", "Secret", "xoxb-…", "your-token-goes-here", "xoxb-test", "motdepasse123"]
)
def test_a_secret_left_as_in_an_example(value: str) -> None:
    level, said, about = told_of(slack_bot_token=value)["secrets.exemple"]
    assert (level, about) == (Level.FAUTE, "SLACK_BOT_TOKEN")
    assert value not in said


def test_a_key_with_a_comma_is_one_key() -> None:
    found = told_of(ATELIER_SECRET_KEY="une phrase, que personne ne devine")
    assert [point for point in found if point != "secrets"] == []
    assert told_of(MATTERMOST_COMMAND_TOKEN="court,bref") != {}, "a list, one a team"


def test_a_secret_cut_when_it_was_copied() -> None:
    assert told_of(slack_signing_secret=SIGNING[:9])["secrets.court"][0] is Level.ATTENTION


# Reminders


def test_a_reminder_held_for_the_morning_is_not_late(url: str) -> None:
    """Held since Friday evening until Monday nine, and from then on late by what Monday has lasted."""
    engine = open_engine(url)
    units = units_on(engine)
    units.run(_camille)
    friday, monday = datetime(2026, 11, 27, 17, 30, tzinfo=UTC), datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    due = Wanted("cible_instruction", 1, "avant", 2, PersonId("camille"), friday, escalates=False)
    units.run(lambda u: u.reminders.keep(REF, [due], friday - timedelta(days=1)))
    late = lambda now: units.run(lambda u: pulse.taken(u, now).late)  # noqa: E731
    assert late(friday + timedelta(hours=10)) == 0, "Saturday"
    assert late(monday - timedelta(minutes=1)) == 0, "a minute before nine in Paris"
    assert late(monday + timedelta(minutes=7)) == 7 * 60
    units.run(lambda u: u.conversations.keep(Address(platform="rappels", id="camille"), {"jour": "2026-11-30"}))
    assert late(monday + timedelta(hours=2)) == 0, "she was told already this morning: it is held until tomorrow"
    assert late(monday + timedelta(days=1, minutes=5)) == 5 * 60
    engine.dispose()


def test_one_of_the_last_day_does_not_wait_for_the_next_morning(url: str) -> None:
    engine = open_engine(url)
    units = units_on(engine)
    units.run(_camille)
    noon = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
    for kind, hour in (("avant", noon - timedelta(hours=2)), ("jour", noon)):
        due = Wanted(f"r{kind}", 1, kind, 0, PersonId("camille"), hour, escalates=False)
        units.run(lambda u, d=due, k=kind: u.reminders.keep(f"{REF}{k}", [d], noon - timedelta(days=1)))
    units.run(lambda u: u.conversations.keep(Address(platform="rappels", id="camille"), {"jour": "2026-11-30"}))
    assert units.run(lambda u: pulse.taken(u, noon + timedelta(minutes=3)).late) == 3 * 60
    engine.dispose()


def _camille(unit: Unit) -> None:
    person = Person(id=PersonId("camille"), name="Camille", departement="55", holdings=(Holding(role=Role.SVC),))
    unit.people.add(person, (Address(platform="slack", id="UC"),))


# The round trip that an administrator answers


async def trip(url: str, patience: float = 30.0, **given: str) -> list[Finding]:
    chosen = Settings(
        database_url=url, atelier_secret_key=SECRET.decode(), atelier_admins="slack:UADMIN", slack_bot_token=BOT_TOKEN,
        slack_signing_secret=SIGNING, **given,
    )  # fmt: skip
    return await doctor_round_trip.findings(chosen, patience)


def _admin(unit: Unit) -> None:
    person = Person(id=PersonId("admin"), name="Dominique", holdings=(Holding(role=Role.ADMIN),), noticed=True)
    unit.people.add(person, (Address(platform="slack", id="UADMIN"),))


async def sent(engine: Engine) -> tuple[str, str]:
    """The trip's number and its letter's id, once it waits in the outbox."""
    async with asyncio.timeout(30):
        while True:
            with engine.begin() as connection:
                rows = connection.execute(text("SELECT id, message FROM outbox")).all()
            if rows:
                told = rows[0][1] if isinstance(rows[0][1], dict) else json.loads(rows[0][1])
                return told["card"]["buttons"][0]["token"]["arg"], rows[0][0]
            await asyncio.sleep(0.02)


def _state(engine: Engine, state: str, reason: str = "") -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET state = :s, reason = :r"), {"s": state, "r": reason})


async def _acts(engine: Engine, event: AnyEvent) -> Answer:
    desk = Desk(Writer(units_on(engine)), Config(review=REVIEW, territories=TERRITORIES))
    return await desk.receive(event, datetime.now(UTC))


def _by_admin() -> dict[str, Any]:
    account = Address(platform="slack", id="UADMIN")
    return {"sender": account, "place": Address(platform="slack", id="dm:UADMIN"), "id": fresh_id()}


async def test_a_round_trip_that_comes_back(url: str) -> None:
    engine = open_engine(url)
    units_on(engine).run(_admin)
    task = asyncio.create_task(trip(url))
    number, _ = await sent(engine)
    _state(engine, "posted")
    token = Token(act="aller_retour", arg=number, who="admin")
    opened = await _acts(engine, Pressed(**_by_admin(), token=token))
    [asked] = opened.replies
    assert isinstance(asked, Ask)
    assert not task.done(), "a press is not enough"
    done = await _acts(engine, Filled(**_by_admin(), token=asked.form.token, given={"mot": ""}))
    assert "complet" in str(done.replies)
    [found] = await task
    assert (found.level, found.subject) == (Level.OK, "slack")
    late = await _acts(engine, Pressed(**_by_admin(), token=token))
    assert late.outcome == "refused", "the trip is over"
    engine.dispose()


async def test_a_round_trip_typed(url: str) -> None:
    """Everything by text too."""
    engine = open_engine(url)
    units_on(engine).run(_admin)
    task = asyncio.create_task(trip(url))
    number, _ = await sent(engine)
    await _acts(engine, Asked(**_by_admin(), text=f"aller_retour {number} reçu"))
    assert [f.level for f in await task] == [Level.OK]
    engine.dispose()


@pytest.mark.parametrize(
    ("state", "pressed", "level", "words"),
    [
        ("waiting", False, Level.FAUTE, "n'est pas parti vers Slack"),
        ("dead", False, Level.FAUTE, "refuse le message d'essai (user_not_found)"),
        ("posted", False, Level.ATTENTION, "n'est pas revenu au robot"),
        ("posted", True, Level.ATTENTION, "mais pas sa fenêtre"),
    ],
)
async def test_a_round_trip_that_stops_on_its_way(
    sqlite_url: str, state: str, pressed: bool, level: Level, words: str
) -> None:
    engine = open_engine(sqlite_url)
    units_on(engine).run(_admin)
    task = asyncio.create_task(trip(sqlite_url, patience=2.0))
    number, _ = await sent(engine)
    _state(engine, state, "user_not_found")
    if pressed:
        await _acts(engine, Pressed(**_by_admin(), token=Token(act="aller_retour", arg=number, who="admin")))
    [found] = await task
    assert (found.level, words in SAY(found.said)) == (level, True), SAY(found.said)
    assert found.repair is not None
    engine.dispose()


async def test_nobody_to_ask(sqlite_url: str) -> None:
    [unknown] = await trip(sqlite_url)
    assert (unknown.level, "ATELIER_ADMINS" in SAY(unknown.repair or unknown.said)) == (Level.ATTENTION, True)


async def test_a_trip_is_its_own_administrator_s_alone(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    units_on(engine).run(_admin)
    units_on(engine).run(_camille)
    task = asyncio.create_task(trip(sqlite_url, patience=2.0))
    number, _ = await sent(engine)
    other = {**_by_admin(), "sender": Address(platform="slack", id="UC")}
    assert (await _acts(engine, Asked(**other, text=f"aller_retour {number} reçu"))).outcome == "refused"
    [found] = await task
    assert found.level > Level.OK
    engine.dispose()


# Clocks and zones


@pytest.mark.parametrize(("apart", "level"), [(0, 0), (4, 0), (6, 1), (-6, 1), (31, 2), (-3600, 2)])
def test_clocks_that_differ(apart: int, level: int) -> None:
    theirs = HOUR + timedelta(seconds=apart)
    found = skew("horloge", theirs, HOUR, HOUR, tr("Slack"))
    assert found.level == level
    assert level == 0 or f"{abs(apart)} s" in SAY(found.said)


def test_zones_that_are_not_installed() -> None:
    assert zones(["Europe/Paris", "Pacific/Tahiti"]).level is Level.OK
    found = zones(["Europe/Paris", "Mars/Olympus"])
    assert (found.level, "Mars/Olympus" in SAY(found.said)) == (Level.FAUTE, True)


# Slack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with serving(FakeSlack()) as server:
        yield server


async def asked(slack: FakeSlack, channel: str = "C1") -> dict[str, tuple[Level, str]]:
    return by_point(await Slack("xoxb-1", f"{slack.url}/api/", channel).findings())


async def test_a_slack_that_knows_us(slack: FakeSlack) -> None:
    slack.will("auth.test", {"ok": True, "user": "atelier", "team": "DGALN"}, **SCOPED)
    found = await asked(slack)
    assert {level for level, _ in found.values()} == {Level.OK}, found
    assert found["slack.jeton"][1] == "Slack connaît le robot : atelier, espace DGALN."
    assert f"{len(SCOPES)} droits" in found["slack.droits"][1]
    assert set(found) == {"slack.jeton", "slack.droits", "slack.horloge", "slack.salon"}
    assert slack.of("conversations.history") == [{"channel": "C1", "limit": "1"}]


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_token_that_is_refused(slack: FakeSlack, code: str) -> None:
    slack.fail("auth.test", code)
    found = await asked(slack)
    level, said = found["slack.jeton"]
    assert (level, code in said, "xoxb-…" in said) == (Level.FAUTE, True, True)
    assert slack.of("conversations.history") == [], "nothing else is asked with a token that is refused"


async def test_scopes_against_the_manifest(slack: FakeSlack) -> None:
    few, many = ",".join(SCOPES[1:]), ",".join([*SCOPES, "admin"])
    for header, level, named in ((few, Level.FAUTE, SCOPES[0]), (many, Level.ATTENTION, "admin")):
        slack.will("auth.test", {"ok": True}, **{"x-oauth-scopes": header})
        found = (await asked(slack))["slack.droits"]
        assert (found[0], named in found[1], "atelier slack manifest" in found[1]) == (level, True, True)
    slack.will("auth.test", {"ok": True})
    assert (await asked(slack))["slack.droits"][0] is Level.ATTENTION, "Slack did not say"


@pytest.mark.parametrize(
    ("code", "level", "repair"),
    [
        ("not_in_channel", Level.FAUTE, "/invite"), ("channel_not_found", Level.FAUTE, "/invite"),
        ("missing_scope", Level.ATTENTION, "manifeste"), ("internal_error", Level.ATTENTION, "relancez"),
    ],
)  # fmt: skip
async def test_the_review_channel(slack: FakeSlack, code: str, level: Level, repair: str) -> None:
    slack.will("auth.test", {"ok": True}, **SCOPED)
    slack.fail("conversations.history", code)
    found = (await asked(slack))["slack.salon"]
    assert (found[0], code in found[1], repair in found[1]) == (level, True, True)


async def test_a_review_channel_that_is_elsewhere_is_not_asked_for(slack: FakeSlack) -> None:
    slack.will("auth.test", {"ok": True}, **SCOPED)
    assert "slack.salon" not in await asked(slack, "")


async def test_the_hour_of_slack(slack: FakeSlack) -> None:
    early = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
    slack.will("auth.test", {"ok": True}, **SCOPED, Date=early)
    assert (await asked(slack))["slack.horloge"][0] is Level.FAUTE
    slack.will("auth.test", {"ok": True}, **SCOPED, Date="hier")
    assert "slack.horloge" not in await asked(slack)


@pytest.mark.parametrize("where", ["auth.test", "conversations.history"])
async def test_a_connection_that_breaks(slack: FakeSlack, where: str) -> None:
    if where != "auth.test":
        slack.will("auth.test", {"ok": True}, **SCOPED)
    slack.cut(where)
    found = await asked(slack)
    point = "slack.jeton" if where == "auth.test" else "slack.salon"
    assert found[point][0] > Level.OK


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, "<html>connexion</html>", "text/html"),
        (200, "[1]", "application/json"),
        (503, "", "text/plain"),
        (302, "", "text/plain"),
    ],
)
async def test_a_page_in_place_of_an_answer(status: int, body: str, kind: str) -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=kind, headers={"Location": "/ailleurs"})

    app = web.Application()
    app.router.add_post("/{any:.*}", page)
    async with TestServer(app) as server:
        found = by_point(await Slack("xoxb-1", str(server.make_url("/api/"))).findings())
    assert found["slack.jeton"][0] is Level.FAUTE
    assert f"HTTP {status}" in found["slack.jeton"][1]


async def test_a_slack_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    monkeypatch.setattr(slack_checkup, "PATIENCE", 0.2)
    app = web.Application()
    app.router.add_post("/{any:.*}", never)
    async with TestServer(app, shutdown_timeout=0.1) as server:
        found = by_point(await Slack("xoxb-1", str(server.make_url("/api/"))).findings())
    assert found["slack.jeton"][0] is Level.FAUTE


@pytest.mark.parametrize("api", ["http://127.0.0.1:1/api/", "pas une adresse", "http://[", "ftp://x/"])
async def test_an_address_where_nobody_is(api: str) -> None:
    found = by_point(await Slack("xoxb-1", api).findings())
    assert (found["slack.jeton"][0], set(found)) == (Level.FAUTE, {"slack.jeton"})


# Settings, and the command


def test_a_key_that_can_be_guessed_weighs_little() -> None:
    assert weight(b"a" * 64) == 0
    assert weight(b"motdepasse" * 4) < weight(GOOD_KEY.encode())
    assert weight(GOOD_KEY.encode()) > 200


def told(done) -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for one in json.loads(done.stdout)["findings"]:
        assert list(one) == ["code", "level", "subject", "sentence", "repair"]
        assert (one["level"] == "ok") == (one["repair"] == "")
        found.setdefault(one["code"], []).append((one["level"], one["sentence"], one["repair"]))
    return found


@pytest.fixture
def migrated(sqlite_template: Path, tmp_path: Path) -> Path:
    (tmp_path / "a.db").write_bytes(sqlite_template.read_bytes())
    (tmp_path / "a.db").chmod(0o600)  # as « atelier migrate » makes it
    return tmp_path


def test_every_wrong_setting_is_named_not_the_first_alone(migrated: Path) -> None:
    done = run("doctor", "--json", cwd=migrated, ATELIER_ADMINS="alice", ATELIER_SECRET_KEY="court", SLACK_BOT_TOKEN="xoxp-1",
               SLACK_API_URL="http://127.0.0.1:1/api/")  # fmt: skip
    assert done.returncode == 2, done.stderr
    said = " ".join(phrase for _, phrase, _ in told(done)["reglages"])
    for name in (
        "SLACK_SIGNING_SECRET",
        "ATELIER_SECRET_KEY",
        "ATELIER_REVIEW_CHANNEL",
        "ATELIER_ADMINS",
        "xoxb-",
        "ATELIER_PUBLIC_URL",
    ):
        assert name in said
    assert all(repair for level, _, repair in told(done)["reglages"])
    assert "xoxp-1" not in done.stdout + done.stderr
    assert "court," not in done.stdout


def test_a_name_that_is_nearly_a_setting(migrated: Path) -> None:
    done = run("doctor", "--json", cwd=migrated, ATELIER_ADMIN="mattermost:x", MATTERMOST_TOKENS="jeton", ATELIER_LUNE="1",
               MATTERMOST_ADMIN_TOKEN="prêté", SLACK_COLOUR="bleu", atelier_public_url="https://atelier.example")  # fmt: skip
    said = [phrase for _, phrase, _ in told(done)["reglages"] if "n'est pas un réglage" in phrase]
    assert said == [
        "ATELIER_ADMIN n'est pas un réglage du robot, et n'est pas lue : est-ce ATELIER_ADMINS ?",
        "ATELIER_LUNE n'est pas un réglage du robot, et n'est pas lue.",
        "MATTERMOST_TOKENS n'est pas un réglage du robot, et n'est pas lue : est-ce MATTERMOST_TOKEN ?",
    ]


def test_settings_that_cannot_be_read(migrated: Path) -> None:
    done = run("doctor", cwd=migrated, PORT="quatre-vingts")
    assert done.returncode == 2
    assert "✗ faute     PORT ne convient pas : il faut un nombre entier" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_bot_without_any_setting_is_told_what_to_give(tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path, ATELIER_SECRET_KEY="")
    assert done.returncode == 2
    for said in ("ATELIER_SECRET_KEY manque", "Aucune plateforme", "lancez « atelier migrate »", "→", "fautes, "):
        assert said in done.stdout
    assert list(tmp_path.iterdir()) == [], "it makes no file"


def _beats(path: Path) -> None:
    engine = open_engine(f"sqlite:///{path}")
    units_on(engine).run(pulse.beat)
    there(engine, HERE)
    engine.dispose()


async def test_the_exit_status_is_the_worst_level(migrated: Path, slack: FakeSlack) -> None:
    env = {
        "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": f"{slack.url}/api/",
        "ATELIER_REVIEW_CHANNEL": "slack:C1", "ATELIER_ADMINS": "slack:U1", "ATELIER_SECRET_KEY": GOOD_KEY,
        "ATELIER_PUBLIC_URL": "https://atelier.example",
    }  # fmt: skip
    _beats(migrated / "a.db")
    slack.will("auth.test", {"ok": True}, **SCOPED)
    done = await asyncio.to_thread(lambda: run("doctor", cwd=migrated, **env))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Tout va bien."), done.stdout + done.stderr
    slack.will("auth.test", {"ok": True}, **SCOPED)
    weak = await asyncio.to_thread(
        lambda: run("doctor", "--json", cwd=migrated, **{**env, "ATELIER_SECRET_KEY": "a" * 40})
    )
    assert (weak.returncode, json.loads(weak.stdout)["level"]) == (1, "warning")
    assert "openssl rand -hex 32" in told(weak)["cle"][0][2]
    slack.fail("auth.test", "invalid_auth")
    refused = await asyncio.to_thread(lambda: run("doctor", "--json", cwd=migrated, **env))
    assert (refused.returncode, json.loads(refused.stdout)["level"]) == (2, "error")
    with sqlite3.connect(migrated / "a.db") as raw_:
        assert raw_.execute("SELECT count(*) FROM people").fetchone() == (0,), (
            "first administrators are not made by looking"
        )
    raw_.close()
