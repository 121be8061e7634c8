"""The websocket: resumed, read back, watched; and what was said while we were away."""

import asyncio
import json
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import fresh_id
from sqlalchemy import text

from bot.listening import Turn
from bot.mattermost import events
from bot.mattermost.socket import Socket
from chat.cards import Address
from chat.platform import Undelivered
from chat.talk import Asked, Said
from storage.engine import open_engine
from storage.unit import Units
from storage.writer import Writer
from tests.mattermost import posts
from tests.mattermost.captured import capture
from tests.mattermost.person import Person
from tests.mattermost.sockets import Sockets
from tests.mattermost.stage import Stage, say, staged
from tests.mattermost.tls import certificate
from tests.mattermost.town import KEY, connected
from tests.mattermost.world import new_id


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
async def live(stage: Stage) -> AsyncIterator[Stage]:
    async with connected(stage.room, stage.world):
        yield stage


def sockets(stage: Stage) -> Sockets:
    found = stage.world.sockets  # type: ignore[attr-defined]
    assert isinstance(found, Sockets)
    return found


async def until_connected(stage: Stage, times: int) -> None:
    async with asyncio.timeout(5):
        while len(sockets(stage).upgrades) < times or not sockets(stage).open:  # noqa: ASYNC110 - the server's own list
            await asyncio.sleep(0.01)


def heard(stage: Stage) -> list[str]:
    return [event.text for event in stage.desk.events if isinstance(event, Said | Asked)]


async def test_a_conversation(live: Stage):
    live.desk.will(say("Bonjour Anne"))
    live.anne.say("bonjour")
    await live.settle()
    assert heard(live) == ["bonjour"]
    assert [p["message"] for p in live.anne.screen()] == ["bonjour", "Bonjour Anne"]
    assert len(live.desk.events) == 1, "our own posts are not listened to"


async def test_a_mention_in_a_channel_is_answered_in_the_direct_conversation(live: Stage):
    live.desk.will(say("Voici la liste."))
    live.anne.say("@atelier-bot liste", live.channel)
    live.anne.say("et rien d'autre", live.channel)
    await live.settle()
    assert heard(live) == ["liste", "et rien d'autre"], "who listens is for the desk to say"
    assert [type(e) for e in live.desk.events] == [Asked, Said]
    assert "Voici la liste." in live.anne.read()
    assert "Voici la liste." not in live.paul.read(live.channel)


async def test_fact_40_a_wrong_token_is_known_before_the_socket(stage: Stage):
    token = stage.room.socket
    stage.world.tokens.clear()
    task = asyncio.create_task(stage.room.run())
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert sockets(stage).upgrades == [], "101, then silence: the token is tried by REST first"
    assert token.connection == ""


async def test_fact_41_what_was_missed_is_replayed(live: Stage):
    live.anne.say("avant")
    await live.settle()
    await sockets(live).cut()
    live.anne.say("pendant")
    await until_connected(live, 2)
    live.anne.say("après")
    await live.settle()
    assert heard(live) == ["avant", "pendant", "après"]
    assert sockets(live).upgrades[1]["connection_id"] == live.room.socket.connection
    assert int(sockets(live).upgrades[1]["sequence_number"]) > 0


async def test_fact_41_a_server_that_restarted_is_read_back(live: Stage):
    live.anne.say("avant")
    await live.settle()
    sockets(live).forget()
    await sockets(live).cut()
    live.anne.say("pendant", "")
    root = live.world.create(live.world.bot, {"channel_id": live.channel, "message": "racine"})
    live.paul.say("en fil", live.channel, root["id"])
    await until_connected(live, 2)
    await met(lambda: len(heard(live)) == 3)
    await live.settle()
    assert sorted(heard(live)) == ["avant", "en fil", "pendant"]
    live.anne.say("après")
    await live.settle()
    assert heard(live)[-1] == "après"


async def test_fact_41_a_gap_in_the_numbers_is_read_back(live: Stage):
    live.anne.say("avant")
    await live.settle()
    [connection] = sockets(live).known.values()
    queue, live.world.listeners[:] = live.world.listeners[0], []
    live.anne.say("perdu")
    connection.sent.append({})
    live.world.listeners[:] = [queue]
    live.anne.say("après")
    await met(lambda: len(heard(live)) == 3)
    await live.settle()
    assert sorted(heard(live)) == ["après", "avant", "perdu"]


