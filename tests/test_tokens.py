"""What travels through a client: signed, bound, and refused when forged."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tokens import FORM_LIFE, PERSONAL_LIFE, Expired, Forged, Seal, life, packed, unpacked
from chat.cards import Token

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SEAL = Seal.of(b"a secret of the tests", "slack/press")
OPEN = Token(act="valider", ref="ADT-2026-0007", version=3, arg="é", who="p1")
tokens = st.builds(Token, act=st.text(), ref=st.text(), version=st.integers(), arg=st.text(), who=st.text())


@given(token=tokens)
def test_a_token_comes_back(token: Token):
    assert unpacked(SEAL.open(SEAL.close(packed(token)), NOON)) == token


@given(token=tokens, at=st.integers(0), character=st.characters())
def test_one_character_changed_is_refused(token: Token, at: int, character: str):
    sealed = SEAL.close(packed(token))
    place = at % len(sealed)
    forged = sealed[:place] + character + sealed[place + 1 :]
    if forged != sealed:
        with pytest.raises(Forged):
            SEAL.open(forged, NOON)


@given(text=st.text())
def test_anything_else_is_refused(text: str):
    with pytest.raises(Forged):
        SEAL.open(text, NOON)


def test_another_secret_or_another_purpose_opens_nothing():
    sealed = SEAL.close(packed(OPEN))
    for other in (Seal.of(b"another secret", "slack/press"), Seal.of(b"a secret of the tests", "slack/form")):
        with pytest.raises(Forged):
            other.open(sealed, NOON)


def test_its_time_ends():
    sealed = SEAL.close(packed(OPEN), NOON + FORM_LIFE)
    assert unpacked(SEAL.open(sealed, NOON + FORM_LIFE)) == OPEN
    with pytest.raises(Expired):
        SEAL.open(sealed, NOON + FORM_LIFE + timedelta(seconds=1))


def test_only_a_person_s_own_button_ends_with_time():
    assert life(OPEN, NOON) == NOON + PERSONAL_LIFE
    assert life(Token(act="valider"), NOON) is None


def test_what_a_later_version_adds_is_read_by_this_one():
    assert unpacked({**packed(OPEN), "later": 1}) == OPEN


def test_a_body_that_is_no_token_is_refused():
    with pytest.raises(Forged):
        unpacked({"v": "three"})


def test_a_tag():
    assert SEAL.tagged(SEAL.tag("55029"), "55029")
    assert not SEAL.tagged(SEAL.tag("55029"), "55030")
