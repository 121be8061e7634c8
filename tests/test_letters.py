"""Letters written many at once, and those posted long ago, which the hourly tick forgets in batches."""

from __future__ import annotations

import pytest
from samples import DAY, NOW, REF, at, message
from sqlalchemy import insert, select

from atelier.words import Reference
from handlers.cards import review_key
from storage.letters import AT_ONCE, Written
from storage.tables import outbox

HERE = at("canal")
OLD = NOW - 31 * DAY
BEFORE = NOW - 30 * DAY


def put(unit, count: int, written, state: str, **more) -> None:
    rows = [
        {
            "id": f"{state}{written:%d%m}{n}", "platform": HERE.platform, "place": HERE.id, "message": None, "key": "",
            "thread": "", "ref": REF, "audience": "", "lang": "fr", "written": written, "state": state, "doubt": False,
            "attempts": 1, **more,
        }
        for n in range(count)
    ]  # fmt: skip
    unit.outbox._connection.execute(insert(outbox), rows)


def kept(units) -> list[str]:
    with units.engine.connect() as connection:
        return sorted(connection.execute(select(outbox.c.id)).scalars())


def test_messages_put_together_leave_in_order_with_what_each_is(units):
    told = [
        Written(at(f"p{n % 2}"), message(f"m{n}"), ref=f"ADT-2026-000{n}", lang="en" if n else "fr") for n in range(4)
    ]
    with units.begin() as unit:
        unit.outbox.put_all(told, NOW)
        unit.outbox.put_all([], NOW)
    with units.begin() as unit:
        lane = unit.outbox.claim_place(NOW, "one", 60)
        read = unit.outbox.letters(lane)
        assert [(one.place, one.message, one.ref, one.lang) for one in read] == [
            (one.place, one.message, one.ref, one.lang) for one in told if one.place == lane.place
        ]


@pytest.mark.parametrize("state", ["waiting", "sending", "dead"])
def test_what_is_not_posted_is_never_forgotten(units, state):
    with units.begin() as unit:
        put(unit, 3, OLD, state, doubt=state == "sending")
        assert unit.outbox.forget(BEFORE) == 0
    assert len(kept(units)) == 3


def test_what_was_posted_long_ago_is_forgotten_in_batches_the_rest_stays(units):
    with units.begin() as unit:
        put(unit, AT_ONCE + 20, OLD, "posted")
        put(unit, 1, OLD, "dead")
        put(unit, 5, BEFORE, "posted")
        put(unit, 5, NOW, "posted")
    forgotten = [units.run(lambda unit: unit.outbox.forget(BEFORE)) for _ in range(3)]
    assert forgotten == [AT_ONCE, 20, 0]
    left = kept(units)
    assert len(left) == 11
    assert sum(one.startswith("dead") for one in left) == 1


def test_what_is_recent_is_kept_wherever_it_is(units):
    """The procedure's clock may have jumped: letters are not always written in the order of their hours."""
    with units.begin() as unit:
        put(unit, 1, NOW, "posted")
        put(unit, 1, OLD, "posted")
        assert unit.outbox.forget(BEFORE) == 1
    assert len(kept(units)) == 1


async def test_a_month_later_the_letters_are_forgotten_and_a_card_still_finds_its_post(town):
    await town.transmitted()
    await town.local.app.settle()
    app = town.local.app
    card = review_key(Reference("ADT-2026-0001"))
    copies = app.writer.call(lambda unit: unit.cards.copies(card))
    posts = len(town.world.posts)
    assert copies
    assert await app.prune() == 0
    town.local.clock.jump(31 * DAY)
    assert await app.prune() > 0
    assert app.writer.call(lambda unit: unit.outbox.stats()).waiting == 0
    app.writer.call(lambda unit: unit.outbox.redraw(copies, app.clock.now()))
    assert await app.carry() == len(copies)
    assert app.writer.call(lambda unit: unit.cards.copies(card)) == copies
    assert len(town.world.posts) == posts, "edited where it was, not posted anew"
