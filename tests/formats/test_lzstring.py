import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmd_sudoku.errors import PuzzleError
from vmd_sudoku.formats import lzstring

LIMIT = 10_000


@given(st.text(max_size=300))
def test_what_is_packed_unpacks(text):
    assert lzstring.decode(lzstring.encode(text), LIMIT) == text.encode("utf-16-le", "surrogatepass").decode(
        "utf-16-le", "replace"
    )


@given(st.text("ab", max_size=500))
def test_repetitions_become_short(text):
    packed = lzstring.encode(text)
    assert lzstring.decode(packed, LIMIT) == text
    assert len(packed) <= 8 + len(text)


@pytest.mark.parametrize(
    ("text", "packed"),
    [("", "Q==="), ("hello, hello, hello", "BYUwNmD2A0AEoRvcUg=="), ("9×9 日本", "JwdeAJFPTQacyA==")],
)
def test_known_texts_have_known_forms(text, packed):
    """Made with the reference implementation of LZString."""
    assert lzstring.decode(packed, LIMIT) == text


def test_a_backslash_may_stand_for_an_equals_sign():
    packed = lzstring.encode('{"size":9}')
    assert lzstring.decode(packed.rstrip("=") + "\\\\", LIMIT) == '{"size":9}'


def test_what_unpacks_to_too_much_is_refused():
    bomb = lzstring.encode("0" * 100_000)
    assert len(bomb) < 1500
    with pytest.raises(PuzzleError, match="more than 10000 characters"):
        lzstring.decode(bomb, LIMIT)
    with pytest.raises(PuzzleError, match="more than 10000 characters"):
        lzstring.decode("A" * 100_000, LIMIT)


@given(st.text("ABCDEFGHabcdefgh0123+/", max_size=200))
def test_anything_else_is_refused_in_a_sentence(packed):
    with contextlib.suppress(PuzzleError):
        assert isinstance(lzstring.decode(packed, LIMIT), str)


def test_foreign_characters_are_named():
    with pytest.raises(PuzzleError, match="'!' cannot stand in it"):
        lzstring.decode("AB!C", LIMIT)