async def test_fact_42_since_is_strict_and_brings_the_edited_and_the_deleted(stage: Stage):
    old = stage.anne.say("ancien")
    await asyncio.sleep(0.01)
    moment = datetime.now(UTC)
    await asyncio.sleep(0.01)
    stage.world.change(old, {"message": "ancien corrigé"})
    first, gone, last = (stage.anne.say(text) for text in ("un", "effacé", "deux"))
    gone["delete_at"] = gone["update_at"] = stage.world.now()
    exactly = datetime.fromtimestamp(first["create_at"] / 1000, UTC)
    place = Address(platform="mattermost", id=f"dm:{stage.anne.id}")
    assert await stage.room.catch_up.since(place, min(moment, exactly)) == 2
    assert heard(stage) == ["un", "deux"]
    assert last["id"] in {e.post for e in stage.desk.events if isinstance(e, Said)}
    assert await stage.room.catch_up.since(place, moment) == 0, "heard already"


async def test_fact_42_a_post_of_that_very_millisecond_is_read_back(stage: Stage):
    post = stage.anne.say("un")
    moment = datetime.fromtimestamp(post["create_at"] / 1000, UTC)
    assert await stage.room.catch_up.since(Address(platform="mattermost", id=f"dm:{stage.anne.id}"), moment) == 1


async def test_what_was_recorded_after_a_reconnection_is_heard_in_order(stage: Stage):
    recorded = capture("websocket_reconnect_replay_events")
    stage.room.platform.me.id = recorded[0]["data"]["channel_name"].partition("__")[0]
    stage.room.socket.connection, stage.room.socket.next = "a", 2
    others = [capture(f"websocket_{name}") for name in ("post_edited", "post_deleted_seen_by_bot")]
    others = [event | {"seq": 5 + number} for number, event in enumerate(others)]
    for event in [*recorded, *others, *capture("websocket_challenge_auth_events")[1:]]:
        await stage.room.socket._heard(json.dumps(event))
    await stage.settle()
    assert [words for words in heard(stage) if words] == [f"pendant coupure {number}" for number in range(3)]
    gone = [event for event in stage.desk.events if isinstance(event, Said) and event.deleted]
    assert [event.post for event in gone] == ["deyufe4h4iydpp7f7arng4p63a"], "in a channel of its own"
    assert stage.of("GET", "/channels") == [], "no gap, nothing read back"


async def test_a_thread_is_read_back_alone(stage: Stage):
    root = stage.world.create(stage.world.bot, {"channel_id": stage.channel, "message": "racine"})
    stage.paul.say("en fil", stage.channel, root["id"])
    stage.paul.say("ailleurs", stage.channel)
    place = Address(platform="mattermost", id=stage.channel)
    assert await stage.room.catch_up.since(place, datetime.now(UTC) - timedelta(hours=1), root["id"]) == 1
    assert heard(stage) == ["en fil"]


async def test_a_post_waits_for_the_memory(live: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "WAITS", (0.02,))
    live.desk.will(outcome="away")
    live.desk.will(outcome="away")
    live.anne.say("un")
    live.anne.say("deux")
    await live.settle()
    assert heard(live) == ["un", "un", "un", "deux"]


async def test_a_file_that_is_never_given_holds_up_nobody_for_ever(live: Stage, monkeypatch: pytest.MonkeyPatch):
    """A proxy blocks it, and nothing else: the person is told, and what follows is heard."""
    monkeypatch.setattr(events, "WAITS", (0.01,))
    monkeypatch.setattr(events, "FILE_TRIES", 3)
    post = live.anne.say("Voici la note", files={"note.pdf": b"%PDF-1.7"})
    live.world.blocked.update(post["file_ids"])
    live.anne.say("Et la suite")
    async with asyncio.timeout(20):
        await live.settle()
    assert heard(live) == ["Voici la note", "Et la suite"]
    assert any("note.pdf" in told["message"] for told in live.anne.screen() if told["user_id"] == live.world.bot)


async def test_the_token_is_revoked_while_we_listen(stage: Stage):
    stage.room.socket.check = 0.05
    async with connected(stage.room, stage.world):
        stage.world.tokens = {k: v for k, v in stage.world.tokens.items() if v != stage.world.bot}
        async with asyncio.timeout(5):
            while any(not c.closed for c in sockets(stage).open.values()):  # noqa: ASYNC110 - the server's own list
                await asyncio.sleep(0.02)


