"""one-hot."""

import numpy
from caviar.plugin import Table
from caviar.testing import TransformContract
from caviar_plugins import OneHot


def words(*cells: str | None) -> Table:
    return Table({"w": numpy.asarray([*cells, None], dtype=object)[:-1]}, ())


def flags(transform: OneHot, train: Table, new: Table) -> list[list[int]]:
    found: list[list[int]] = transform.apply(new, transform.fit(train)).columns["w"].astype(int).tolist()
    return found


class TestOneHot(TransformContract):
    transform = OneHot()

    def test_each_word_has_a_flag_of_its_own(self) -> None:
        assert flags(OneHot(), words("b", "a", "b"), words("a", "b")) == [[1, 0], [0, 1]]

    def test_missing_is_a_word_where_it_was_seen(self) -> None:
        assert flags(OneHot(), words("a", None), words(None, "a")) == [[1, 0], [0, 1]]
        assert flags(OneHot(), words("a", "b"), words(None)) == [[0, 0]]

    def test_a_word_that_was_not_seen_has_no_flag(self) -> None:
        assert flags(OneHot(), words("a", "b"), words("MARS")) == [[0, 0]]

    def test_only_the_most_frequent_words_have_one(self) -> None:
        assert flags(OneHot(most=2), words("a", "b", "c", "c", "b"), words("a", "b", "c")) == [[0, 0], [1, 0], [0, 1]]

    def test_any_word_survives_saving(self) -> None:
        odd = ("\0", "é", "日本", '"', "\ud800", "a b", ",")
        assert flags(OneHot(), words(*odd), words(*sorted(odd))) == numpy.eye(len(odd), dtype=int).tolist()
