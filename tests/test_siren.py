"""A SIREN typed by a person is nine right digits, or a sentence that helps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.siren import check_siren
from atelier.words import Refused


def refusal(text: str) -> str:
    """Give the sentence said to who types this."""
    with pytest.raises(Refused) as refused:
        check_siren(text)
    return str(refused.value)


@pytest.mark.parametrize(
    "typed",
    [
        "200068930",
        "200 068 930",
        " 200068930\n",
        "200\u00a0068\u00a0930",
        "200\u202f068\u202f930",
        "200.068.930",
        "200-068-930",
    ],
)
def test_spaces_dots_and_hyphens_are_forgiven(typed):
    assert check_siren(typed) == "200068930"


@pytest.mark.parametrize(("typed", "count"), [("20006893", 8), ("2000689301", 10), ("20006893000015", 14), ("", 0)])
def test_a_wrong_length_is_told_with_its_count_and_an_example(typed, count):
    sentence = refusal(typed)
    assert f"« {typed} » en a {count}." in sentence
    assert "200 068 930" in sentence
    assert "SIRET" in sentence


def test_a_wrong_key_is_told_apart_from_a_wrong_length():
    sentence = refusal("200 068 931")
    assert "« 200 068 931 » n'existe pas" in sentence
    assert "inversé" in sentence
    assert "200 068 930" in sentence


@pytest.mark.parametrize("typed", ["20006893O", "deux cents", "²00068930", "٢٠٠٠٦٨٩٣٠", "{given}"])
def test_other_characters_are_told_as_such(typed):
    sentence = refusal(typed)
    assert "que des chiffres" in sentence
    assert typed in sentence


@given(st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_caught(place, shift):
    """The key (Luhn) sees any single error."""
    digits = list("200068930")
    digits[place] = str((int(digits[place]) + shift) % 10)
    assert "n'existe pas" in refusal("".join(digits))


@given(st.text(max_size=30))
def test_whatever_is_typed_gives_nine_digits_or_a_french_sentence(text):
    try:
        said = check_siren(text)
    except Refused as refused:
        said = str(refused)
    assert "SIREN" in said or (len(said) == 9 and said.isdigit())
