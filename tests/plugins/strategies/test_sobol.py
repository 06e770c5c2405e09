"""sobol."""

import numpy
import pytest
from caviar.plugin import Random
from caviar.testing import StrategyContract
from caviar_plugins import Sobol
from caviar_plugins.strategies.sobol import sequence
from scipy.stats import qmc


class TestSobol(StrategyContract):
    strategy = Sobol()

    def test_rounds_continue_one_sequence(self) -> None:
        rounds = [self.proposed(start, count) for start, count in ((0, 5), (5, 3), (8, 8))]
        numpy.testing.assert_array_equal(numpy.concatenate(rounds), self.proposed(0, 16))

    @pytest.mark.parametrize(("dimensions", "first", "count"), [(1, 0, 16), (7, 24, 16), (40, 1000, 64), (1111, 3, 4)])
    def test_it_is_scipys_sequence(self, dimensions: int, first: int, count: int) -> None:
        theirs = qmc.Sobol(dimensions, scramble=True, rng=Random(7).key).random(2048)
        found = sequence(dimensions, first, count, Random(7))
        numpy.testing.assert_array_equal(found, theirs[first : first + count])

    def test_more_dimensions_than_it_has_directions_for_are_refused(self) -> None:
        with pytest.raises(ValueError, match="at most 1,111 dimensions, not 1,112"):
            sequence(1112, 0, 1, Random(7))

    def test_it_fills_the_space_more_evenly_than_chance(self) -> None:
        chance = numpy.random.default_rng(0).random((64, len(self.space)))
        assert qmc.discrepancy(self.proposed(0, 64)) < qmc.discrepancy(chance) / 2
