"""No deadline is missed in silence: processes killed with SIGKILL while reminders leave and ateliers' channels open.

`REMINDER_ROUNDS` is the number of rounds of each proof on each database (a hundred for the record).
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from atelier.words import RuleId
from storage.ateliers import address
from tests.conformance.slack import Rooms
from tests.databases import Postgres
from tests.fire import Bot, Launcher, board, copied, copies, counted, dropped, out_of_order, until
from tests.fire_shift import (
    FRIDAY,
    PEOPLE,
    TUESDAY,
    Due,
    Shift,
    account,
    digests,
    label,
    letters,
    owed,
    peopled,
    sent,
    words,
)
from tests.slack.workspace import standing

ROUNDS = int(os.environ.get("REMINDER_ROUNDS", "4"))
BACKENDS = ("sqlite", "postgresql")
RUNG = {RuleId.APPROPRIATION, RuleId.VERIFICATION, RuleId.BC_EXECUTION, RuleId.CIBLE_SUITE, RuleId.CIBLE_INSTRUCTION}
"""Deadlines of requests and ateliers that must be among those that ring."""
ATELIERS = ("ADT-2026-0008", "ADT-2026-0009")
RING, CARRY, GATHER = "bot/app.py:ring", "bot/app.py:carry", "bot/app.py:gather"
SETTLED = {"from": RING, "at": "handlers/reminding.py:self.unit.reminders.sent(*sorted(sent))"}
"""Everything is written, nothing is committed."""
COMMITTED = {"from": RING, "at": "bot/app.py:total += settled"}
POST = {"from": CARRY, "at": "scheduler/delivery.py:post = await self._carried("}
MARK = {"from": CARRY, "at": "scheduler/delivery.py:await self.writer.run(lambda u: _settle(u, letter, post))"}
"""The platform has it, the outbox does not know."""
CREATED = {"from": GATHER, "at": "bot/slack/platform.py:if purpose:"}
"""The channel exists on Slack, empty."""
OPENED = {
    "from": GATHER,
    "at": "scheduler/channels.py:await self.writer.run(lambda unit: unit.ateliers.opened(channel, place))",
}
FILLED = {
    "from": GATHER,
    "at": "scheduler/channels.py:await self.writer.run(lambda unit: unit.ateliers.settled(channel))",
}
Kill = dict[str, Any] | None
Bots = Callable[[str], Bot]


@pytest.fixture(scope="module")
def slack() -> Iterator[Rooms]:
    rooms = Rooms()
    with standing(rooms):
        yield rooms


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    made = Launcher()
    yield made
    made.close()


@pytest.fixture(scope="module")
def bases(
    slack: Rooms, launcher: Launcher, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Bots:
    made: dict[str, Bot] = {}

    def base(backend: str) -> Bot:
        if backend not in made:
            folder = tmp_path_factory.mktemp(backend)
            server: Postgres | None = request.getfixturevalue("postgres") if backend == "postgresql" else None
            bot = Bot(launcher, slack, server.empty() if server else f"sqlite:///{folder / 'atelier.db'}", folder)
            peopled(bot)
            bot.close()
            made[backend] = bot
        return made[backend]

    return base


@pytest.fixture
def bots(bases: Bots, slack: Rooms, tmp_path: Path) -> Iterator[Bots]:
    """Bots on copies of the base on Tuesday, nobody running yet; the last one makes way for the next."""
    made: list[Bot] = []
    numbers = count(1)

    def bot(backend: str) -> Bot:
        base = bases(backend)
        while made:
            dropped(made.pop())
        slack.put_back({"channels": {}, "number": 0})
        slack.rooms.clear()
        slack.members.clear()
        made.append(copied(base, tmp_path / f"copy{next(numbers)}"))
        made[-1].at(TUESDAY)
        return made[-1]

    yield bot
    for last in made:
        dropped(last)


@dataclass
class Week:
    """What a Tuesday, three days without anybody, and a Friday leave behind."""

    before: set[Due]
    after: set[Due]
    tuesday: dict[str, dict[str, str]]
    friday: dict[str, dict[str, str]]
    read: dict[str, list[str]]
    """Every word of each place, in order."""


def _week(shift: Shift, kills: tuple[Kill, ...] = (), delays: tuple[float, ...] = ()) -> Week:
    """Tuesday under these shots; everybody dead until Friday; then all are back."""
    shift.begin(*kills)
    shift.shoot(delays)
    shift.works()
    before, tuesday = sent(shift.bot), digests(words(shift.bot))
    shift.outage(FRIDAY)
    shift.end()
    every = words(shift.bot)
    fresh = {
        place: {i: t for i, t in all_.items() if i not in tuesday[place]} for place, all_ in digests(every).items()
    }
    return Week(before, sent(shift.bot), tuesday, fresh, {place: list(all_.values()) for place, all_ in every.items()})


def _missed(day: set[Due], told: dict[str, dict[str, str]]) -> list[str]:
    """Each reminder of that day that is not in exactly one digest of its person; each person with more than one digest."""
    faults = [f"{place}: {len(found)} digests a day" for place, found in told.items() if len(found) > 1]
    for due in day:
        times = sum(label(due) in said for said in told.get(f"D{account(due[0])}", {}).values())
        faults += [f"{due} told {times} times"] if times != 1 else []
    return faults


def _faults(bot: Bot, week: Week) -> list[str]:
    """What is lost, doubled or out of order."""
    lost = (owed(bot, TUESDAY) - week.before) | (owed(bot, FRIDAY) - week.after)
    waiting = bot.rows("SELECT count(*) FROM reminders WHERE state NOT IN ('sent', 'waiting')")[0][0]
    return [
        *[f"{due} is lost" for due in lost],
        *([f"{waiting} reminders set aside"] if waiting else []),
        *_missed(week.before, week.tuesday),
        *_missed(week.after - week.before, week.friday),
        *out_of_order(bot),
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_three_days_without_anybody_then_one_message_a_person(bots: Bots, backend: str) -> None:
    bot = bots(backend)
    shift = Shift(bot)
    week = _week(shift)
    assert _faults(bot, week) == []
    assert {due[2] for due in week.before} >= RUNG
    missed = Counter(due[0] for due in week.after - week.before)
    told = {place: len(found) for place, found in week.friday.items() if found}
    assert told == {f"D{account(name)}": 1 for name in missed}
    assert max(missed.values()) > 2, "several reminders in one message"
    assert "ce rappel devait partir le" in json.dumps(week.friday, ensure_ascii=False)
    assert copies(bot.slack) == 0
    shift.begin()
    shift.tick()
    assert {place: list(all_.values()) for place, all_ in words(bot).items()} == week.read, "nothing goes out again"


def _shots(rounds: int, lines: int, span: float) -> Iterator[tuple[str, tuple[Kill, ...], tuple[float, ...]]]:
    """Who dies, and where: both while they ring, whoever posts, both at any moment; then the rest. On SQLite, one."""
    for number in range(rounds):
        chance = random.Random(number)  # noqa: S311 - the same rounds again
        hit = 1 + number // 7 % 5
        line = {"from": RING, "line": chance.randint(1, lines)}
        other = {"from": RING, "line": chance.randint(1, lines)}
        moments = (chance.uniform(span / 5, span), chance.uniform(0, span / 5))
        yield (
            ("both before the commit", (SETTLED, SETTLED), ()),
            ("after a post", (MARK | {"hit": hit}, MARK | {"hit": hit + 1}), ()),
            (f"both after {moments}", (), moments),
            ("both before a post", (POST | {"hit": hit}, POST | {"hit": hit + 1}), ()),
            ("after the commit", (COMMITTED, COMMITTED), ()),
            (f"one at {line}", (line, None), ()),
            (f"both at {line} and {other}", (line, other), ()),
        )[number % 7]  # fmt: skip


def _quiet(bot: Bot) -> tuple[int, float, dict[str, list[str]]]:
    """A week without a shot: how many lines a process goes through, in how many seconds, and what everybody reads."""
    boards, began = [board(bot.folder) for _ in range(2)], time.monotonic()
    shift = Shift(bot)
    shift.begin(*({"from": RING, "board": str(path)} for path in boards))
    shift.works()
    lines, span = max(map(counted, boards)), time.monotonic() - began
    shift.outage(FRIDAY)
    shift.end()
    return lines, span, {place: list(all_.values()) for place, all_ in words(bot).items()}


@pytest.mark.parametrize("backend", BACKENDS)
def test_killed_while_they_ring_no_reminder_is_lost(bots: Bots, backend: str) -> None:
    lines, span, wanted = _quiet(bots(backend))
    figures = Counter({"rounds": 0, "killed": 0, "faults": 0, "copies": 0, "recognised": 0})
    for where, kills, delays in _shots(ROUNDS, lines, span):
        bot = bots(backend)
        shift = Shift(bot)
        week = _week(shift, kills, delays)
        about = f"{backend}, {where}"
        faults, twice, recognised = _faults(bot, week), copies(bot.slack), bot.logged("duplicate recognised")
        faults += [f"{place}: not the same words" for place in wanted if week.read[place] != wanted[place]]
        shots = {"reminders": len(week.after), "killed": shift.killed, "faults": len(faults), "copies": twice}
        figures.update(rounds=1, recognised=recognised, **shots)
        assert faults == [], f"{about}: {faults}\n{bot.log[-3000:]}"
        assert twice <= 1, about
        assert shift.killed or "line" in where, about
        assert recognised or "after a post" not in where, about
    print(json.dumps({"backend": backend, "lines": lines, **figures}))  # noqa: T201 - the record, with -s
    assert figures["killed"] >= ROUNDS * 0.8


def _wanted(bot: Bot, names: set[str], *numbers: int) -> None:
    """The ateliers' channels, with these people in them, and letters to them: no matter whether they are open."""
    with bot.unit() as unit:
        for ref in ATELIERS:
            unit.ateliers.want(ref, "slack", ref.lower(), map(account, names))
            letters(unit, address("slack", ref), *numbers)


