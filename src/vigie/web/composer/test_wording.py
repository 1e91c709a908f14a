"""Two texts compared so that a person sees what changed."""

from hypothesis import given
from hypothesis import strategies as st

from vigie.web.composer.wording import Piece, changed, difference

TEXT = st.text(st.sampled_from("ab \n’.é|"), max_size=40)


def test_a_changed_phrase_is_one_change():
    assert difference("A power supply failed.", "A circuit breaker failed.") == [
        Piece("same", "A "),
        Piece("gone", "power supply"),
        Piece("new", "circuit breaker"),
        Piece("same", " failed."),
    ]


def test_nothing_changed():
    assert not changed(difference("Same words.", "Same words."))
    assert difference("", "") == []


@given(TEXT, TEXT)
def test_both_texts_can_be_read_out_of_it(old: str, new: str):
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.how != "new") == old
    assert "".join(piece.text for piece in pieces if piece.how != "gone") == new
