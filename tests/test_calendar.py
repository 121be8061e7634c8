"""The legal calendar, against known dates and two independent libraries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import holidays as oracle_a
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jours_feries_france import JoursFeries as OracleB  # type: ignore[import-untyped]

from atelier.calendar import (
    CODES,
    METROPOLE,
    add_working_days,
    alike,
    holidays,
    is_verified,
    is_working_day,
    local_day,
    next_working_day,
    why_to_verify,
    zone,
)
from atelier.holidays import easter
from atelier.words import Refused

YEARS = range(2020, 2041)
INHABITED = sorted(CODES - {"989"})
PLACES = st.sampled_from(INHABITED)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))

ORACLE_B_ZONES = {
    "57": "Alsace-Moselle",
    "67": "Alsace-Moselle",
    "68": "Alsace-Moselle",
    "971": "Guadeloupe",
    "972": "Martinique",
    "973": "Guyane",
    "974": "La Réunion",
    "975": "Saint-Pierre-et-Miquelon",
    "976": "Mayotte",
    "977": "Saint-Barthélémy",
    "978": "Saint-Martin",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie Française",
    "988": "Nouvelle-Calédonie",
}
"""Elsewhere « Métropole » (the package has no zone for 984: the eleven common days)."""


ORACLE_A_SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
"""Elsewhere none: the country's own days."""

USAGE = "a local custom: L3422-2 does not make it a legal holiday, and a contractual deadline does not roll over it"
GOOD_FRIDAY_USAGE = "a custom in Guadeloupe; Good Friday is a legal holiday in Alsace-Moselle alone (L3134-13)"
OUTSIDE = "set by a local text nobody has entered: the code du travail is silent, the place is flagged « à vérifier »"
SAINT_MARTIN = "27 May in the 2019 copy of L3422-2, 28 May in both packages: flagged « à vérifier »"


class Argued(NamedTuple):
    """One holiday on which a package and we disagree."""

    when: str | int
    """« month-day », or days after Easter Sunday."""
    why: str
    years: range = YEARS

    def days(self, year: int) -> set[date]:
        """The day of a year that one has and the other has not, if any."""
        day = easter(year) + timedelta(self.when) if isinstance(self.when, int) else None
        return {day or date.fromisoformat(f"{year}-{self.when}")} if year in self.years else set()


ARGUED_A = {
    "971": (Argued(-24, USAGE), Argued(-2, GOOD_FRIDAY_USAGE), Argued("07-21", USAGE)),
    "972": (Argued("07-21", USAGE),),
    "978": (Argued("05-28", SAINT_MARTIN), Argued("05-27", SAINT_MARTIN), Argued("07-21", USAGE)),
    "986": (Argued("04-28", OUTSIDE), Argued("06-29", OUTSIDE), Argued("07-29", OUTSIDE)),
    "987": (
        Argued("03-05", OUTSIDE),
        Argued(-2, OUTSIDE),
        Argued("06-29", OUTSIDE, range(2020, 2025)),
        Argued("11-20", OUTSIDE, range(2025, 2041)),
    ),
    "988": (Argued("09-24", OUTSIDE),),
}
"""Every disagreement with « holidays » over 2020-2040 (-24 is Mi-Carême, -2 Good Friday): we keep our table."""

ARGUED_B = {"978": (Argued("05-28", SAINT_MARTIN), Argued("05-27", SAINT_MARTIN))}
"""Every disagreement with « jours-feries-france »: customs and local texts it leaves out, as we do."""


def oracle_days(year: int, departement: str) -> set[date]:
    """Give the holidays of the PyPI package « holidays »."""
    return set(oracle_a.country_holidays("FR", subdiv=ORACLE_A_SUBDIVISIONS.get(departement), years=year))


def other_oracle_days(year: int, departement: str) -> set[date]:
    """Give the holidays of the PyPI package « jours-feries-france »."""
    return set(OracleB.for_year(year, ORACLE_B_ZONES.get(departement, "Métropole")).values())


def differences(oracle: Callable[[int, str], set[date]], departement: str) -> dict[int, set[date]]:
    """Give, for each year, the days that only one of the two has."""
    return {year: oracle(year, departement) ^ set(holidays(year, departement)) for year in YEARS}


def argued(table: Mapping[str, tuple[Argued, ...]], departement: str) -> dict[int, set[date]]:
    """Give, for each year, the days that are argued above."""
    return {year: {day for row in table.get(departement, ()) for day in row.days(year)} for year in YEARS}


def test_there_are_109_codes_and_96_of_them_are_in_metropole() -> None:
    assert (len(CODES), len(METROPOLE)) == (109, 96)
    assert "20" not in CODES


def test_the_eleven_common_holidays_of_2026() -> None:
    assert holidays(2026, "55") == {
        date(2026, 1, 1): "1er janvier",
        date(2026, 4, 6): "lundi de Pâques",
        date(2026, 5, 1): "1er mai",
        date(2026, 5, 8): "8 mai",
        date(2026, 5, 14): "Ascension",
        date(2026, 5, 25): "lundi de Pentecôte",
        date(2026, 7, 14): "14 juillet",
        date(2026, 8, 15): "15 août",
        date(2026, 11, 1): "1er novembre",
        date(2026, 11, 11): "11 novembre",
        date(2026, 12, 25): "25 décembre",
    }


@pytest.mark.parametrize("departement", ["57", "67", "68"])
def test_alsace_moselle_adds_two_days(departement: str) -> None:
    added = {k: v for k, v in holidays(2026, departement).items() if k not in holidays(2026, "55")}
    assert added == {date(2026, 4, 3): "vendredi saint", date(2026, 12, 26): "26 décembre"}


