"""Words as arrays."""

from caviar.plugin import words_from_array, words_to_array
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.text()))
def test_any_words_come_back(words: list[str]) -> None:
    array = words_to_array(words)
    assert array.dtype == "uint8"
    assert words_from_array(array) == tuple(words)
