"""French typography: where spaces may not break, how days are printed, where a name is cut."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.typography import french, french_day, french_moment, short_day, shortened


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Motif : aucun", "Motif\u00a0: aucun"),
        ("Oui ; non ! vraiment ?", "Oui\u202f; non\u202f! vraiment\u202f?"),
        ("« Atelier »", "«\u00a0Atelier\u00a0»"),
        ("«Atelier»", "«\u00a0Atelier\u00a0»"),
        ("« Prêt ? »", "«\u00a0Prêt\u202f?\u00a0»"),
        ("accusé n° 12, § 5", "accusé n°\u00a012, §\u00a05"),
        ("l'État", "l’État"),
        ("https://exemple.fr/?a=1;b", "https://exemple.fr/?a=1;b"),
        ("à 10:42", "à 10:42"),
        ("a :b", "a :b"),
        ("'cité'", "'cité'"),
        ("", ""),
        ("«", "«"),
        (": début", ": début"),
    ],
)
def test_spaces(typed, printed):
    assert french(typed) == printed
    assert french(printed) == printed


@given(st.text(alphabet=" «»:;!?'ab\u00a0\u202f", max_size=30))
def test_doing_it_again_changes_nothing_and_no_letter_moves(text):
    once = french(text)
    assert french(once) == once
    assert [c for c in once if c not in "’' \u00a0\u202f"] == [c for c in text if c not in "’' \u00a0\u202f"]


def test_days_and_hours():
    assert french_day(date(2026, 11, 24)) == "24\u00a0novembre 2026"
    assert french_day(date(2027, 3, 1)) == "1er\u00a0mars 2027"
    at = datetime(2026, 11, 24, 10, 2, tzinfo=ZoneInfo("Indian/Reunion"))
    assert french_moment(at) == "24\u00a0novembre 2026 à\u00a010\u00a0h\u00a002"
    assert french_moment(date(2026, 11, 24)) == "24\u00a0novembre 2026"


def test_short_days_in_two_languages():
    assert short_day(date(2027, 3, 1), "fr", year=False) == "1er mars"
    assert short_day(date(2027, 3, 11), "fr", year=True) == "11 mars 2027"
    assert short_day(date(2027, 3, 1), "en", year=True) == "Mar 1, 2027"


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("Communauté de communes Fumel Vallée du Lot", 30, "Communauté de communes Fumel…"),
        ("Bar-le-Duc", 10, "Bar-le-Duc"),
        ("Atelier, à Blois", 10, "Atelier…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("  deux\n mots ", 20, "deux mots"),
    ],
)
def test_names_are_cut_between_words(text, limit, cut):
    assert shortened(text, limit) == cut


@given(st.text(max_size=80), st.integers(min_value=2, max_value=40))
def test_never_longer_than_the_limit(text, limit):
    assert len(shortened(text, limit)) <= limit
