"""grid."""

import numpy
import pytest
from caviar.plugin import Dimension, Random, Space
from caviar.testing import StrategyContract
from caviar.testing.strategy import SPACE, Line, history
from caviar_plugins import Choice, Grid, Int, LogInt, RandomSearch
from scipy import stats


def cells(space: Space, levels: int, rounds: list[int], seed: int = 1) -> list[tuple[float, ...]]:
    """All points of several rounds, as the engine takes them; -1 where inactive."""
    found: list[tuple[float, ...]] = []
    for count in rounds:
        points = Grid(levels).propose(space, history(space, len(found), Random(0)), count, Random(seed))
        found += [tuple(numpy.nan_to_num(point, nan=-1.0)) for point in space.clip(points)]
    return found


class TestGrid(StrategyContract):
    strategy = Grid()

    def test_with_enough_trials_each_cell_comes_once_and_then_nothing(self) -> None:
        # Three options: the first with 3 x 3 settings of its own, the second with none, the third with 3; times 3 x 3.
        found = cells(SPACE, 3, [50, 50, 50])
        assert len(found) == len(set(found)) == Grid(3).reach(SPACE) == (9 + 1 + 3) * 3 * 3

    def test_fewer_trials_are_a_subset_without_repetition_whatever_the_size_of_rounds(self) -> None:
        found = cells(SPACE, 3, [7, 7, 7])
        assert len(set(found)) == 21
        assert found == cells(SPACE, 3, [21])

    def test_another_seed_takes_another_subset(self) -> None:
        assert set(cells(SPACE, 3, [20], seed=1)) != set(cells(SPACE, 3, [20], seed=2))

    def test_every_cell_is_equally_likely_to_be_among_the_first(self) -> None:
        square = Space((Dimension("a", Line()), Dimension("b", Line())))
        counts: dict[tuple[float, ...], int] = {}
        for seed in range(1800):
            for cell in cells(square, 3, [2], seed):
                counts[cell] = counts.get(cell, 0) + 1
        assert len(counts) == 9
        assert stats.chisquare(list(counts.values())).pvalue > 0.01

    @pytest.mark.parametrize(
        ("sampler", "values"),
        [
            (Line(), {0.0, 0.25, 0.5, 0.75, 1.0}),
            (Int(1, 3), {1, 2, 3}),
            (Int(0, 100), {0, 25, 50, 75, 100}),
            (LogInt(1, 4), {1, 2, 3, 4}),
            (Choice(tuple("abcdefg")), set("abcdefg")),
        ],
    )
    def test_five_levels_of_a_dimension(self, sampler: Line, values: set[object]) -> None:
        space = Space((Dimension("x", sampler, ordered=sampler.ordered, levels=sampler.levels()),))
        points = space.clip(Grid(5).propose(space, history(space, 0, Random(0)), 100, Random(1)))
        found = [space.values(point)["x"] for point in points]
        assert len(found) == len(values) == Grid(5).reach(space)
        assert {round(value, 9) if isinstance(value, float) else value for value in found} == values

    def test_a_grid_too_large_to_be_written_down_is_no_trouble(self) -> None:
        space = Space(tuple(Dimension(str(place), Line()) for place in range(60)))
        assert len(set(cells(space, 5, [100]))) == 100

    def test_without_dimensions_there_is_one_cell(self) -> None:
        assert cells(Space(()), 3, [5]) == [()]
        assert RandomSearch().propose(Space(()), history(Space(()), 0, Random(0)), 5, Random(1)).shape == (5, 0)
