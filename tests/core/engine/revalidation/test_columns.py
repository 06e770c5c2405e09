"""Planted differences of columns are found, and none where there is none, with the old rows and with summaries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy
import pytest
from caviar.engine.data.summary import summarized
from caviar.engine.revalidation.columns import compared_summaries, compared_tables
from caviar.engine.revalidation.data_moved import is_shift
from caviar.engine.revalidation.overlap import overlap
from caviar.engine.revalidation.statistics import holm
from caviar.plugin import Array, Table
from caviar.values.revalidation import Shift

pytest.importorskip("scipy", reason="columns are compared by SciPy's distributions: pip install scipy")
ROWS = 600


def drawn(random: numpy.random.Generator, rows: int = ROWS) -> dict[str, Array]:
    """Columns of each kind: two of numbers, one with gaps, flags, dates, words, many words."""
    gaps = random.exponential(size=rows)
    gaps[random.uniform(size=rows) < 0.1] = numpy.nan
    return {
        "number": random.normal(size=rows),
        "gaps": gaps,
        "whole": random.poisson(3, rows),
        "flag": random.uniform(size=rows) < 0.3,
        "date": numpy.datetime64("2026-01-01T00:00:00") + random.integers(0, 10**7, rows).astype("timedelta64[s]"),
        "word": random.choice(["red", "green", "blue", "grey"], rows, p=[0.4, 0.3, 0.2, 0.1]).astype(object),
        "name": numpy.asarray([f"n{each}" for each in random.zipf(1.5, rows)], dtype=object),
    }


def table(columns: dict[str, Array]) -> Table:
    return Table(columns, ())


def shifts(old: dict[str, Array], new: dict[str, Array], kept: bool) -> list[Shift]:
    tests = compared_tables(table(old), table(new)) if kept else compared_summaries(summarized(table(old)), table(new))
    corrected = holm([each.p for each in tests])
    return [each for each in (replace(t, p=p) for t, p in zip(tests, corrected, strict=True)) if is_shift(each)]


def _mean(columns: dict[str, Array], random: numpy.random.Generator) -> None:
    columns["number"] += 0.5


def _scale(columns: dict[str, Array], random: numpy.random.Generator) -> None:
    columns["number"] *= 1.6


def _mix(columns: dict[str, Array], random: numpy.random.Generator) -> None:
    columns["word"][random.uniform(size=ROWS) < 0.2] = "grey"


def _missing(columns: dict[str, Array], random: numpy.random.Generator) -> None:
    columns["gaps"][random.uniform(size=ROWS) < 0.15] = numpy.nan


def _new_word(columns: dict[str, Array], random: numpy.random.Generator) -> None:
    columns["word"][random.uniform(size=ROWS) < 0.03] = "violet"


def _later(columns: dict[str, Array], random: numpy.random.Generator) -> None:
    columns["date"] += numpy.timedelta64(30, "D")


PLANTED: list[tuple[Callable[[dict[str, Array], numpy.random.Generator], None], tuple[str, str]]] = [
    (_mean, ("number", "values")),
    (_scale, ("number", "values")),
    (_mix, ("word", "values")),
    (_missing, ("gaps", "missing")),
    (_new_word, ("word", "new values")),
    (_later, ("date", "values")),
]


@pytest.mark.parametrize("kept", [True, False], ids=["rows", "summaries"])
@pytest.mark.parametrize(("plant", "expected"), PLANTED, ids=[each.__name__ for each, _ in PLANTED])
def test_a_planted_difference_is_found_in_its_column_and_nowhere_else(
    plant: Callable[[dict[str, Array], numpy.random.Generator], None], expected: tuple[str, str], kept: bool
) -> None:
    random = numpy.random.default_rng(3)
    old, new = drawn(random), drawn(random)
    plant(new, random)
    found = shifts(old, new, kept)
    assert expected in [(each.column, each.what) for each in found]
    assert {each.column for each in found} == {expected[0]}


@pytest.mark.parametrize("kept", [True, False], ids=["rows", "summaries"])
def test_without_a_difference_one_in_twenty_is_said_to_differ_at_most(kept: bool) -> None:
    random = numpy.random.default_rng(4)
    wrong = sum(bool(shifts(drawn(random, 300), drawn(random, 200), kept)) for _ in range(100))
    assert wrong <= 9  # of 100: with the rate 0.05 more are seen in 3 of 100 cases


def test_narrow_blocks_are_compared_by_place_and_wide_ones_by_their_mean() -> None:
    random = numpy.random.default_rng(5)
    old = {"x": random.normal(size=(300, 3)), "image": random.normal(size=(300, 10, 10))}
    new = {"x": random.normal(size=(300, 3)), "image": random.normal(size=(300, 10, 10))}
    new["x"][:, 1] += 1
    assert [each.column for each in shifts(old, new, True)] == ["x[1]"]
    new["image"] += 0.3
    assert {each.column for each in shifts(old, new, True)} == {"x[1]", "mean of image"}


def test_rows_that_were_added_to_a_file_are_told_from_those_that_it_had() -> None:
    random = numpy.random.default_rng(6)
    old = drawn(random, 50)
    old["flag"][:] = True
    more = drawn(random, 10)
    new = {name: numpy.concatenate([more[name][:5], column[::-1], more[name][5:]]) for name, column in old.items()}
    assert _overlap(old, new) == ([*range(5), *range(55, 60)], "")


def test_of_equal_rows_as_many_are_old_as_there_were() -> None:
    old, new = {"x": numpy.asarray([1.0, 1.0, 2.0])}, {"x": numpy.asarray([1.0, 1.0, 1.0, 2.0, 2.0])}
    assert _overlap(old, new) == ([2, 4], "")


def test_a_file_in_which_some_rows_were_edited_has_not_grown_and_that_is_said() -> None:
    random = numpy.random.default_rng(6)
    old = drawn(random, 50)
    new = {name: column.copy() for name, column in old.items()}
    new["number"][:20] += 1
    more, note = _overlap(old, new)
    assert more == [*range(20)]
    assert note.startswith("20 of 50 old rows are not there as they were: if some were edited, the deployed model was")


@pytest.mark.parametrize(("kept", "more"), [(10, 5), (30, 20), (49, 100)])
def test_of_a_window_that_moves_on_what_it_keeps_is_known(kept: int, more: int) -> None:
    random = numpy.random.default_rng(6)
    old, later = drawn(random, 50), drawn(random, more)
    new = {name: numpy.concatenate([column[50 - kept :], later[name]]) for name, column in old.items()}
    found, note = _overlap(old, new)
    assert found == [*range(kept, kept + more)]
    assert bool(note) is (50 - kept > 0.05 * more)


def test_of_another_file_all_rows_are_new_and_those_that_are_alike_by_chance_are_counted() -> None:
    random = numpy.random.default_rng(7)
    old, new = drawn(random, 50), drawn(random, 50)
    assert _overlap(old, new) == ([*range(50)], "")
    for name in new:
        new[name][:20] = old[name][:20]
    more, note = _overlap(old, new)
    assert more == [*range(50)]
    assert note.startswith("20 of 50 new rows equal old ones")


def _overlap(old: dict[str, Array], new: dict[str, Array]) -> tuple[list[int], str]:
    found = overlap(table(old), table(new))
    assert found is not None
    return found.more.nonzero()[0].tolist(), found.note
