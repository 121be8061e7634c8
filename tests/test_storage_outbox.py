"""The outbox, one repository at a time: letters, lanes, leases, doubts. `test_storage_order.py` mixes them."""

from __future__ import annotations

import pytest
from samples import DAY, MINUTE, NOW, REF, at, message
from sqlalchemy import text

from storage.cards import Copy
from storage.errors import Stale
from storage.letters import Stats

HERE, THERE = at("canal"), at("canal", "slack")


def put(unit, *said, place=HERE):
    return [unit.outbox.put(place, message(one), due=NOW) for one in said]


def claimed(unit, now=NOW, holder="one", seconds=60):
    return unit.outbox.claim_place(now, holder, seconds)


def test_a_letter_comes_back_as_it_was_put(units):
    with units.begin() as unit:
        id_ = unit.outbox.put(
            HERE, message("« é » \0"), key="k", thread="t", ref=REF, audience="ad1", due=NOW + 900 * DAY, lang="en"
        )
        card = unit.outbox.put(HERE, None, key="revue:1", due=NOW)
    with units.begin() as unit:
        lane = claimed(unit)
        assert (lane.place, lane.holder, lane.until) == (HERE, "one", NOW + MINUTE)
        first, second = unit.outbox.letters(lane)
        assert (first.id, first.place, first.message, first.attempts) == (id_, HERE, message("« é » \0"), 0)
        assert (first.key, first.thread, first.ref, first.audience, first.lang) == ("k", "t", REF, "ad1", "en")
        assert (second.id, second.message, second.key) == (card, None, "revue:1")
        assert first.seq < second.seq


def test_a_card_that_waits_is_not_put_twice(units):
    with units.begin() as unit:
        first = unit.outbox.put(HERE, None, key="revue:1", due=NOW)
        assert unit.outbox.put(HERE, None, key="revue:1", due=NOW) == first
        assert unit.outbox.put(THERE, None, key="revue:1", due=NOW) != first
        assert unit.outbox.put(HERE, None, key="revue:2", due=NOW) != first
        assert unit.outbox.put(HERE, message("a"), key="revue:1", due=NOW) != first


def test_a_card_being_sent_or_in_doubt_is_put_again(units):
    """It was drawn before: what changes now needs a letter of its own."""
    with units.begin() as unit:
        first = unit.outbox.put(HERE, None, key="revue:1", due=NOW)
        (letter,) = unit.outbox.letters(claimed(unit))
        unit.outbox.start(letter)
        second = unit.outbox.put(HERE, None, key="revue:1", due=NOW)
        assert second != first
        unit.outbox.later(letter, NOW, "timeout")
        assert unit.outbox.put(HERE, None, key="revue:1", due=NOW) == second


def test_the_place_that_waits_longest_comes_first(units):
    with units.begin() as unit:
        put(unit, "1", place=THERE)
        put(unit, "2", "3")
        assert [claimed(unit).place, claimed(unit).place, claimed(unit)] == [THERE, HERE, None]


def test_a_lease_ends_with_its_time_and_then_the_first_holder_is_out(units):
    with units.begin() as unit:
        put(unit, "1")
        first = claimed(unit)
        (letter,) = unit.outbox.letters(first)
        assert claimed(unit, NOW + MINUTE - DAY / 86400) is None, "not even for the same holder"
        assert not unit.outbox.start(letter)
        second = claimed(unit, NOW + MINUTE, "two")
        for late in (
            lambda: unit.outbox.start(letter),
            lambda: unit.outbox.later(letter, NOW, ""),
            lambda: unit.outbox.dead(letter, ""),
            lambda: unit.outbox.posted(letter, "p"),
            lambda: unit.outbox.letters(first),
            lambda: unit.outbox.renew(first, NOW, 60),
        ):
            with pytest.raises(Stale):
                late()
        unit.outbox.release(first)
        assert claimed(unit, NOW + MINUTE, "three") is None, "giving back what one has no more gives nothing"
        (again,) = unit.outbox.letters(second)
        assert unit.outbox.start(again), "the first try has no known end"
        assert again.attempts == 1


def test_the_same_holder_s_older_lease_is_out_too(units):
    with units.begin() as unit:
        put(unit, "1")
        (letter,) = unit.outbox.letters(claimed(unit))
        assert claimed(unit, NOW + MINUTE) is not None
        with pytest.raises(Stale):
            unit.outbox.start(letter)


def test_renewed_a_lease_lasts_longer(units):
    with units.begin() as unit:
        put(unit, "1")
        lane = unit.outbox.renew(claimed(unit), NOW + MINUTE / 2, 60)
        assert lane.until == NOW + 1.5 * MINUTE
        assert claimed(unit, NOW + MINUTE, "two") is None
        assert claimed(unit, NOW + 1.5 * MINUTE, "two") is not None


