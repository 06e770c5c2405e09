"""random."""

import numpy
from caviar.plugin import Random
from caviar.testing import StrategyContract
from caviar.testing.strategy import SPACE, history
from caviar_plugins import RandomSearch
from scipy import stats


class TestRandomSearch(StrategyContract):
    strategy = RandomSearch()

    def test_a_trial_has_the_same_point_whatever_the_size_of_rounds(self) -> None:
        rounds = [self.proposed(start, 4) for start in (0, 4, 8)]
        numpy.testing.assert_array_equal(numpy.concatenate(rounds), self.proposed(0, 12))

    def test_points_are_uniform_in_every_dimension_and_independent(self) -> None:
        points = self.strategy.propose(SPACE, history(SPACE, 0, Random(0)), 4000, Random(5))
        for column in points.T:
            assert stats.kstest(column, "uniform").pvalue > 0.01
        correlations = numpy.corrcoef(points.T) - numpy.eye(len(SPACE))
        assert numpy.abs(correlations).max() < 4 / numpy.sqrt(4000)

    def test_another_seed_gives_other_points(self) -> None:
        past = history(SPACE, 0, Random(0))
        points = [self.strategy.propose(SPACE, past, 4, Random(seed)) for seed in (1, 2)]
        assert (points[0] != points[1]).all()
