"""The reminders: kept as they are wanted, sent once, moved once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import DAY, MINUTE, NOW, REF, ref

from atelier.words import PersonId
from storage.errors import NotFound, Stale
from storage.reminders import Wanted

SOON = Wanted("CIBLE", 1, "avant", 2, PersonId("alice"), NOW + DAY, escalates=False)
LATE = Wanted("CIBLE", 1, "retard", 5, PersonId("bob"), NOW + 9 * DAY, escalates=True)
AFTER = NOW + 30 * DAY


def test_what_is_wanted_is_kept_and_rings_in_order(units):
    with units.begin() as unit:
        unit.reminders.keep(REF, [LATE, SOON], NOW)
        unit.reminders.keep(REF, [LATE, SOON], NOW)
        unit.reminders.keep(ref(2), [replace(SOON, due=NOW + 2 * DAY)], NOW)
    with units.begin() as unit:
        assert unit.reminders.next_due() == SOON.due
        assert unit.reminders.outstanding() == (3, SOON.due)
        assert unit.reminders.due(SOON.due - MINUTE, 10) == []
        assert [(r.ref, r.due) for r in unit.reminders.due(AFTER, 2)] == [(REF, SOON.due), (ref(2), NOW + 2 * DAY)]
        last = unit.reminders.due(AFTER, 10)[-1]
        told = (last.rule, last.generation, last.kind, last.ordinal, last.recipient, last.due, last.escalates)
        assert told == ("CIBLE", 1, "retard", 5, "bob", LATE.due, True)


def test_none_is_made_in_the_past(units):
    with units.begin() as unit:
        unit.reminders.keep(REF, [SOON, LATE], SOON.due)
        assert [r.due for r in unit.reminders.due(AFTER, 9)] == [LATE.due]


def test_sent_is_sent_whatever_is_wanted(units):
    with units.begin() as unit:
        unit.reminders.keep(REF, [SOON, LATE], NOW)
        one, two = unit.reminders.due(AFTER, 10)
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
        (first,) = unit.reminders.due(AFTER, 10)
        unit.reminders.keep(REF, [], NOW)
        assert unit.reminders.due(AFTER, 10) == []
        unit.reminders.keep(REF, [moved], NOW)
        assert [(r.id, r.due) for r in unit.reminders.due(AFTER, 10)] == [(first.id, moved.due)]


def test_snoozed_once_and_for_as_long_as_its_deadline_stays(units):
    with units.begin() as unit:
        unit.reminders.keep(REF, [SOON], NOW)
        (one,) = unit.reminders.due(AFTER, 10)
        unit.reminders.snooze(one.id, NOW + 3 * DAY)
        unit.reminders.keep(REF, [SOON], NOW)
        assert unit.reminders.next_due() == NOW + 3 * DAY
        with pytest.raises(Stale):
            unit.reminders.snooze(one.id, NOW + 4 * DAY)
        unit.reminders.keep(REF, [replace(SOON, due=NOW + 8 * DAY)], NOW)
        assert unit.reminders.next_due() == NOW + 8 * DAY
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
        (mine,) = one.reminders.due(AFTER, 1)
        (other,) = two.reminders.due(AFTER, 10)
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
            waiting = {_once(r): (r.due, r.escalates) for r in reminders.due(AFTER, 99)}
            assert waiting == {_once(w): (w.due, w.escalates) for w in wanted if _once(w) not in sent}
            for one in reminders.due(AFTER, settled) if settled else ():
                reminders.sent(one.id)
                sent.add(_once(one))
        undone.rollback()


def _once(one):
    return (one.rule, one.generation, one.kind, one.ordinal, one.recipient)
