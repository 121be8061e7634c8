"""How the outbox is carried: places side by side, in order within each, one platform's trouble never another's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from samples import NOW, at, message

from chat.cards import Address, Message
from chat.platform import Undelivered
from scheduler.delivery import ABREAST, Delivery
from storage.unit import Units
from storage.writer import Writer


@dataclass
class Wire:
    """A platform held by the test: what it took, what it was asked, what it answers instead."""

    name: str
    refusals: list[Undelivered] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    together: int = 0
    most: int = 0

    async def post(self, place: Address, said: Message, outbox_id: str, thread: str, lang: str) -> str:
        self.asked["post"] += 1
        self.together += 1
        self.most = max(self.most, self.together)
        try:
            await asyncio.sleep(0)
            if self.refusals:
                raise self.refusals.pop(0)
            if place.id in self.held:
                await self.held[place.id].wait()
        finally:
            self.together -= 1
        self.taken.append((place.id, said.text.msg))
        return f"{len(self.taken)}"

    async def find(self, place: Address, outbox_id: str, thread: str) -> str | None:
        self.asked["find"] += 1
        return None


@dataclass
class Round:
    """A worker, its two platforms, and the machine's hour."""

    delivery: Delivery
    writer: Writer
    one: Wire
    other: Wire
    now: datetime = NOW

    def put(self, *said: str, place: str = "canal", platform: str = "mattermost") -> None:
        for words in said:
            self.writer.call(lambda u, w=words: u.outbox.put(at(place, platform), message(w), due=NOW))

    def waiting(self) -> int:
        return self.writer.call(lambda u: u.outbox.stats()).waiting


@pytest.fixture
async def round_(units: Units) -> AsyncIterator[Round]:
    writer = Writer(units)
    one, other = Wire("mattermost"), Wire("slack")
    made: list[Round] = []
    platforms = {wire.name: wire for wire in (one, other)}
    delivery = Delivery(writer, platforms, lambda: made[0].now, lambda: NOW, "worker")  # type: ignore[arg-type]
    made.append(Round(delivery, writer, one, other))
    yield made[0]
    writer.close()


async def until(fact) -> None:
    """Wait for a fact; the test runner ends what never comes."""
    while not fact():  # noqa: ASYNC110 - a fact of somebody else
        await asyncio.sleep(0.01)


async def test_a_place_that_is_slow_holds_up_neither_the_others_nor_the_other_platform(round_: Round) -> None:
    round_.one.held["lent"] = asyncio.Event()
    round_.put("a", "b", place="lent")
    round_.put("c", "d", place="canal")
    round_.put("e", platform="slack")
    carrying = asyncio.create_task(round_.delivery.carry())
    await until(lambda: len(round_.one.taken) + len(round_.other.taken) == 3)
    assert round_.one.taken == [("canal", "c"), ("canal", "d")]
    round_.one.held["lent"].set()
    assert await carrying == 5
    assert round_.one.taken[2:] == [("lent", "a"), ("lent", "b")]
    assert round_.waiting() == 0


async def test_a_platform_that_hangs_in_every_place_leaves_the_other_alone(round_: Round) -> None:
    for number in range(ABREAST + 2):
        round_.one.held[f"p{number}"] = gate = asyncio.Event()
        round_.put("a", place=f"p{number}")
    round_.put("b", "c", platform="slack")
    carrying = asyncio.create_task(round_.delivery.carry())
    await until(lambda: len(round_.other.taken) == 2 and round_.one.together == ABREAST)
    for gate in round_.one.held.values():
        gate.set()
    assert await carrying == ABREAST + 4
    assert round_.one.most == ABREAST


async def test_fifty_places_are_each_in_order(round_: Round) -> None:
    for number in range(4):
        for place in range(50):
            round_.put(f"{number}", place=f"p{place}")
    assert await round_.delivery.carry() == 200
    for place in range(50):
        assert [w for p, w in round_.one.taken if p == f"p{place}"] == ["0", "1", "2", "3"]


async def test_what_was_surely_refused_is_sent_again_without_being_looked_up(round_: Round) -> None:
    round_.one.refusals = [Undelivered("post: 429", 3.0, untaken=True)]
    round_.put("a")
    assert await round_.delivery.carry() == 0
    round_.now += timedelta(seconds=4)
    assert await round_.delivery.carry() == 1
    assert round_.one.asked == {"post": 2}


async def test_a_sure_refusal_does_not_settle_an_earlier_doubt(round_: Round) -> None:
    round_.one.refusals = [Undelivered("post: broken"), Undelivered("post: 429", 3.0, untaken=True)]
    round_.put("a")
    for _ in range(3):
        await round_.delivery.carry()
        round_.now += timedelta(minutes=1)
    assert round_.one.taken == [("canal", "a")]
    assert round_.one.asked == {"post": 3, "find": 2}


async def test_a_platform_at_its_limit_rests_whole_and_the_other_goes_on(round_: Round) -> None:
    round_.one.refusals = [Undelivered("post: 429", 5.0, untaken=True, everywhere=True)] * ABREAST
    for number in range(12):
        round_.put("a", place=f"p{number}")
    round_.put("b", platform="slack")
    assert await round_.delivery.carry() == 1
    assert round_.one.asked["post"] <= ABREAST, "nobody asks any more"
    round_.one.refusals.clear()
    round_.now += timedelta(seconds=4)
    assert await round_.delivery.carry() == 0
    round_.now += timedelta(seconds=2)
    assert await round_.delivery.carry() == 12
    assert round_.waiting() == 0


async def test_a_letter_for_a_platform_that_is_gone_waits_and_stops_nobody(round_: Round) -> None:
    round_.put("a", platform="telegraphe")
    round_.put("b")
    assert await round_.delivery.carry() == 1
    assert round_.one.taken == [("canal", "b")]
    assert round_.writer.call(lambda u: u.outbox.stats()).dead == 0
    assert round_.writer.call(lambda u: u.outbox.waiting()) == {"telegraphe": (1, NOW)}
    back = Wire("telegraphe")
    round_.delivery.platforms[back.name] = back  # type: ignore[index]
    assert await round_.delivery.carry() == 0, "it is not asked again at once"
    round_.now += timedelta(seconds=61)
    assert await round_.delivery.carry() == 1
    assert (back.taken, round_.waiting()) == ([("canal", "a")], 0)
    assert back.asked["find"] == 0, "it was surely never taken"


async def test_a_platform_that_comes_back_may_be_woken(round_: Round) -> None:
    round_.put("a", platform="telegraphe")
    await round_.delivery.carry()
    round_.delivery.platforms["telegraphe"] = Wire("telegraphe")  # type: ignore[index]
    round_.writer.call(lambda u: u.outbox.wake("telegraphe"))
    assert await round_.delivery.carry() == 1
