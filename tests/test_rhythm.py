"""When a deadline rings: golden reminders, places where the day is another, and what no reminder ever does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.calendar import CODES, add_working_days, is_working_day, local_day, zone
from atelier.deadlines import due_instant
from atelier.rhythm import AHEAD, HOUR, SHORT, Rhythm, Ring, awake, next_morning, rings
from atelier.rules import RULES, Rule, rule
from atelier.words import RuleId
from handlers.clocks import OUTSIDE

PLACES = st.sampled_from(sorted(CODES - {"989"}))
STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
LENGTHS = st.integers(1, 90)


def listed(found: tuple[Ring, ...], where: str = "75") -> list[str]:
    """Reminders as one reads them: kind, number, local day and hour."""
    return [f"{r.kind} {r.ordinal} {r.at.astimezone(zone(where)):%d/%m/%Y %H:%M}{' !' * r.escalates}" for r in found]


def noon(*day: int) -> datetime:
    """Noon of a winter day in Paris."""
    return datetime(*day, 11, 0, tzinfo=UTC)  # type: ignore[arg-type,call-arg,misc]


def end(*day: int, where: str = "75") -> datetime:
    """The end of a day, somewhere."""
    return due_instant(date(*day), where)


def test_a_short_target_rings_the_day_before_and_the_day_itself() -> None:
    """Five working days from Tuesday 24 November 2026; Christmas and New Year's Day are not worked."""
    assert listed(rings(noon(2026, 11, 24), end(2026, 12, 1), "75")) == [
        "avant 1 30/11/2026 09:00",
        "jour 0 01/12/2026 09:00",
        "retard 1 02/12/2026 09:00",
        "retard 5 08/12/2026 09:00 !",
        "retard 15 22/12/2026 09:00",
        "retard 25 07/01/2027 09:00",
    ]


def test_a_long_one_rings_fourteen_seven_and_two_days_before() -> None:
    """Twenty working days: 20 December is a Sunday, its reminder leaves on Friday."""
    assert listed(rings(noon(2026, 11, 24), end(2026, 12, 22), "75"))[:4] == [
        "avant 14 08/12/2026 09:00",
        "avant 7 15/12/2026 09:00",
        "avant 2 18/12/2026 09:00",
        "jour 0 22/12/2026 09:00",
    ]


@pytest.mark.parametrize(("days", "ahead"), [(SHORT, [1]), (SHORT + 1, [7, 2])])
def test_ten_days_are_short_eleven_are_not(days: int, ahead: list[int]) -> None:
    started = noon(2026, 11, 2)
    due = end(2026, 11, 2 + days)
    assert [r.ordinal for r in rings(started, due, "75") if r.kind == "avant"] == ahead


def test_nothing_rings_before_it_started() -> None:
    """Opened on Friday noon, due on Monday: the day before was Friday at nine."""
    assert listed(rings(noon(2026, 11, 27), end(2026, 11, 30), "75"))[0] == "jour 0 30/11/2026 09:00"
    early = datetime(2026, 11, 27, 7, 59, tzinfo=UTC)
    assert listed(rings(early, end(2026, 11, 30), "75"))[0] == "avant 1 27/11/2026 09:00"


def test_late_ones_go_on_every_ten_working_days_a_few_ahead_of_now() -> None:
    started, due = noon(2026, 11, 24), end(2026, 12, 1)
    for now in (due, datetime(2027, 3, 1, 12, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)):
        late = [r for r in rings(started, due, "75", now) if r.kind == "retard"]
        assert len([r for r in late if r.at > now]) == AHEAD
        assert [r.ordinal for r in late] == [1, *range(5, 5 + 10 * (len(late) - 1), 10)]


def test_the_second_late_one_escalates_and_no_other() -> None:
    found = rings(noon(2026, 11, 24), end(2026, 12, 22), "75", datetime(2028, 1, 1, tzinfo=UTC))
    assert [(r.kind, r.ordinal) for r in found if r.escalates] == [("retard", 5)]


@pytest.mark.parametrize(
    ("deadline", "recipient", "jour"),
    [
        ("75", "75", "jour 0 01/12/2026 09:00"),
        ("75", "974", "jour 0 01/12/2026 09:00"),  # it ends there on 2 December at 3 h
        ("971", "75", "jour 0 01/12/2026 09:00"),  # it ends in Paris on 2 December at 5 h
        ("75", "971", "jour 0 01/12/2026 09:00"),
        ("75", "987", "jour 0 01/12/2026 09:00"),  # it ends in Tahiti on 1 December at 13 h
        ("987", "988", "jour 0 02/12/2026 09:00"),  # it ends in Nouméa on 2 December at 21 h
    ],
)
def test_the_day_itself_is_the_recipient_s_last_morning_before_the_end(
    deadline: str, recipient: str, jour: str
) -> None:
    due = end(2026, 12, 1, where=deadline)
    found = rings(noon(2026, 11, 24), due, recipient)
    assert listed(found, recipient)[1] == jour
    assert [r.kind for r in found if r.at <= due] == ["avant", "jour"]


