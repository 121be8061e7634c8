"""What machines ask of a running bot: alive, ready, and its figures; on both databases, with a Slack that comes and goes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

import httpx
import pytest
import uvicorn
from databases import SECRET, fresh_id
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, event, text
from starlette.applications import Starlette
from town import LANGUAGES, MONDAY, TERRITORIES

from bot import production, pulse, web
from bot.app import Application, compose
from bot.clock import JumpingClock, SystemClock
from bot.sandbox.local import settle_in
from bot.sandbox.people import CAMILLE, NORA, REVIEW
from bot.sandbox.platform import Sandbox
from bot.sandbox.world import World, direct
from bot.settings import Settings
from bot.slack.app import Config, SlackRoom
from chat.cards import Message
from chat.platform import Undelivered
from chat.talk import AnyEvent
from chat.text import raw
from storage.engine import open_engine
from storage.unit import Units
from storage.writer import Writer
from tests.slack.server import FakeSlack, serving


@dataclass
class Served:
    """A bot and its routes, asked over HTTP."""

    app: Application
    sandbox: Sandbox
    clock: JumpingClock
    http: httpx.AsyncClient

    async def metrics(self) -> dict[str, float]:
        answer = await self.http.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=")
        return {
            f"{s.name}{sorted(s.labels.values())}" if s.labels else s.name: s.value
            for family in text_string_to_metric_families(answer.text)
            for s in family.samples
        }

    async def points(self) -> tuple[int, dict[str, str]]:
        answer = await self.http.get("/readyz")
        told = answer.json()
        assert told["pret"] == (answer.status_code == 200) == all(p["etat"] == "ok" for p in told["points"])
        return answer.status_code, {p["point"]: f"{p['etat']} : {p['phrase']}" for p in told["points"]}


def served(url: str, **asked) -> Served:
    clock = JumpingClock(MONDAY, machine=SystemClock())
    sandbox = Sandbox(World(), clock.now)
    app = compose(
        writer=Writer(Units(open_engine(url), SECRET, fresh_id)), review=REVIEW, platforms={"sandbox": sandbox},
        clock=clock, territories=TERRITORIES, languages=LANGUAGES,
    )  # fmt: skip
    sandbox.attach(app.receive)
    if not app.writer.call(lambda unit: unit.people.all()):
        settle_in(app, sandbox.world)
    site = Starlette(routes=[*web.operations(app, **asked)])
    return Served(app, sandbox, clock, httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://bot"))


@pytest.fixture
async def bot(url: str) -> AsyncIterator[Served]:
    made = served(url)
    yield made
    await made.http.aclose()
    made.app.close()


async def test_a_bot_that_is_alive_says_so_even_without_its_database(bot: Served, gone: Callable[[], None]) -> None:
    gone()
    answer = await bot.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"vivant": True})
    assert answer.headers["cache-control"] == "no-store"


async def test_ready_once_the_database_answers(bot: Served) -> None:
    status, points = await bot.points()
    assert status == 200
    assert points["base"].startswith("ok : La base de données répond")
    assert points["horloge"] == "ok : L'horloge démarre."
    await bot.app.ring()
    assert "L'horloge a battu il y a" in (await bot.points())[1]["horloge"]


@pytest.fixture
def gone(bot: Served, url: str) -> Callable[[], None]:
    """Take the tables away, as a wrong database would."""

    def away() -> None:
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            connection.execute(text("ALTER TABLE outbox RENAME TO outbox_away"))
        engine.dispose()

    return away


async def test_not_ready_on_a_schema_of_another_version(bot: Served, url: str) -> None:
    engine = open_engine(url)
    for version, sentence in (("0000", "version plus récente"), ("", "lancez « atelier migrate »")):
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            if version:
                connection.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": version})
        status, points = await bot.points()
        assert status == 503
        assert points["base"].startswith("faute : ")
        assert sentence in points["base"]
        assert "horloge" not in points, "nothing is said of what was not asked"
    engine.dispose()


async def test_a_clock_that_stopped_is_a_fault_and_says_what_to_do(url: str) -> None:
    made = served(url, stale=0)
    status, points = await made.points()
    assert status == 503
    assert "L'horloge n'a jamais battu" in points["horloge"]
    made.app.writer.call(lambda u: u.leases.take(pulse.CLOCK, pulse.ANY_WORKER, pulse.BEAT - 300))
    assert "L'horloge n'a pas battu depuis 30" in (await made.points())[1]["horloge"]
    assert "« atelier work »" in (await made.points())[1]["horloge"]
    made.app.close()


async def test_platforms_that_do_not_answer(sqlite_url: str) -> None:
    async with serving(FakeSlack()) as slack:
        room = SlackRoom(Config(token="xoxb-1", api_url=f"{slack.url}/api/"), secret=SECRET, languages=LANGUAGES)
        made = served(sqlite_url, reach=web.greeting({"slack": room.platform.hello}))
        slack.fail("auth.test", "token_revoked")
        status, points = await made.points()
        assert status == 503
        assert "« slack » ne répond pas (auth.test: token_revoked)" in points["plateforme:slack"]
        assert (await made.points())[0] == 503, "asked again at once, Slack is not"
        assert len(slack.of("auth.test")) == 1
        again = served(sqlite_url, reach=web.greeting({"slack": room.platform.hello}))
        assert (await again.points())[0] == 200
        await room.close()
    for app in (made.app, again.app):
        app.close()


async def test_a_platform_that_breaks_in_an_unknown_way_does_not_break_the_probe(sqlite_url: str) -> None:
    async def broken() -> None:
        raise LookupError("jamais vu")

    made = served(sqlite_url, reach=web.greeting({"slack": broken}))
    assert "(LookupError)" in (await made.points())[1]["plateforme:slack"]
    made.app.close()


async def test_events_letters_and_ticks_are_counted(bot: Served) -> None:
    await bot.sandbox.command(CAMILLE.account, direct(CAMILLE.account), "demande")
    await bot.sandbox.say(NORA.account, direct(NORA.account), "bonjour")
    before = await bot.metrics()
    assert before["atelier_outbox_waiting"] > 0
    assert before["atelier_clock_age_seconds"] == math.inf, "no clock ever ticked: an alert on its age is due"
    await bot.app.settle()
    after = await bot.metrics()
    assert after["atelier_database_up"] == 1
    assert after["atelier_outbox_waiting"] == 0
    assert after["atelier_letters_carried_total"] == before["atelier_outbox_waiting"]
    counted = {name: n for name, n in after.items() if name.startswith("atelier_events_total")}
    assert sum(counted.values()) == 2
    assert any("'asked'" in name for name in counted)
    assert after["atelier_event_seconds_count['asked', 'sandbox']"] == 1
    assert after["atelier_ticks_total['carry', 'done']"] == after["atelier_ticks_total['done', 'ring']"] == 1
    assert after["atelier_tick_last_timestamp_seconds['ring']"] > 1_700_000_000
    assert after["atelier_clock_age_seconds"] < 60


async def test_what_may_break_is_shown_before_it_does(bot: Served) -> None:
    """Prometheus sees no increase in a count that is born at one."""
    broken = {name: n for name, n in (await bot.metrics()).items() if "_total" in name and "'broken'" in name}
    assert "atelier_events_total['asked', 'broken', 'sandbox']" in broken
    assert (len(broken), set(broken.values())) == (len(get_args(AnyEvent)), {0.0}), "each kind of event"


async def test_ages_and_dead_letters(bot: Served) -> None:
    bot.app.writer.call(lambda u: u.outbox.put(REVIEW, Message(text=raw("un")), due=bot.clock.now()))
    bot.clock.jump(timedelta(minutes=10))
    figures = await bot.metrics()
    assert 600 <= figures["atelier_outbox_oldest_seconds"] < 660
    bot.sandbox.world.outage = lambda stage: Undelivered("panne") if stage == "post" else None
    await bot.app.carry()
    assert (await bot.metrics())["atelier_outbox_waiting"] == 1
    assert (await bot.metrics())["atelier_letters_carried_total"] == 0


async def test_without_its_database_no_old_figure_passes_for_a_present_one(
    bot: Served, gone: Callable[[], None]
) -> None:
    assert (await bot.metrics())["atelier_database_up"] == 1
    gone()
    figures = await bot.metrics()
    assert figures["atelier_database_up"] == 0
    assert figures["atelier_outbox_waiting"] != figures["atelier_outbox_waiting"]


async def test_two_bots_do_not_share_their_counters(sqlite_url: str) -> None:
    one, other = served(sqlite_url), served(sqlite_url)
    await one.app.carry()
    assert "atelier_ticks_total['carry', 'done']" in await one.metrics()
    assert "atelier_ticks_total['carry', 'done']" not in await other.metrics()
    for made in (one, other):
        made.app.close()


async def test_nothing_people_wrote_nor_who_they_are_is_told(bot: Served) -> None:
    await bot.sandbox.say(CAMILLE.account, direct(CAMILLE.account), "confidence")
    told = (await bot.http.get("/metrics")).text
    assert "confidence" not in told
    assert CAMILLE.account not in told


async def test_the_routes_beside_those_of_slack_on_a_real_port(sqlite_url: str) -> None:
    """Mounted as `serve` does: a Slack that answers, then one that is gone; Slack's own route is still there."""
    async with serving(FakeSlack()) as slack:
        chosen = Settings(
            database_url=sqlite_url, atelier_secret_key=SECRET.decode(), atelier_review_channel="slack:C1",
            slack_bot_token="xoxb-1", slack_signing_secret="secret", slack_api_url=f"{slack.url}/api/",
        )  # fmt: skip
        made = production.build(chosen, TERRITORIES, LANGUAGES)
        reach = web.greeting({room.platform.name: room.platform.hello for room in made.rooms})
        site = production.site(made, web.operations(made.app, reach), worker=True)
        server = uvicorn.Server(uvicorn.Config(site, port=0, log_level="error"))
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait on
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            assert (await http.get("/healthz")).status_code == 200
            ready = await http.get("/readyz")
            assert (ready.status_code, "plateforme:slack" in ready.text) == (200, True)
            assert (await http.post("/slack/events", content="rien")).status_code == 401
            assert "atelier_outbox_waiting 0.0" in (await http.get("/metrics")).text
        server.should_exit = True
        await task


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_only_reading(bot: Served, path: str) -> None:
    assert (await bot.http.post(path)).status_code == 405


async def test_who_asks_without_end_keeps_nobody_waiting(bot: Served) -> None:
    """These addresses are anybody's: two hundred questions at once are one for the database, and still each is answered."""
    begun: list[object] = []
    count = begun.append
    event.listen(Engine, "begin", count)
    try:
        for path, most in (("/metrics", 2), ("/readyz", 4)):
            begun.clear()
            answers = await asyncio.gather(*(bot.http.get(path) for _ in range(200)))
            assert {answer.status_code for answer in answers} == {200}
            assert len(begun) <= most, path
    finally:
        event.remove(Engine, "begin", count)
