"""`atelier doctor`: what it finds wrong, and that it changes nothing, waits for nobody and never breaks."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from databases import SECRET, units_on
from operated import run
from samples import REF, by, message
from sqlalchemy import text

from bot import pulse
from bot.database_checkup import Checkup as Database
from bot.doctor import zones
from bot.findings import Finding, Level
from bot.sandbox.people import REVIEW
from bot.settings_checkup import weight
from bot.skew import skew
from bot.slack import checkup as slack_checkup
from bot.slack.checkup import Checkup as Slack
from bot.slack.scopes import SCOPES
from chat.language import load
from chat.text import tr
from storage.engine import open_engine
from tests.slack.server import FakeSlack, serving

SAY = load().say("fr")
HOUR = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GOOD_KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SCOPED = {"x-oauth-scopes": ",".join(SCOPES)}


def by_point(findings: list[Finding]) -> dict[str, tuple[Level, str]]:
    """One finding a point, its repair along; ok ones have none, others always have one."""
    assert all((f.repair is None) == (f.level is Level.OK) for f in findings)
    return {f.point: (f.level, SAY(f.said) + (f" → {SAY(f.repair)}" if f.repair else "")) for f in findings}


# The database


def looked(url: str, secret: bytes | None = SECRET) -> dict[str, tuple[Level, str]]:
    return by_point(Database(url, secret).findings())


def test_a_database_that_works(url: str) -> None:
    engine = open_engine(url)
    units_on(engine).run(pulse.beat)
    engine.dispose()
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
    assert "3 message(s) refusé(s)" in said
    assert "ADT-2026-0001 : chat.postMessage: is_archived" in said
    for seconds, level in ((30, Level.OK), (600, Level.ATTENTION), (7200, Level.FAUTE)):
        units.run(lambda u, s=seconds: u.leases.take(pulse.CLOCK, pulse.ANY_WORKER, pulse.BEAT - s))
        assert looked(url)["horloge"][0] is level
    engine.dispose()


def test_a_journal_that_was_changed_or_another_key(url: str) -> None:
    engine = open_engine(url)
    units_on(engine).run(lambda u: u.journal.write(REF, what="D1", by=by("alice"), at=HOUR))
    engine.dispose()
    assert looked(url)["journal"] == (Level.OK, "Le journal est intact : 1 demande(s).")
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
    for one in json.loads(done.stdout)["constats"]:
        found.setdefault(one["point"], []).append((one["niveau"], one["phrase"], one["reparation"]))
    return found


@pytest.fixture
def migrated(sqlite_template: Path, tmp_path: Path) -> Path:
    (tmp_path / "a.db").write_bytes(sqlite_template.read_bytes())
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


def test_settings_that_cannot_be_read(migrated: Path) -> None:
    done = run("doctor", cwd=migrated, PORT="quatre-vingts")
    assert done.returncode == 2
    assert "✗ faute     PORT ne convient pas" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_bot_without_any_setting_is_told_what_to_give(tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path, ATELIER_SECRET_KEY="")
    assert done.returncode == 2
    for said in ("ATELIER_SECRET_KEY manque", "Aucune plateforme", "lancez « atelier migrate »", "→", "faute(s)"):
        assert said in done.stdout
    assert list(tmp_path.iterdir()) == [], "it makes no file"


def _beats(path: Path) -> None:
    engine = open_engine(f"sqlite:///{path}")
    units_on(engine).run(pulse.beat)
    engine.dispose()


async def test_the_exit_status_is_the_worst_level(migrated: Path, slack: FakeSlack) -> None:
    env = {
        "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "secret", "SLACK_API_URL": f"{slack.url}/api/",
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
    assert (weak.returncode, json.loads(weak.stdout)["niveau"]) == (1, "attention")
    assert "openssl rand -hex 32" in told(weak)["cle"][0][2]
    slack.fail("auth.test", "invalid_auth")
    refused = await asyncio.to_thread(lambda: run("doctor", "--json", cwd=migrated, **env))
    assert (refused.returncode, json.loads(refused.stdout)["niveau"]) == (2, "faute")
    with sqlite3.connect(migrated / "a.db") as raw_:
        assert raw_.execute("SELECT count(*) FROM people").fetchone() == (0,), (
            "first administrators are not made by looking"
        )
    raw_.close()
