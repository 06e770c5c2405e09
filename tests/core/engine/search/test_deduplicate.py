"""No two trials try the same; a finite space that was tried wholly ends the search."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Sampler, Trial, load
from caviar.cli.preview.summary import summary
from caviar.engine.search.deduplicate import deduplicate, key_of
from caviar.engine.study import Interrupted
from caviar.plugin import Array, Dimension, Random, Space
from caviar_plugins import Choice, Int, Log, LogInt
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.engine.search.rungs import PLUGINS, bits, differences
from tests.core.engine.search.searching import search

TREE = Space(
    (
        Dimension("optimizer", Choice(("adam", "sgd", "plain")), ordered=False, levels=3),
        Dimension("optimizer.sgd.kind", Choice(("a", "b")), ordered=False, levels=2, parent="optimizer", when=1),
        Dimension("optimizer.sgd.b.power", Int(1, 4), levels=4, parent="optimizer.sgd.kind", when=1),
        Dimension("model.units", LogInt(8, 12), levels=5),
    )
)
CELLS = (1 + (1 + 4) + 1) * 5


class Rare(Sampler):
    """0 nearly always, 1 to 9 hardly ever."""

    def from_unit(self, u: Array) -> Array:
        level: Array = numpy.clip(numpy.floor((u - 0.999) * 9000) + 1, 0, 9)
        return level

    def to_unit(self, value: Array) -> Array:
        coordinates: Array = numpy.where(value == 0, 0.5, 0.999 + (value - 0.5) / 9000)
        return coordinates

    def levels(self) -> int:
        return 10


def all_of(space: Space, points: Array) -> list[str]:
    return [repr(sorted(space.values(point).items())) for point in points]


def drawn(space: Space, count: int, seed: int = 0) -> Array:
    return space.clip(numpy.random.default_rng(seed).random((count, len(space))))


def test_the_size_of_a_space_counts_what_a_choice_activates() -> None:
    assert TREE.size == CELLS
    assert Space(()).size == 1
    assert Space((*TREE.dimensions, Dimension("rate", Log(1e-4, 1)))).size == inf
    assert Space((*TREE.dimensions, Dimension("x", Log(1e-4, 1), parent="optimizer", when=0))).size == inf


@given(seed=st.integers(0, 999), count=st.integers(0, 60))
@settings(max_examples=30, deadline=None)
def test_nothing_is_tried_twice_and_all_there_is_is_tried(seed: int, count: int) -> None:
    points = deduplicate(TREE, drawn(TREE, count, seed), set(), 0, Random(seed))
    assert len(points) == min(count, CELLS)
    assert len(set(all_of(TREE, points))) == len(points)
    numpy.testing.assert_array_equal(points, TREE.clip(points))


def test_points_that_repeat_nothing_stay_as_they_are() -> None:
    space = Space((*TREE.dimensions, Dimension("rate", Log(1e-4, 1))))
    points = drawn(space, 50)
    numpy.testing.assert_array_equal(deduplicate(space, points, set(), 7, Random(1)), points)


@pytest.mark.parametrize("cut", [0, 1, 5, 20])
def test_rounds_of_any_size_replace_alike(cut: int) -> None:
    points = drawn(TREE, 25)
    whole = deduplicate(TREE, points, set(), 0, Random(3))
    first = deduplicate(TREE, points[:cut], set(), 0, Random(3))
    rest = deduplicate(TREE, points[cut:], {key_of(TREE.values(point)) for point in first}, cut, Random(3))
    numpy.testing.assert_array_equal(numpy.concatenate([first, rest]), whole)


def test_values_that_are_hardly_ever_drawn_are_found_before_the_search_ends() -> None:
    space = Space((Dimension("rare", Rare(), levels=10), Dimension("n", LogInt(1, 3000), levels=3000)))
    points = deduplicate(space, numpy.full((20, 2), 0.5), set(), 0, Random(0))
    assert len(set(all_of(space, points))) == 20
    alone = Space(space.dimensions[:1])
    points = deduplicate(alone, numpy.full((20, 1), 0.5), set(), 0, Random(0))
    assert sorted(alone.values(point)["rare"] for point in points) == list(range(10))


def test_a_continuum_that_repeats_itself_is_let_be() -> None:
    class Point(Sampler):
        def from_unit(self, u: Array) -> Array:
            return numpy.full_like(u, 0.25)

        def to_unit(self, value: Array) -> Array:
            return numpy.full_like(value, 0.5)

    space = Space((Dimension("point", Point()),))
    assert len(deduplicate(space, numpy.full((3, 1), 0.5), set(), 0, Random(0))) == 3


PIPELINE = """
name = "p"
reporter = []
executor = "inline"
[data]
path = "blobs.npz"
[model]
units = { int = [2, 4] }
[trainer]
epochs = 1
batch_size = { choice = [16, 32, 64] }
[search]
baselines = false
strategy = { use = "coarse-to-fine", first = 4, retest = 0.0 }
trials = 20
round = 4
"""


@pytest.fixture
def file(put: Callable[[str, str], Path]) -> Path:
    return put(PIPELINE, PLUGINS)


def tried(trials: tuple[Trial, ...]) -> set[tuple[Any, ...]]:
    return {(trial.values["model.units"], trial.values["trainer.batch_size"]) for trial in trials}


@pytest.mark.parametrize("strategy", ["random", "sobol", "coarse-to-fine", "gaussian-process", "grid"])
def test_every_strategy_tries_all_there_is_once_and_the_search_says_that_it_ends(file: Path, strategy: str) -> None:
    done = search(file, strategy, f"search.strategy.use={strategy}", "search.strategy={ use = '" + strategy + "' }")
    assert tried(done.summary.trials) == {(units, size) for units in (2, 3, 4) for size in (16, 32, 64)}
    assert len(done.summary.trials) == 9
    assert done.summary.stopped == "after 9 of 20 trials: no untried point is left"
    again = search(file, strategy, "search.strategy={ use = '" + strategy + "' }")
    assert (again.info.resumed, again.summary.stopped) == (9, done.summary.stopped)


def test_shorter_searches_and_killed_ones_try_the_same(file: Path) -> None:
    whole = search(file, "whole", "store.use=failing")
    assert len(whole.summary.trials) == 9
    for trials in (1, 5, 8):
        search(file, "grown", "store.use=failing", f"search.trials={trials}")
        assert bits(file.parent / "grown/p")[0] == bits(file.parent / "whole/p")[0][:trials]
    search(file, "grown", "store.use=failing")
    assert not differences(bits(file.parent / "grown/p"), bits(file.parent / "whole/p"))
    for _ in range(30):  # each go gets two commits done
        try:
            died = search(file, "dies", "store.use=failing", "store.call=3")
        except Interrupted:
            continue
        assert died.summary.stopped == whole.summary.stopped
        break
    assert not differences(bits(file.parent / "dies/p"), bits(file.parent / "whole/p"))


def test_check_reports_how_many_trials_there_will_be_where_combinations_run_out(file: Path) -> None:
    told = "\n".join(line.strip() for line in summary(load(file)))
    assert "9 trials by coarse-to-fine, 3 rounds\nall possible trials, fewer than search.trials = 20\n" in told
    assert "all possible" not in "\n".join(summary(load(file, ["search.trials=9"])))
