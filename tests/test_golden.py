"""Deadlines counted by hand (tests/golden/echeances.yaml), and what each explanation must say of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from atelier.calendar import is_verified, why_to_verify
from atelier.deadlines import GOOD_FRIDAY_NOTE, ROLLED, TO_VERIFY_NOTE, Delay, Unit, compute, due_instant

PLACES = {"57", "67", "68", "971", "972", "973", "974", "975", "976", "977", "978", "984", "986", "987", "988", "55"}


class Case(NamedTuple):
    """One line of the table."""

    depart: date
    delai: str
    departement: str
    fin: date
    instant: datetime
    pourquoi: str
    saute: tuple[date, ...] = ()
    a_verifier: bool = False
    saint: bool = False


def case(depart: str, fin: str, instant: str, saute: tuple[str, ...] = (), **rest: object) -> Case:
    """Read one line; a word that is no column is refused."""
    days = tuple(map(date.fromisoformat, saute))
    at = datetime.fromisoformat(instant)
    return Case(depart=date.fromisoformat(depart), fin=date.fromisoformat(fin), instant=at, saute=days, **rest)


TABLE = yaml.safe_load((Path(__file__).parent / "golden" / "echeances.yaml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(case(**row), id=f"{group}-{row['departement']}-{row['depart']}-{row['delai']}".replace(" ", "_"))
    for group, rows in TABLE.items()
    for row in rows
]
golden = pytest.mark.parametrize("case", CASES)


@golden
def test_the_due_day(case: Case) -> None:
    assert compute(case.depart, Delay.parse(case.delai), case.departement).due == case.fin, case.pourquoi


@golden
def test_the_instant_in_utc(case: Case) -> None:
    assert due_instant(case.fin, case.departement) == case.instant
    assert case.instant.tzinfo == UTC


@golden
def test_the_days_passed_over_are_told_each_once_in_order(case: Case) -> None:
    steps = compute(case.depart, Delay.parse(case.delai), case.departement).steps
    assert tuple(step.args["day"] for step in steps if "day" in step.args) == case.saute, case.pourquoi
    rolled = bool(case.saute) and Delay.parse(case.delai).unit is not Unit.JOURS_OUVRES
    assert (ROLLED in [step.sentence for step in steps]) is rolled


@golden
def test_what_is_to_be_verified_is_said_and_nothing_else(case: Case) -> None:
    explained = compute(case.depart, Delay.parse(case.delai), case.departement)
    told = [step.sentence.format(**step.args) for step in explained.steps if "À vérifier" in step.sentence]
    wanted = [GOOD_FRIDAY_NOTE] if case.saint else []
    if case.a_verifier:
        wanted += [TO_VERIFY_NOTE.format(departement=case.departement, why=why_to_verify(case.departement))]
    assert told == wanted
    assert case.a_verifier is not is_verified(case.departement)


@pytest.mark.parametrize("departement", ["986", "987", "988"])
def test_overseas_calendars_of_no_text_are_always_to_be_verified(departement: str) -> None:
    for delay in ("1 jour", "15 jours", "2 mois", "20 jours ouvrés"):
        sentences = [step.sentence for step in compute(date(2026, 3, 2), Delay.parse(delay), departement).steps]
        assert sentences.count(TO_VERIFY_NOTE) == 1
        assert sentences[-1] == TO_VERIFY_NOTE
    assert "le code du travail n'y fixe pas les jours fériés" in why_to_verify(departement)


def test_the_table_covers_every_place_and_is_long_enough() -> None:
    cases = [param.values[0] for param in CASES]
    assert {case.departement for case in cases} >= PLACES
    assert len(cases) >= len(TABLE["ccag_3_2"]) + 40
    assert len({(case.depart, case.delai, case.departement) for case in cases}) == len(cases), "a line written twice"
    assert all(case.pourquoi for case in cases)
