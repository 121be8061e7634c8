"""Leadership on the database's clock, and what was said while the bot was away, read back once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update
from town import Town, opened

from bot.catching import MARGIN, catch_up
from bot.sandbox.people import CAMILLE, NORA
from chat.cards import Address
from chat.platform import Undelivered
from chat.talk import Said
from storage.tables import leases
from storage.unit import Units


def test_one_holder_at_a_time(units: Units) -> None:
    with units.begin() as unit:
        assert unit.leases.take("rattrapage:slack", "a", 60)
        assert unit.leases.take("rattrapage:slack", "a", 60), "who has it keeps it"
        assert not unit.leases.take("rattrapage:slack", "b", 60)
        assert unit.leases.take("autre", "b", 60)
    with units.begin() as unit:
        assert not unit.leases.take("rattrapage:slack", "b", 60)
        unit.leases.give_back("rattrapage:slack", "b")
        assert not unit.leases.take("rattrapage:slack", "b", 60), "who has it not gives nothing back"
        unit.leases.give_back("rattrapage:slack", "a")
        assert unit.leases.take("rattrapage:slack", "b", 60)


def test_a_lease_that_ended_is_anybody_s(units: Units) -> None:
    with units.begin() as unit:
        unit.leases.take("x", "a", 60)
    with units.engine.begin() as connection:
        connection.execute(update(leases).values(until=leases.c.until - 61))
    with units.begin() as unit:
        assert unit.leases.take("x", "b", 60)


class History:
    """A platform that kept what was said."""

    def __init__(self, town: Town, said: dict[str, list[str]]) -> None:
        self.town = town
        self.kept = said
        self.read: list[tuple[str, datetime, str]] = []
        self.failing: set[str] = set()

    async def since(self, place: Address, moment: datetime, thread: str = "") -> int:
        self.read.append((place.id, moment, thread))
        if place.id in self.failing:
            raise Undelivered("panne")
        words = [] if thread else self.kept.get(place.id, [])
        sender = Address(platform="sandbox", id=place.id.removeprefix("dm:"))
        for number, text in enumerate(words):
            event = Said(sender=sender, place=place, id=f"{place.id}:{number}", direct=True, text=text)
            await self.town.local.app.receive(event)
        return len(words)


async def test_what_was_said_meanwhile_is_handled_once(tmp_path: Path) -> None:
    with opened(tmp_path) as local:
        town = Town(local)
        await town.transmitted()
        await town.player.command(CAMILLE, "demande")
        history = History(town, {"dm:ddt55": ["DDT de la Meuse", "Bar-le-Duc"]})
        history.failing = {"dm:barleduc"}
        assert await catch_up(local.app.writer, "sandbox", history, pause=0) == 2
        assert town.dossier("ADT-2026-0002").territory() == "Bar-le-Duc (55029, Meuse)"
        before = town.dossier("ADT-2026-0002")
        await catch_up(local.app.writer, "sandbox", history, pause=0)
        assert town.dossier("ADT-2026-0002") == before, "the inbox knows them"
        places = [place for place, _, _ in history.read]
        assert {"dm:ddt55", "dm:ad1-instruction", "revue-ad1"} <= set(places)
        assert all(thread for place, _, thread in history.read if place == "revue-ad1")
        assert {moment for _, moment, _ in history.read} == {local.clock.now() - MARGIN}


async def test_one_process_catches_up(tmp_path: Path) -> None:
    with opened(tmp_path) as local:
        town = Town(local)
        await town.player.command(NORA, "")
        local.app.writer.call(lambda u: u.leases.take("rattrapage:sandbox", "another process", 60))
        history = History(town, {})
        assert await catch_up(local.app.writer, "sandbox", history, pause=0) == 0
        assert history.read == []


def test_old_events_are_forgotten(units: Units) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    with units.begin() as unit:
        unit.inbox.seen("slack:old", now - timedelta(days=40))
        unit.inbox.seen("slack:new", now)
        assert unit.inbox.last("slack") == now
        assert unit.inbox.last("mattermost") is None
        assert unit.inbox.prune(now - timedelta(days=30)) == 1
        assert unit.inbox.seen("slack:new", now)
