"""Two texts compared word by word."""

from hypothesis import given
from hypothesis import strategies as st

from atelier.differences import Change, changes


def test_what_is_put_in_and_taken_out() -> None:
    before = "Une esquisse partagée pour la ville haute, avec les habitants et les commerçants."
    after = "Une esquisse partagée pour trois îlots de la ville haute, avec les habitants et les élus."
    assert changes(before, after) == (Change("", "trois îlots de"), Change("commerçants.", "élus."))


def test_nothing_changed() -> None:
    assert changes("La halle est vide.", "La halle  est vide.") == ()


def test_two_texts_with_nothing_in_common_are_read_whole() -> None:
    assert changes("La halle est vide.", "Trois commerces ont fermé.") is None


@given(
    st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=30),
    st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=30),
)
def test_the_changes_account_for_every_word(old: list[str], new: list[str]) -> None:
    found = changes(" ".join(old), " ".join(new))
    if found is not None:
        gone = sum(len(c.gone.split()) for c in found)
        put = sum(len(c.new.split()) for c in found)
        assert len(old) - gone == len(new) - put