async def test_fact_45_the_upgrade_is_limited_and_waited_for(stage: Stage):
    waits = []

    async def hello() -> None:
        waits.append(asyncio.get_running_loop().time())

    room = stage.room.socket
    socket = Socket(room.url, room.token, hello, room.told, room.resync, room.now, first_wait=0.01, longest=5)
    stage.world.outage = "limited"
    task = asyncio.create_task(socket.run())
    await asyncio.sleep(0.3)
    assert len(waits) == 1, "Retry-After: 1 is obeyed"
    stage.world.outage = ""
    await until_connected(stage, 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert 0.9 < waits[1] - waits[0] < 3


async def test_the_server_goes_and_comes_back(live: Stage):
    live.world.outage = "down"
    await sockets(live).cut()
    live.anne.say("pendant la panne")
    with pytest.raises(Undelivered):
        await live.room.hello()
    await asyncio.sleep(0.1)
    live.world.outage = ""
    await until_connected(live, 2)
    await met(lambda: bool(heard(live)))
    await live.settle()
    assert heard(live) == ["pendant la panne"]


async def test_a_server_that_was_away_at_our_start(stage: Stage):
    stage.world.outage = "down"
    stage.room.socket.first_wait = 0.02
    await asyncio.sleep(0.01)
    task = asyncio.create_task(stage.room.run())
    await asyncio.sleep(0.1)
    stage.anne.say("pendant la panne")
    stage.world.outage = ""
    await until_connected(stage, 1)
    await met(lambda: bool(heard(stage)))
    await stage.settle()
    assert heard(stage) == ["pendant la panne"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_catching_up_waits_for_the_server(stage: Stage):
    catch_up = replace(stage.room.catch_up, pause=0.02)
    stage.anne.say("avant notre départ")
    stage.world.outage = "broken"
    place = Address(platform="mattermost", id=f"dm:{stage.anne.id}")
    task = asyncio.create_task(catch_up.since(place, datetime.now(UTC) - timedelta(hours=1)))
    await asyncio.sleep(0.1)
    assert heard(stage) == []
    stage.world.outage = ""
    assert await task == 1
    assert heard(stage) == ["avant notre départ"]


async def test_our_own_edited_post_is_nobody_s_words(stage: Stage):
    """An edit may lose « from_bot »: who we are is asked before anything is read back."""
    place = Address(platform="mattermost", id=f"dm:{stage.anne.id}")
    id_ = await stage.room.platform.post(place, say("Bonjour").message, "o1", "", "fr")
    await stage.room.platform.edit(place, id_, say("Bonsoir").message, "fr")
    assert "from_bot" not in stage.world.posts[id_]["props"]
    stage.room.platform.me.id = ""
    assert await stage.room.catch_up.since(place, datetime.now(UTC) - timedelta(hours=1)) == 0


async def test_strange_frames_are_left(live: Stage):
    await live.room.socket._heard("not json")
    await live.room.socket._heard('["a"]')
    await live.room.socket._heard('{"seq_reply": 1, "status": "OK"}')
    live.room.events.posted({"post": "{"})
    live.room.events.posted({"post": '{"id": 3}'})
    live.anne.say("encore là")
    await live.settle()
    assert heard(live) == ["encore là"]


async def test_the_same_post_twice_is_heard_once(stage: Stage):
    post = stage.anne.say("un")
    for _ in range(3):
        stage.room.events.take(posts.shown(post), direct=True)
    await stage.settle()
    assert heard(stage) == ["un"]


async def test_two_conversations_do_not_wait_for_each_other(live: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "WAITS", (0.5,))
    live.desk.will(outcome="away")
    live.anne.say("attend")
    await asyncio.sleep(0.05)
    Person(live.world, live.paul.id).say("passe")
    await asyncio.sleep(0.1)
    assert heard(live) == ["attend", "passe"]
    assert new_id() != new_id()


# One process at a time listens


@dataclass
class Ears:
    """Somebody who listens; `held` is up to when everything was heard."""

    begun: list[datetime] = field(default_factory=list)
    running: int = 0
    held: datetime | None = None
    breaks: bool = False

    @property
    def heard(self) -> datetime | None:
        return self.held

    def since(self, moment: datetime) -> None:
        self.begun.append(moment)

    async def run(self) -> None:
        self.running += 1
        try:
            if self.breaks:
                raise LookupError("broken")
            await asyncio.Event().wait()
        finally:
            self.running -= 1


@asynccontextmanager
async def turning(url: str, ears: Ears, holder: str, **more: Any) -> AsyncIterator[asyncio.Task[None]]:
    """A process that waits for its turn on this database."""
    writer = Writer(Units(open_engine(url), KEY, fresh_id))
    task = asyncio.create_task(Turn(writer, "essai", ears, holder, every=0.02, **more).run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        writer.close()


async def met(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - looked at from outside
            await asyncio.sleep(0.01)


async def test_one_listens_and_another_takes_over(url: str):
    one, other = Ears(), Ears()
    async with turning(url, one, "un"):
        await met(lambda: one.running == 1)
        async with turning(url, other, "autre"):
            one.held = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
            await met(lambda: _mark(url) == one.held)
            assert (one.running, other.running) == (1, 0)
            one.held = None
            _rows(url, "UPDATE leases SET holder = 'mort', until = until + 1000")
            await met(lambda: one.running == other.running == 0)
            _rows(url, "UPDATE leases SET until = 0")  # it does not renew any more
            await met(lambda: one.running + other.running == 1 and _holder(url) in {"un", "autre"})
            taker = one if _holder(url) == "un" else other
            await met(lambda: taker.running == 1)
            assert taker.begun[-1] == datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "it begins where all was heard"


async def test_whoever_ends_gives_its_turn_at_once(url: str):
    one, other = Ears(), Ears()
    async with turning(url, one, "un", term=3600):
        await met(lambda: one.running == 1)
    assert one.running == 0
    async with turning(url, other, "autre"):
        await met(lambda: other.running == 1)
        assert other.begun == one.begun, "the mark of the one before, made when it began"


async def test_whoever_breaks_begins_again(url: str):
    ears = Ears(breaks=True)
    async with turning(url, ears, "un"):
        await met(lambda: len(ears.begun) > 1)
        ears.breaks = False
        await met(lambda: ears.running == 1)


async def test_whoever_lost_its_turn_stops(url: str):
    ears = Ears()
    async with turning(url, ears, "un"):
        await met(lambda: ears.running == 1)
        _rows(url, "UPDATE leases SET holder = 'autre', until = until + 1000")
        await met(lambda: ears.running == 0)


def _rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    engine = open_engine(url)
    with engine.begin() as connection:
        done = connection.execute(text(statement))
        found = [tuple(row) for row in done] if done.returns_rows else []
    engine.dispose()
    return found


def _holder(url: str) -> str:
    return str(_rows(url, "SELECT holder FROM leases WHERE name = 'ecoute:essai'")[0][0])


def _mark(url: str) -> datetime:
    [(told,)] = _rows(url, "SELECT data FROM conversations WHERE platform = 'ecoute'")
    return datetime.fromisoformat((told if isinstance(told, dict) else json.loads(told))["jusque"])


async def test_nothing_is_marked_while_a_post_waits_for_the_memory(live: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "WAITS", (0.1,))
    await live.settle()
    before = live.room.heard
    assert before is not None
    live.desk.will(outcome="away")
    live.anne.say("attend")
    await met(lambda: len(live.desk.events) == 1)
    assert live.room.heard is None, "it is not handled yet"
    await live.settle()
    assert live.room.heard > before


async def test_whoever_takes_over_reads_back_what_nobody_heard(stage: Stage):
    stage.anne.say("longtemps avant")
    await asyncio.sleep(0.01)
    moment = datetime.now(UTC) + timedelta(minutes=1)  # what is read begins a minute before, in case clocks differ
    stage.anne.say("pendant")
    stage.world.posts = {
        id_: p | {"create_at": p["create_at"] - (120_000 if p["message"] != "pendant" else 0)}
        for id_, p in stage.world.posts.items()
    }
    stage.room.since(moment)
    async with connected(stage.room, stage.world):
        await met(lambda: stage.room.heard not in {None, moment})
        assert heard(stage) == ["pendant"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
async def test_over_tls_with_an_authority_of_our_own(stage: Stage, tmp_path: Path):
    """The driver's own websocket never connects so."""
    cert, key = certificate(tmp_path)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(cert, key)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = stage.world.url.removeprefix("http://").partition(":")
        there, back = await asyncio.open_connection(host, int(port))

        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(4096):
                target.write(data)
            target.close()

        await asyncio.gather(copy(reader, back), copy(there, writer), return_exceptions=True)

    server = await asyncio.start_server(pipe, "127.0.0.1", 0, ssl=theirs)
    ours = ssl.create_default_context(cafile=cert)
    room = stage.room.socket
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    socket = Socket(url, room.token, room.hello, room.told, room.resync, room.now, ours, first_wait=0.05)
    task = asyncio.create_task(socket.run())
    await until_connected(stage, 1)
    stage.anne.say("par TLS")
    await stage.settle()
    assert heard(stage) == ["par TLS"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.close()
