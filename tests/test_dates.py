"""Dates as people write them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.dates import MONTHS, WEEKDAYS, parse_day, parse_month
from atelier.words import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 11, 24)


def outcome(read: Callable[[], date]) -> str:
    """Say « understood » for a date, or for a refusal that is a whole sentence."""
    try:
        return "understood" if isinstance(read(), date) else "no date"
    except Refused as refused:
        return "understood" if "par exemple" in str(refused) or "Corrigez" in str(refused) else str(refused)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("24/11/2026", TODAY),
        ("24-11-2026", TODAY),
        ("24.11.2026", TODAY),
        ("2026-11-24", TODAY),
        ("4/3/2026", date(2026, 3, 4)),
        ("24 novembre 2026", TODAY),
        ("24 nov. 2026", TODAY),
        ("24 nov 2026", TODAY),
        ("  24  NOVEMBRE  2026 ", TODAY),
        ("mardi 24 novembre 2026", TODAY),
        ("le mardi 24\N{NO-BREAK SPACE}novembre 2026", TODAY),
        ("1er mars 2026", date(2026, 3, 1)),
        ("1 mars 2026", date(2026, 3, 1)),
        ("3 févr. 2026", date(2026, 2, 3)),
        ("3 fevrier 2026", date(2026, 2, 3)),
        ("15 aout 2026", date(2026, 8, 15)),
        ("15 août 2026", date(2026, 8, 15)),
        ("25 dec. 2026", date(2026, 12, 25)),
        ("10 sept. 2026", date(2026, 9, 10)),
        ("8 juil. 2026", date(2026, 7, 8)),
        ("29/02/2028", date(2028, 2, 29)),
        ("aujourd'hui", TODAY),
        ("Aujourd\N{RIGHT SINGLE QUOTATION MARK}hui", TODAY),
        ("hier", date(2026, 11, 23)),
        ("avant-hier", date(2026, 11, 22)),
        ("demain", date(2026, 11, 25)),
    ],
)
def test_days_are_read(text: str, day: date) -> None:
    assert parse_day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Je ne lis pas de date dans «  »"),
        ("bientôt", "Je ne lis pas de date dans « bientôt »"),
        ("24/11-2026", "Je ne lis pas de date"),
        ("24/11/2026 ou 25/11/2026", "Je ne lis pas de date"),
        ("24/11/26", "quatre chiffres, par exemple 24/11/2026 (j'ai lu « 26 »)"),
        ("24 novembre", "Il manque l'année. Écrivez par exemple 24/11/2026"),
        ("11/24/2026", "pas de mois numéro 24. Le jour vient avant le mois"),
        ("2026-13-01", "pas de mois numéro 13"),
        ("29/02/2026", "Le 29 février 2026 n'existe pas : ce mois a 28 jours"),
        ("31 avril 2026", "ce mois a 30 jours"),
        ("0/11/2026", "n'existe pas"),
        ("24 brumaire 2026", "« brumaire » n'est pas un mois"),
        ("24 jui 2026", "« jui » n'est pas un mois"),
        ("24 m 2026", "« m » n'est pas un mois"),
        ("24 d 2026", "« d » n'est pas un mois"),
        ("24/11/0026", "L'année 0026 est hors du calendrier"),
        ("lundi 24 novembre 2026", "Le 24/11/2026 est un mardi, pas un lundi"),
    ],
)
def test_wrong_days_are_refused_saying_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_day(text, TODAY)
    assert said in str(refusal.value)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_way_of_writing_a_day_reads_back(day: date) -> None:
    words = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
    for text in (words, words.upper(), day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}-{day.month}-{day.year}"):
        assert parse_day(text, TODAY) == day


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_a_refusal(text: str) -> None:
    assert outcome(lambda: parse_day(text, TODAY)) == "understood"
    assert outcome(lambda: parse_month(text)) == "understood"


@pytest.mark.parametrize("text", ["mars 2027", "Mars  2027", "03/2027", "3/2027", "03-2027", "2027-03", "mar. 2027"])
def test_months_are_read_as_their_first_day(text: str) -> None:
    assert parse_month(text) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("printemps", "Je ne lis pas de mois dans « printemps »"),
        ("13/2027", "pas de mois numéro 13"),
        ("mars 27", "quatre chiffres"),
        ("mars", "Je ne lis pas de mois"),
        ("ju 2027", "« ju » n'est pas un mois"),
    ],
)
def test_wrong_months_are_refused_with_an_example(text: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_month(text)
    assert said in str(refusal.value)
    assert "par exemple mars 2027" in str(refusal.value)