def test_two_reminders_never_leave_together() -> None:
    """Due on Friday 26 December 2025, a holiday in Moselle like the day before: one reminder on the 24th, not two."""
    found = rings(noon(2025, 12, 18), end(2025, 12, 26), "57")
    assert listed(found, "57")[:2] == ["jour 0 24/12/2025 09:00", "retard 1 29/12/2025 09:00"]


@given(STARTS, LENGTHS, PLACES, PLACES, st.integers(0, 400))
def test_what_a_reminder_always_is(started: datetime, length: int, deadline: str, where: str, later: int) -> None:
    due = due_instant(add_working_days(local_day(started, deadline), length, deadline), deadline)
    now = started + timedelta(days=later)
    found = rings(started, due, where, now)
    for ring in found:
        local = ring.at.astimezone(zone(where))
        assert local.time() == HOUR
        assert is_working_day(local.date(), where)
        assert ring.at > started
        assert (ring.at > due) is (ring.kind == "retard")
        assert ring.escalates is (ring.kind == "retard" and ring.ordinal == 5)
    assert all(one.at < other.at for one, other in pairwise(found))
    assert len({(r.kind, r.ordinal) for r in found}) == len(found)
    assert found[-1].at > max(now, due)
    assert found[: len(rings(started, due, where))] == rings(started, due, where)


def test_each_rule_has_its_rhythm() -> None:
    """A draft is nobody's delay; a time to speak is over once over; silence that decides is said a month before."""
    due = end(2027, 3, 1)
    started = noon(2026, 11, 24)

    def told(id_: RuleId) -> list[tuple[str, int]]:
        return [(r.kind, r.ordinal) for r in rings(started, due, "75", due, rule(id_).rhythm)]

    before = [("avant", 14), ("avant", 7), ("avant", 2), ("jour", 0)]
    late = [("retard", n) for n in (1, 5, 15, 25)]
    assert told(RuleId.CIBLE_INSTRUCTION) == [*before, *late]
    assert told(RuleId.VERIFICATION) == [("avant", 30), *before, *late]
    assert told(RuleId.BC_OBSERVATIONS) == [("avant", 2), ("jour", 0)]
    assert told(RuleId.SUR_SITE) == [*before[1:], *late]
    assert told(RuleId.RELANCE_BROUILLON) == [("retard", n) for n in (5, 25, 45, 65)]


@pytest.mark.parametrize("row", RULES, ids=lambda row: row.id)
def test_no_rule_goes_up_outside_the_state(row: Rule) -> None:
    assert not set(row.escalates) & OUTSIDE


@given(
    st.builds(
        Rhythm,
        st.lists(st.integers(1, 60), max_size=4).map(lambda days: tuple(sorted(set(days), reverse=True))),
        st.just((1,)),
        st.lists(st.integers(1, 20), max_size=3).map(lambda days: tuple(sorted(set(days)))),
        st.integers(0, 15),
    ),
    st.integers(1, 60),
    PLACES,
)
def test_whatever_the_rhythm_the_day_itself_is_told_and_the_second_late_one_alone_goes_up(
    rhythm: Rhythm, length: int, where: str
) -> None:
    started = noon(2026, 11, 24)
    due = due_instant(add_working_days(local_day(started, where), length, where), where)
    found = rings(started, due, where, due, rhythm)
    assert [r.kind for r in found if r.at <= due][-1:] == ["jour"]
    assert [r.ordinal for r in found if r.escalates] == list(rhythm.overdue[1:2])
    assert all(one.at < other.at for one, other in pairwise(found))
    if not rhythm.every:
        assert len([r for r in found if r.kind == "retard"]) == len(rhythm.overdue)


@pytest.mark.parametrize(
    ("hour", "where", "told"),
    [
        (datetime(2026, 11, 24, 7, 59, tzinfo=UTC), "75", False),
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "75", True),
        (datetime(2026, 11, 24, 16, 59, tzinfo=UTC), "75", True),
        (datetime(2026, 11, 24, 17, 0, tzinfo=UTC), "75", False),
        (datetime(2026, 11, 21, 10, 0, tzinfo=UTC), "75", False),
        (datetime(2026, 11, 11, 10, 0, tzinfo=UTC), "75", False),
        (datetime(2026, 4, 3, 10, 0, tzinfo=UTC), "57", False),  # Good Friday in Moselle
        (datetime(2026, 4, 3, 10, 0, tzinfo=UTC), "55", True),
        (datetime(2026, 11, 24, 10, 0, tzinfo=UTC), "971", False),
        (datetime(2026, 11, 24, 5, 0, tzinfo=UTC), "974", True),
    ],
)
def test_hours_of_work_are_those_of_the_reader(hour: datetime, where: str, told: bool) -> None:
    assert awake(hour, where) is told


def test_the_next_morning_is_one_that_is_worked() -> None:
    assert next_morning(date(2026, 11, 11), "75") == datetime(2026, 11, 12, 8, tzinfo=UTC)
    assert next_morning(date(2026, 11, 14), "974") == datetime(2026, 11, 16, 5, tzinfo=UTC)