@pytest.mark.parametrize(
    ("departement", "month", "day"),
    [("976", 4, 27), ("972", 5, 22), ("971", 5, 27), ("978", 5, 27), ("973", 6, 10), ("977", 10, 9), ("974", 12, 20)],
)
def test_abolition_day_of_each_overseas_place(departement: str, month: int, day: int) -> None:
    assert set(holidays(2026, departement)) - set(holidays(2026, "55")) == {date(2026, month, day)}
    assert holidays(2026, departement)[date(2026, month, day)] == "abolition de l'esclavage"


def test_two_holidays_on_one_day_keep_both_names() -> None:
    assert holidays(2008, "55")[date(2008, 5, 1)] == "1er mai et Ascension"


def test_a_holiday_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        holidays(2026, "55")[date(2026, 1, 2)] = "pont"  # type: ignore[index]


def test_what_is_to_be_verified_is_said() -> None:
    assert sorted(code for code in CODES if not is_verified(code)) == ["978", "984", "986", "987", "988", "989"]
    assert "27 mai" in why_to_verify("978")
    assert why_to_verify("55") == ""


@pytest.mark.parametrize("departement", INHABITED)
def test_same_days_as_the_holidays_package_save_what_is_argued(departement: str) -> None:
    assert differences(oracle_days, departement) == argued(ARGUED_A, departement)


@pytest.mark.parametrize("departement", INHABITED)
def test_same_days_as_jours_feries_france_save_what_is_argued(departement: str) -> None:
    assert differences(other_oracle_days, departement) == argued(ARGUED_B, departement)


def test_a_place_whose_disagreement_is_about_the_law_is_flagged() -> None:
    doubtful = {place for place, rows in ARGUED_A.items() if {row.why for row in rows} & {OUTSIDE, SAINT_MARTIN}}
    assert doubtful == {"978", "986", "987", "988"}
    assert not any(map(is_verified, doubtful))
    assert all(is_verified(place) for place in ARGUED_A.keys() - doubtful)


def test_saint_martin_has_one_abolition_day_never_two() -> None:
    for year in YEARS:
        ours = holidays(year, "978")
        assert [day for day, name in ours.items() if "abolition" in name] == [date(year, 5, 27)]


@pytest.mark.parametrize("code", INHABITED)
def test_every_inhabited_place_has_a_time_zone(code: str) -> None:
    assert zone(code).utcoffset(datetime(2026, 1, 15, tzinfo=UTC)) is not None
    assert (zone(code).key == "Europe/Paris") is (code in METROPOLE)


def test_only_miquelon_has_summer_time_overseas() -> None:
    winter, summer = datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12)  # noqa: DTZ001 - wall times
    overseas = {code: zone(code) for code in CODES - METROPOLE - {"989"}}
    assert {c for c, z in overseas.items() if z.utcoffset(winter) != z.utcoffset(summer)} == {"975"}


def test_it_is_not_the_same_day_everywhere() -> None:
    instant = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    days = {code: local_day(instant, code).day for code in ("55", "971", "987", "988")}
    assert days == {"55": 25, "971": 24, "987": 24, "988": 25}


def test_a_naive_instant_has_no_local_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2026, 11, 24, 12), "55")  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize("code", ["", "20", "1", "96", "970", "69D", "2a", "055"])
def test_an_unknown_code_is_refused_with_an_example(code: str) -> None:
    with pytest.raises(Refused, match="par exemple 55"):
        zone(code)
    with pytest.raises(Refused, match="n'existe pas"):
        is_verified(code)


def test_clipperton_is_refused_because_nobody_lives_there() -> None:
    with pytest.raises(Refused, match="Clipperton"):
        zone("989")
    with pytest.raises(Refused, match="Clipperton"):
        holidays(2026, "989")
    assert not is_verified("989")


def test_working_days_around_easter_2026_differ_in_moselle() -> None:
    assert is_working_day(date(2026, 4, 3), "55")
    assert not is_working_day(date(2026, 4, 3), "57")
    assert next_working_day(date(2026, 4, 3), "57") == date(2026, 4, 7)
    assert add_working_days(date(2026, 4, 2), 2, "57") == date(2026, 4, 8)
    assert add_working_days(date(2026, 4, 7), -1, "57") == date(2026, 4, 2)


def test_adding_no_day_gives_the_day_itself() -> None:
    assert add_working_days(date(2026, 4, 4), 0, "55") == date(2026, 4, 4)


@given(DAYS, st.integers(1, 60), PLACES)
def test_adding_then_removing_working_days_comes_back(day: date, n: int, departement: str) -> None:
    start = next_working_day(day, departement)
    assert add_working_days(add_working_days(start, n, departement), -n, departement) == start


@given(DAYS, st.integers(1, 60), PLACES)
def test_exactly_n_working_days_lie_between(day: date, n: int, departement: str) -> None:
    end = add_working_days(day, n, departement)
    between = [day + timedelta(days=i) for i in range(1, (end - day).days + 1)]
    assert sum(is_working_day(d, departement) for d in between) == n
    assert is_working_day(end, departement)


@pytest.mark.parametrize("departement", INHABITED)
def test_what_is_alike_has_the_same_hours_and_holidays(departement: str) -> None:
    other = alike(departement)
    assert zone(other) == zone(departement)
    for year in (2026, 2027, 2030):
        assert holidays(year, other) == holidays(year, departement)


def test_most_of_the_mainland_is_alike() -> None:
    assert {alike(code) for code in METROPOLE} == {"75", "57", "67", "68"}
