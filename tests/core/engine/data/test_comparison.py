"""New rows against the summary of the training rows: differences are told, chance is not."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar.engine.data.comparison import Comparison, is_above
from caviar.engine.data.summary import LEVELS, MOST_WORDS, summarized
from caviar.plugin import Array, Table

KINDS = {"O": "words", "M": "dates"}


def words(*cells: str | None) -> Array:
    column = numpy.empty(len(cells), dtype=object)
    column[:] = cells
    return column


def told(trained: Array, *new: Array) -> tuple[str, ...]:
    comparison = Comparison(summarized(Table({"c": trained}, ())), {"c": KINDS.get(trained.dtype.kind, "numbers")})
    for part in new:
        comparison.add(Table({"c": part}, ()))
    return comparison.sentences


def normal(count: int, seed: int = 0, **how: Any) -> Array:
    return numpy.random.default_rng(seed).normal(size=count, **how)


@pytest.mark.parametrize("rows", [1, 3, 10, 40, 300, 5000])
@pytest.mark.parametrize("trained", [30, 400, 5000])
def test_rows_of_the_same_kind_do_not_differ(rows: int, trained: int) -> None:
    for seed in range(40):
        random = numpy.random.default_rng(seed)
        for draw in (random.normal, random.lognormal, random.standard_cauchy):
            assert told(draw(size=trained), draw(size=rows)) == ()
        assert told(random.integers(0, 3, trained), random.integers(0, 3, rows)) == ()
        gaps = [numpy.where(random.random(size) < 0.2, numpy.nan, 1.0) for size in (trained, rows)]
        assert told(*gaps) == ()


def test_unknown_words_are_counted_with_three_examples() -> None:
    known = words(*["a", "b", None] * 20)
    first, second = words("a", "x", "y", None), words("z", "x", "w")
    assert told(known, first, second) == (
        "column 'c' holds values that training did not have in 5 rows, such as 'x', 'y', 'z'",
    )
    assert told(known, known) == ()


def test_of_many_words_only_a_rising_share_is_told() -> None:
    random = numpy.random.default_rng(0)
    many = [f"w{number}" for number in random.geometric(0.01, 4000)]
    assert len(set(many)) > MOST_WORDS
    assert told(words(*many[:2000]), words(*many[2000:])) == ()
    (sentence,) = told(words(*many[:2000]), words(*many[2000:2100], *["new"] * 60))
    assert sentence.startswith("column 'c' holds values besides the 100 most frequent ones of training in ")


def test_a_rising_share_of_missing_cells_is_told() -> None:
    (sentence,) = told(normal(500), numpy.full(3, numpy.nan))
    assert sentence == "column 'c' has no value in 100 % of the rows; in training in 0 %"
    assert told(normal(500), numpy.asarray([1.0, numpy.nan, 0.5])) == (), "one of three is chance"
    assert told(words(*"ab" * 50), words(*["a"] * 70, *[None] * 30)) == (
        "column 'c' has no value in 30 % of the rows; in training in 0 %",
    )


def test_numbers_outside_the_training_range_are_told() -> None:
    trained = numpy.arange(200.0)
    assert told(trained, numpy.asarray([900.0, *range(200)])) == (), "one of 200 is chance"
    above = numpy.asarray([*range(100), *[900] * 50])
    assert told(trained, above) == ("column 'c' lies above the training range, 0 to 199, in 33 % of the rows",)
    both = numpy.asarray([*range(100), *[900] * 25, *[-1] * 25])
    assert told(trained, both) == ("column 'c' lies outside the training range, 0 to 199, in 33 % of the rows",)
    days = numpy.datetime64("2021-03-01", "s") + 86_400 * numpy.arange(300)
    (sentence,) = told(days[:200], days[200:])
    assert sentence == "column 'c' lies after the training range, 2021-03-01 to 2021-09-16, in 100 % of the rows"


def test_a_shift_within_the_range_is_told() -> None:
    (sentence,) = told(normal(1000), normal(300, seed=1, loc=0.8, scale=0.5))
    assert sentence.startswith("column 'c' has drifted: ")
    assert told(normal(1000), normal(12, seed=1, loc=0.8, scale=0.5)) == (), "12 rows may well be like that"
    (sentence,) = told(numpy.arange(1000) % 2 == 0, numpy.arange(300) % 10 == 0)
    assert sentence == "column 'c' has drifted: 90 % of the rows are not above 0; in training 50 %"


def test_the_numbers_of_an_image_are_not_as_many_proofs() -> None:
    images = numpy.random.default_rng(0).random((400, 8, 8))
    assert told(images, images[:3] * 0.5) == ()
    assert len(told(images, images * 0.5)) == 1
    assert len(told(images, images * 5)) == 1


def test_blocks_count_as_one_table() -> None:
    trained, new = normal(1000), normal(333, seed=2, loc=2)
    assert told(trained, new) == told(trained, *numpy.array_split(new, 7)) != ()


def test_a_summary_is_bounded_whatever_the_column_holds() -> None:
    table = Table({"n": normal(10_000), "w": words(*map(str, range(5000)))}, ())
    summaries = summarized(table)
    assert len(summaries["n"].edges) <= len(LEVELS) + 2
    assert len(summaries["w"].words or {}) == MOST_WORDS
    assert all(each.fits(name == "w") for name, each in summaries.items())
    assert not summaries["w"].fits(words=False)
    assert summarized(Table({"s": words("\ud800", "a")}, ()))["s"].words == {"a": 1}


def test_shares_of_few_rows_do_not_differ() -> None:
    assert not is_above((1, 3), (0, 1000))
    assert is_above((3, 3), (0, 1000))
    assert not is_above((20, 100), (15, 100))
    assert is_above((60, 100), (15, 100))
    assert not is_above((70, 1000), (30, 1000)), "4 points more are no reason to worry"
