"""CCAG-PI 3.2: properties, and explanations that replay. The dates counted by hand are in `test_golden.py`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.calendar import CODES, holidays, is_working_day, local_day
from atelier.deadlines import (
    BEGINS,
    ENDS,
    GOOD_FRIDAY_NOTE,
    HOLIDAY,
    LAST,
    LAST_OF_MONTH,
    TO_VERIFY_NOTE,
    WEEKEND,
    Delay,
    Explained,
    Unit,
    compute,
    due_instant,
)
from atelier.words import Labels, Refused

PLACES = st.sampled_from(sorted(CODES - {"989"}))
DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))
DELAYS = st.builds(Delay, st.integers(1, 120), st.sampled_from(Unit))


def skipped(explained: Explained) -> list[date]:
    """Give the days an explanation says were skipped."""
    return [day for step in explained.steps if isinstance(day := step.args.get("day"), date)]


def test_the_explanation_of_a_roll_over_tells_each_day_in_order() -> None:
    steps = compute(date(2026, 3, 19), Delay.parse("15 jours"), "57", "CCAG-PI 2009, article 3.7.2").steps
    assert [step.sentence.format(**step.args) for step in steps] == [
        BEGINS.format(start="2026-03-19", first="2026-03-20", article="CCAG-PI 2009, article 3.2.1"),
        "Le délai vient de : CCAG-PI 2009, article 3.7.2.",
        "Il est de 15 jours : tous les jours du calendrier comptent.",
        "Le dernier jour compté est le 2026-04-03.",
        "Le 2026-04-03 est férié (vendredi saint).",
        "Le 2026-04-04 n'est pas ouvré.",
        "Le 2026-04-05 n'est pas ouvré.",
        "Le 2026-04-06 est férié (lundi de Pâques).",
        "Le délai est prolongé jusqu'au premier jour qui n'est ni un samedi, ni un dimanche, ni férié (CCAG-PI 2009, article 3.2.4).",
        "L'échéance est le 2026-04-07 à minuit, heure locale du département 57.",
        "À vérifier : en Alsace-Moselle, le vendredi saint n'est férié que dans certaines communes.",
    ]


def test_a_holiday_that_is_also_a_saturday_is_called_a_holiday() -> None:
    steps = compute(date(2026, 7, 31), Delay.parse("15 jours"), "55").steps
    reasons = [(step.sentence, step.args["day"]) for step in steps if "day" in step.args]
    assert reasons == [(HOLIDAY, date(2026, 8, 15)), (WEEKEND, date(2026, 8, 16))]


def test_two_holidays_on_one_day_are_told_as_two_names() -> None:
    steps = compute(date(2008, 4, 16), Delay.parse("15 jours"), "55").steps
    step = next(step for step in steps if step.sentence == HOLIDAY)
    assert step.args == {"day": date(2008, 5, 1), "holiday": Labels(["1er mai", "Ascension"])}
    assert step.sentence.format(**step.args) == "Le 2008-05-01 est férié (1er mai, Ascension)."


def test_the_good_friday_of_moselle_is_doubtful_elsewhere_it_is_worked() -> None:
    def noted(departement: str, start: date) -> bool:
        return GOOD_FRIDAY_NOTE in {s.sentence for s in compute(start, Delay.parse("15 jours"), departement).steps}

    assert [noted(code, date(2026, 3, 19)) for code in ("57", "67", "68", "55", "971")] == [True] * 3 + [False] * 2
    assert not noted("57", date(2026, 3, 22)), "Easter Monday alone is sure"


def test_a_month_without_the_day_says_so() -> None:
    steps = compute(date(2025, 12, 31), Delay.parse("2 mois"), "55").steps
    step = next(step for step in steps if step.sentence == LAST_OF_MONTH)
    assert step.args == {"quantieme": 31, "last": date(2026, 2, 28)}


def test_doubtful_calendars_are_said_and_only_they() -> None:
    def notes(departement: str) -> set[str]:
        steps = compute(date(2026, 6, 1), Delay.parse("15 jours"), departement).steps
        return {step.sentence for step in steps} & {TO_VERIFY_NOTE, GOOD_FRIDAY_NOTE}

    assert notes("978") == notes("988") == {TO_VERIFY_NOTE}
    assert notes("55") == notes("57") == notes("971") == set()


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("15 jours", Delay(15, Unit.JOURS)),
        ("1 jour", Delay(1, Unit.JOURS)),
        ("15 jours calendaires", Delay(15, Unit.JOURS)),
        ("  2\N{NO-BREAK SPACE}MOIS ", Delay(2, Unit.MOIS)),
        ("20 jours ouvrés", Delay(20, Unit.JOURS_OUVRES)),
        ("1 jour ouvré", Delay(1, Unit.JOURS_OUVRES)),
        ("5 jours ouvres", Delay(5, Unit.JOURS_OUVRES)),
    ],
)
def test_delays_are_read_as_people_write_them(text: str, delay: Delay) -> None:
    assert Delay.parse(text) == delay


@pytest.mark.parametrize(
    "text",
    ["", "jours", "quinze jours", "2 à 3 jours", "15 jours francs", "3 jours ouvrables", "-2 mois", "15", "2 ans"],
)
def test_what_is_not_a_delay_is_refused_with_examples(text: str) -> None:
    with pytest.raises(Refused, match="« 20 jours ouvrés »"):
        Delay.parse(text)


def test_empty_and_endless_delays_are_refused() -> None:
    with pytest.raises(Refused, match="au moins un jour"):
        Delay.parse("0 jours")
    with pytest.raises(Refused, match="121 mois dépasse dix ans"):
        Delay(121, Unit.MOIS)


@given(DELAYS)
def test_a_delay_reads_back_what_it_writes(delay: Delay) -> None:
    assert Delay.parse(str(delay)) == delay


@given(DAYS, DELAYS, PLACES)
def test_a_deadline_is_a_working_day_after_its_event(start: date, delay: Delay, departement: str) -> None:
    due = compute(start, delay, departement).due
    assert due > start
    assert is_working_day(due, departement)


@given(DAYS, st.integers(0, 40), DELAYS, PLACES)
def test_a_later_event_never_ends_sooner(start: date, later: int, delay: Delay, departement: str) -> None:
    moved = start + timedelta(days=later)
    assert compute(start, delay, departement).due <= compute(moved, delay, departement).due


@given(DAYS, st.integers(1, 100), st.sampled_from(Unit), PLACES)
def test_a_longer_delay_never_ends_sooner(start: date, count: int, unit: Unit, departement: str) -> None:
    shorter, longer = (compute(start, Delay(n, unit), departement).due for n in (count, count + 1))
    assert shorter <= longer


@given(DAYS, DELAYS, PLACES)
def test_an_explanation_replays_to_its_date(start: date, delay: Delay, departement: str) -> None:
    explained = compute(start, delay, departement)
    assert explained.steps[0].sentence == BEGINS
    first = explained.steps[0].args["first"]
    lasts = [step.args["last"] for step in explained.steps if step.sentence in {LAST, LAST_OF_MONTH}]
    day = first if delay.unit is Unit.JOURS_OUVRES else lasts[0]
    assert isinstance(day, date)
    left = delay.count if delay.unit is Unit.JOURS_OUVRES else 1
    passed = set(skipped(explained))
    while left := left - (day not in passed):
        day += timedelta(days=1)
    assert day == explained.due
    assert [step.args["due"] for step in explained.steps if step.sentence == ENDS] == [explained.due]


@given(DAYS, DELAYS, PLACES)
def test_each_day_skipped_is_skipped_for_its_true_reason(start: date, delay: Delay, departement: str) -> None:
    for step in compute(start, delay, departement).steps:
        day = step.args.get("day")
        if step.sentence == WEEKEND:
            assert isinstance(day, date)
            assert day.isoweekday() in {6, 7}
        if step.sentence == HOLIDAY:
            assert isinstance(day, date)
            names = step.args["holiday"]
            assert isinstance(names, Labels)
            assert holidays(day.year, departement)[day] == " et ".join(names)


@given(DAYS, DELAYS, PLACES)
def test_every_placeholder_is_filled_and_nothing_more(start: date, delay: Delay, departement: str) -> None:
    for step in compute(start, delay, departement, "essai").steps:
        assert {name for _, name, _, _ in Formatter().parse(step.sentence) if name} == set(step.args)


@pytest.mark.parametrize(
    ("departement", "day", "expected"),
    [
        ("55", date(2026, 11, 24), datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC)),
        ("55", date(2026, 7, 15), datetime(2026, 7, 15, 21, 59, 59, tzinfo=UTC)),
        ("55", date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),  # winter time began that night
        ("971", date(2026, 11, 24), datetime(2026, 11, 25, 3, 59, 59, tzinfo=UTC)),
        ("974", date(2026, 11, 24), datetime(2026, 11, 24, 19, 59, 59, tzinfo=UTC)),
        ("987", date(2026, 11, 24), datetime(2026, 11, 25, 9, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_deadline_ends_with_the_local_day(departement: str, day: date, expected: datetime) -> None:
    assert due_instant(day, departement) == expected
    assert due_instant(day, departement).tzinfo is UTC


@given(DAYS, PLACES)
def test_one_second_after_the_deadline_it_is_tomorrow_there(day: date, departement: str) -> None:
    instant = due_instant(day, departement)
    assert local_day(instant, departement) == day
    assert local_day(instant + timedelta(seconds=1), departement) == day + timedelta(days=1)


def test_an_unknown_place_has_no_deadline() -> None:
    with pytest.raises(Refused, match="n'existe pas"):
        compute(date(2026, 3, 2), Delay(15, Unit.JOURS), "20")
