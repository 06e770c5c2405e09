"""sobol."""

import numpy
from caviar import Random
from caviar.testing import StrategyContract
from caviar_plugins import Sobol
from scipy.stats import qmc


class TestSobol(StrategyContract):
    strategy = Sobol()

    def test_rounds_continue_one_sequence(self) -> None:
        rounds = [self.proposed(start, count) for start, count in ((0, 5), (5, 3), (8, 8))]
        numpy.testing.assert_array_equal(numpy.concatenate(rounds), self.proposed(0, 16))

    def test_it_is_scipys_sequence(self) -> None:
        key = Random(7).child("strategy").child("sobol").key
        expected = qmc.Sobol(len(self.space), scramble=True, rng=key).random(16)
        numpy.testing.assert_array_equal(self.proposed(0, 16), expected)

    def test_it_fills_the_space_more_evenly_than_chance(self) -> None:
        chance = numpy.random.default_rng(0).random((64, len(self.space)))
        assert qmc.discrepancy(self.proposed(0, 64)) < qmc.discrepancy(chance) / 2
