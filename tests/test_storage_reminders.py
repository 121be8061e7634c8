"""The reminders: kept as they are wanted, sent once, moved once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import DAY, MINUTE, NOW, REF, ref

from atelier.rhythm import Ring
from atelier.words import PersonId
from storage.errors import NotFound, Stale
from storage.reminders import Rhythm, Wanted

SOON = Wanted("CIBLE", 1, "avant", 2, PersonId("alice"), NOW + DAY, escalates=False)
LATE = Wanted("CIBLE", 1, "retard", 5, PersonId("bob"), NOW + 9 * DAY, escalates=True)
AFTER = NOW + 30 * DAY


def due(reminders, now, most):
    """What is due to anybody, oldest first."""
    return reminders.due_to([one.recipient for one in reminders.awaiting(now)], now)[:most]


def test_what_is_wanted_is_kept_and_rings_in_order(units):
    with units.begin() as unit:
        unit.reminders.keep(REF, [LATE, SOON], NOW)
        unit.reminders.keep(REF, [LATE, SOON], NOW)
        unit.reminders.keep(ref(2), [replace(SOON, due=NOW + 2 * DAY)], NOW)
    with units.begin() as unit:
        assert unit.reminders.outstanding() == (3, SOON.due)
        assert due(unit.reminders, SOON.due - MINUTE, 10) == []
        assert [(r.ref, r.due) for r in due(unit.reminders, AFTER, 2)] == [(REF, SOON.due), (ref(2), NOW + 2 * DAY)]
        last = due(unit.reminders, AFTER, 10)[-1]
        told = (last.rule, last.generation, last.kind, last.ordinal, last.recipient, last.due, last.escalates)
        assert told == ("CIBLE", 1, "retard", 5, "bob", LATE.due, True)


def test_none_is_made_in_the_past(units):
    with units.begin() as unit:
        unit.reminders.keep(REF, [SOON, LATE], SOON.due)
        assert [r.due for r in due(unit.reminders, AFTER, 9)] == [LATE.due]


def test_sent_is_sent_whatever_is_wanted(units):
    with units.begin() as unit:
        unit.reminders.keep(REF, [SOON, LATE], NOW)
        one, two = due(unit.reminders, AFTER, 10)
        unit.reminders.sent(one.id)
        unit.reminders.cancel(two.id)
        for again in (unit.reminders.sent, unit.reminders.cancel):
            with pytest.raises(Stale):
                again(one.id)
            with pytest.raises(NotFound):
                again(99)
        unit.reminders.keep(REF, [replace(SOON, due=NOW + 5 * DAY), LATE], NOW)
        assert unit.reminders.outstanding() == (0, None)


def test_moved_with_its_deadline_set_aside_and_wanted_again(units):
    """A complement suspends the deadline, then it runs again, later: the same reminder rings, later."""
    moved = replace(SOON, due=NOW + 6 * DAY)
    with units.begin() as unit:
        unit.reminders.keep(REF, [SOON], NOW)
        (first,) = due(unit.reminders, AFTER, 10)
        unit.reminders.keep(REF, [], NOW)
        assert due(unit.reminders, AFTER, 10) == []
        unit.reminders.keep(REF, [moved], NOW)
        assert [(r.id, r.due) for r in due(unit.reminders, AFTER, 10)] == [(first.id, moved.due)]


def test_snoozed_once_and_for_as_long_as_its_deadline_stays(units):
    with units.begin() as unit:
        unit.reminders.keep(REF, [SOON], NOW)
        (one,) = due(unit.reminders, AFTER, 10)
        unit.reminders.snooze(one.id, NOW + 3 * DAY)
        unit.reminders.keep(REF, [SOON], NOW)
        assert unit.reminders.outstanding()[1] == NOW + 3 * DAY
        with pytest.raises(Stale):
            unit.reminders.snooze(one.id, NOW + 4 * DAY)
        unit.reminders.keep(REF, [replace(SOON, due=NOW + 8 * DAY)], NOW)
        assert unit.reminders.outstanding()[1] == NOW + 8 * DAY
        unit.reminders.sent(one.id)
        with pytest.raises(Stale):
            unit.reminders.snooze(one.id, AFTER)
        with pytest.raises(NotFound):
            unit.reminders.snooze(99, AFTER)


def test_two_workers_never_have_the_same(units, url):
    """On PostgreSQL the second worker skips what the first has; on SQLite it waits for the first to end."""
    with units.begin() as unit:
        unit.reminders.keep(REF, [SOON, LATE], NOW)
    if url.startswith("sqlite"):
        return
    with units.begin() as one, units.begin() as two:
        (mine,) = one.reminders.due_to([SOON.recipient], AFTER)
        (other,) = due(two.reminders, AFTER, 10)
        assert mine.id != other.id


WANTED = st.builds(
    Wanted,
    st.just("CIBLE"),
    st.integers(1, 2),
    st.sampled_from(["avant", "jour"]),
    st.integers(0, 1),
    st.sampled_from([PersonId("alice"), PersonId("bob")]),
    st.integers(1, 4).map(lambda days: NOW + days * DAY),
    st.booleans(),
)
LISTS = st.lists(
    WANTED, max_size=6, unique_by=lambda w: (w.rule, w.generation, w.kind, w.ordinal, w.recipient)
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.tuples(LISTS, st.integers(0, 2)), max_size=5))
def test_what_waits_is_what_is_wanted_less_what_was_sent(units, rounds):
    sent = set()
    with units.engine.connect() as connection, connection.begin() as undone:
        reminders = units._unit(connection).reminders
        for wanted, settled in rounds:
            reminders.keep(REF, wanted, NOW)
            waiting = {_once(r): (r.due, r.escalates) for r in due(reminders, AFTER, 99)}
            assert waiting == {_once(w): (w.due, w.escalates) for w in wanted if _once(w) not in sent}
            for one in due(reminders, AFTER, settled) if settled else ():
                reminders.sent(one.id)
                sent.add(_once(one))
        undone.rollback()


def _once(one):
    return (one.rule, one.generation, one.kind, one.ordinal, one.recipient)


RINGS = tuple(Ring(kind, n, NOW + day * DAY, escalates=day == 9) for day, kind, n in [
    (1, "avant", 7), (3, "avant", 2), (5, "jour", 0), (6, "retard", 1), (9, "retard", 5), (15, "retard", 15),
])  # fmt: skip
ALICE = Rhythm("CIBLE", 1, PersonId("alice"), RINGS)
ABOVE = Rhythm("CIBLE", 1, PersonId("bob"), tuple(r for r in RINGS if r.escalates))


def _rung(reminders, rhythms, now):
    """What a clock does: follow, then send what is due; returns what was sent, by day."""
    reminders.follow({REF: rhythms}, now)
    due = reminders.due_to({r.recipient for r in rhythms}, now)
    reminders.sent(*(r.id for r in due))
    return [(r.recipient, (r.due - NOW).days) for r in due]


def test_only_the_next_of_a_rhythm_is_written_and_each_that_leaves_writes_the_one_after(units):
    with units.begin() as unit:
        unit.reminders.follow({REF: [ALICE, ABOVE]}, NOW)
        unit.reminders.follow({REF: [ALICE, ABOVE]}, NOW)
        assert [(r.recipient, r.due) for r in due(unit.reminders, AFTER, 9)] == [
            ("alice", NOW + DAY),
            ("bob", NOW + 9 * DAY),
        ]
        assert _rung(unit.reminders, [ALICE, ABOVE], NOW + DAY) == [("alice", 1)]
        assert unit.reminders.outstanding() == (2, NOW + 3 * DAY)
        assert _rung(unit.reminders, [ALICE, ABOVE], NOW + DAY) == []


def test_what_an_outage_let_pass_leaves_at_once_and_together(units):
    """Nobody rang from the first to the escalation: none is lost, and whoever is above is told too."""
    with units.begin() as unit:
        unit.reminders.follow({REF: [ALICE, ABOVE]}, NOW)
        late = _rung(unit.reminders, [ALICE, ABOVE], NOW + 10 * DAY)
        assert sorted(late) == [("alice", 1), ("alice", 3), ("alice", 5), ("alice", 6), ("alice", 9), ("bob", 9)]
        assert unit.reminders.outstanding() == (1, NOW + 15 * DAY)


def test_who_comes_late_is_not_reminded_of_what_was_before_them(units):
    with units.begin() as unit:
        unit.reminders.follow({REF: [ALICE]}, NOW)
        carol = replace(ALICE, recipient=PersonId("carol"))
        assert _rung(unit.reminders, [ALICE, carol], NOW + 4 * DAY) == [("alice", 1), ("alice", 3)]
        assert _rung(unit.reminders, [ALICE, carol], NOW + 5 * DAY) == [("alice", 5), ("carol", 5)]
        unit.reminders.follow({REF: []}, NOW + 5 * DAY)
        assert unit.reminders.outstanding() == (0, None)


def test_a_snooze_keeps_none_of_the_others_back(units):
    with units.begin() as unit:
        unit.reminders.follow({REF: [ALICE]}, NOW)
        (one,) = due(unit.reminders, AFTER, 9)
        unit.reminders.snooze(one.id, NOW + 4 * DAY)
        unit.reminders.follow({REF: [ALICE]}, NOW + 2 * DAY)
        assert [r.due for r in due(unit.reminders, AFTER, 9)] == [NOW + 3 * DAY, NOW + 4 * DAY]
        assert _rung(unit.reminders, [ALICE], NOW + 3 * DAY) == [("alice", 3)]
        assert _rung(unit.reminders, [ALICE], NOW + 4 * DAY) == [("alice", 4)], "the one moved, and it alone"


def test_several_dossiers_are_followed_at_once_each_as_if_alone(units):
    """One reading and one writing, however many there are; and each keeps what is its own."""
    refs = [ref(n) for n in range(1, 8)]
    said: list[str] = []
    with units.begin() as unit:
        unit.reminders.keep(ref(3), [replace(SOON, rule="AUTRE")], NOW)
        if units.engine.dialect.name == "sqlite":
            unit.reminders._connection.connection.dbapi_connection.set_trace_callback(said.append)
        unit.reminders.follow({one: [ALICE, ABOVE] for one in refs} | {ref(8): []}, NOW)
        assert [s for s in said if s.startswith("SELECT")] == said[:1], "read once"
        assert {s.split()[0] for s in said[1:]} <= {"INSERT", "UPDATE"}
        found = due(unit.reminders, AFTER, 99)
        assert sorted((r.ref, r.recipient) for r in found) == sorted(
            (one, who) for one in refs for who in ("alice", "bob")
        )
        assert {r.rule for r in found} == {"CIBLE"}, "what was wanted of the third dossier is wanted no more"


def test_what_waits_for_others_is_not_gone_through(units):
    """A dossier's own are found by it, those settled by their numbers: with 100 000 that wait, the rest does not count."""
    if units.engine.dialect.name != "sqlite":
        return
    said: list[str] = []
    with units.begin() as unit:
        raw = unit.reminders._connection.connection.dbapi_connection
        unit.reminders.follow({REF: [ALICE]}, NOW)
        (one,) = due(unit.reminders, AFTER, 9)
        raw.set_trace_callback(said.append)
        unit.reminders.follow({REF: [ALICE]}, NOW)
        unit.reminders.sent(one.id)
        raw.set_trace_callback(None)
        plans = [row[3] for sql in said for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert len(plans) == 2
        assert "(ref=?" in plans[0]
        assert "INTEGER PRIMARY KEY" in plans[1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.integers(1, 40), min_size=1, max_size=8, unique=True).map(sorted),
    ticks=st.lists(st.integers(1, 45), max_size=8).map(sorted),
)
def test_whenever_the_clock_ticks_each_leaves_once_in_order(units, days, ticks):
    """The same ones as if the whole rhythm had been written at the start."""
    one = Rhythm("CIBLE", 1, PersonId("alice"), tuple(Ring("retard", day, NOW + day * DAY) for day in days))
    with units.engine.connect() as connection, connection.begin() as undone:
        reminders = units._unit(connection).reminders
        reminders.follow({REF: [one]}, NOW)
        sent = [day for tick in ticks for _, day in _rung(reminders, [one], NOW + tick * DAY)]
        last = max(ticks, default=0)
        assert sent == [day for day in days if day <= last]
        assert reminders.outstanding()[0] == any(day > last for day in days)
        undone.rollback()