def _as_wanted(bot: Bot) -> bool:
    return not bot.rows("SELECT 1 FROM atelier_places WHERE settled = 0")


def _channels(rounds: int) -> Iterator[Kill]:
    """Between the opening and its record; between the creation and its members; once filled; then anywhere."""
    for number in range(rounds):
        anywhere = {"from": GATHER, "line": random.Random(number).randint(1, 400)}  # noqa: S311 - the same rounds again
        yield (OPENED, CREATED, FILLED, OPENED | {"hit": 2}, anywhere)[number % 5]


@pytest.mark.parametrize("backend", BACKENDS)
def test_killed_while_a_channel_opens_it_is_found_again(bots: Bots, slack: Rooms, backend: str) -> None:
    figures = Counter({"rounds": 0, "killed": 0, "copies": 0, "recognised": 0})
    everybody = set(PEOPLE)
    for kill in _channels(ROUNDS):
        bot = bots(backend)
        _wanted(bot, everybody, 1, 2, 3)
        shift = Shift(bot)
        shift.begin(kill, kill)
        until(lambda: any(process.ended for process in shift.running) or _as_wanted(bot), "a kill, or the members")  # noqa: B023
        _wanted(bot, everybody - {"noe"}, 4, 5)
        shift.works()
        until(lambda: _as_wanted(bot), "the members")  # noqa: B023 - waited for here
        assert set(slack.rooms) == {ref.lower() for ref in ATELIERS}, f"opened once each, {kill}"
        places = dict(bot.rows("SELECT ref, place FROM atelier_places"))
        assert places == {ref: slack.rooms[ref.lower()] for ref in ATELIERS}
        for place in places.values():
            assert slack.members[place] == {account(name) for name in everybody - {"noe"}}, kill
            read = dict.fromkeys(text for text in (post["text"] for post in slack.posts(place)))
            assert [text for text in read if "Lettre" in text] == [f"Lettre {n}." for n in range(1, 6)], kill
        assert out_of_order(bot) == [], kill
        assert copies(slack) <= 1, kill
        figures.update(
            rounds=1, killed=shift.killed, copies=copies(slack), recognised=bot.logged("duplicate recognised")
        )
    print(json.dumps({"backend": backend, "channels": True, **figures}))  # noqa: T201 - the record, with -s
    assert figures["killed"] >= ROUNDS * 0.6