def test_a_released_place_is_free_at_once(units):
    with units.begin() as unit:
        put(unit, "1")
        unit.outbox.release(claimed(unit))
        assert claimed(unit) is not None


def test_later_holds_the_whole_place_and_nobody_else_s(units):
    with units.begin() as unit:
        first, second = put(unit, "1", "2")
        put(unit, "3", place=THERE)
        (letter, _) = unit.outbox.letters(claimed(unit))
        unit.outbox.start(letter)
        unit.outbox.later(letter, NOW + MINUTE, "429 " * 900)
        assert claimed(unit).place == THERE
        assert claimed(unit) is None
        lane = claimed(unit, NOW + MINUTE, "two")
        assert [one.id for one in unit.outbox.letters(lane)] == [first, second]


def test_posted_and_dead_leave_their_place(units):
    with units.begin() as unit:
        put(unit, "1", "2", "3")
        lane = claimed(unit)
        one, two, three = unit.outbox.letters(lane)
        unit.outbox.start(one)
        unit.outbox.posted(one, "p1")
        unit.outbox.start(two)
        unit.outbox.dead(two, "canal supprimé")
        assert [letter.id for letter in unit.outbox.letters(lane)] == [three.id]
        assert unit.outbox.stats() == Stats(1, 1)
        unit.outbox.posted(three, "p3")
        assert unit.outbox.letters(lane) == []
        unit.outbox.release(lane)
        assert claimed(unit) is None
        assert unit.outbox.stats() == Stats(0, 1)


def test_the_procedure_s_hour_is_no_filter(units):
    """The sandbox's clock may be years ahead of the machine's."""
    with units.begin() as unit:
        unit.outbox.put(HERE, message("1"), due=NOW + 3650 * DAY)
        assert claimed(unit) is not None
        assert unit.outbox.waiting() == {HERE.platform: (1, NOW + 3650 * DAY)}


def test_what_is_left_to_carry_is_found_by_its_index(units):
    """However many letters were posted, SQLite reads the few that wait. (PostgreSQL chooses by its statistics.)"""
    if units.engine.dialect.name != "sqlite":
        return
    seen = []
    with units.begin() as unit:
        put(unit, "1")
        raw = unit.outbox._connection.connection.dbapi_connection
        raw.set_trace_callback(seen.append)
        unit.outbox.letters(claimed(unit))
        raw.set_trace_callback(None)
        plans = [
            row[3]
            for statement in seen
            if statement.startswith("SELECT") and "FROM outbox" in statement
            for row in unit.outbox._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
            if "outbox" in row[3]
        ]
        assert len(plans) >= 4
        quick = ("INDEX ix_outbox_pending", "INDEX ix_outbox_card (key=", "INDEX ix_outbox_state (state=")
        assert [plan for plan in plans if not any(index in plan for index in quick)] == []


def test_a_card_that_waits_is_found_by_its_key_and_place(units):
    """However many letters wait: a platform away for a day slows no decision. (SQLite; see above.)"""
    if units.engine.dialect.name != "sqlite":
        return
    said = []
    with units.begin() as unit:
        raw = unit.outbox._connection.connection.dbapi_connection
        raw.set_trace_callback(said.append)
        unit.outbox.redraw([Copy(f"revue:{n}", HERE, "1.0", REF, "ad1") for n in (1, 2, 3)], NOW)
        unit.outbox.put(HERE, None, key="revue:1", due=NOW)
        raw.set_trace_callback(None)
        plans = [row[3] for sql in said if sql.startswith("SELECT") for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert plans == ["SEARCH outbox USING INDEX ix_outbox_card (key=? AND platform=? AND place=?)"] * 3


def test_a_letter_of_an_unknown_shape_is_said(units):
    """Written by a newer version: better no delivery than a wrong one."""
    with units.begin() as unit:
        put(unit, "1")
        unit.outbox._connection.execute(text("UPDATE outbox SET message = '{\"hologram\": 1}'"))
        with pytest.raises(ValueError, match="hologram"):
            unit.outbox.letters(claimed(unit))


def test_cards_drawn_again_are_put_once_all_together(units):
    copies = [Copy(f"revue:{n}", place, "1.0", REF, "ad1") for n in (1, 2) for place in (HERE, THERE)]
    with units.begin() as unit:
        unit.outbox.put(HERE, None, key="revue:1", due=NOW)
        unit.outbox.redraw(copies, NOW)
        unit.outbox.redraw(copies, NOW)
        unit.outbox.redraw([], NOW)
        assert unit.outbox.stats().waiting == 4
        (one, two) = unit.outbox.letters(claimed(unit))
        assert [(one.key, one.message), (two.key, two.ref, two.audience)] == [
            ("revue:1", None),
            ("revue:2", REF, "ad1"),
        ]
        unit.outbox.start(one)
        unit.outbox.redraw(copies, NOW)
        assert unit.outbox.stats().waiting == 5, "one that is being sent was drawn before: it is put again"
