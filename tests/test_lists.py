"""Lists as people type them, and the amounts that say their tax."""

from __future__ import annotations

from decimal import Decimal

import pytest

from atelier.amounts import parse_amount
from atelier.lists import parts
from atelier.words import Refused

KNOWN = ("Un", "Paysage, eau et sols", "Sols", "Eau, air, énergie", "Eau")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Un ; Sols", ("Un", "Sols")),
        ("Un\nPaysage, eau et sols", ("Un", "Paysage, eau et sols")),
        ("Un, Sols", ("Un", "Sols")),
        ("un, paysage, eau et sols, Sols", ("un", "paysage, eau et sols", "Sols")),
        ("Eau, air, énergie, Eau", ("Eau, air, énergie", "Eau")),
        ("Eau, air", ("Eau", "air")),
        (" ; , \n", ()),
    ],
)
def test_a_comma_separates_unless_it_is_part_of_a_name(typed: str, names: tuple[str, ...]) -> None:
    assert parts(typed, KNOWN) == names


@pytest.mark.parametrize("typed", ["9 600 € TTC", "9600 ttc", "9600"])
def test_an_amount_may_say_its_tax(typed: str) -> None:
    assert parse_amount(typed, "TTC") == Decimal(9600)
    assert parse_amount("8 000 € HT") == Decimal(8000)


@pytest.mark.parametrize(("typed", "tax"), [("9 600 € TTC", "HT"), ("8 000 € HT", "TTC")])
def test_an_amount_of_the_other_kind_is_refused_not_converted(typed: str, tax: str) -> None:
    with pytest.raises(Refused, match=f"ce montant est attendu {tax}"):
        parse_amount(typed, tax)  # type: ignore[arg-type]
