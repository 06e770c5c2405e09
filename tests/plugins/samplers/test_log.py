"""log."""

import numpy
import pytest
from caviar.testing import SamplerContract
from caviar_plugins import Log
from scipy import stats


class TestLog(SamplerContract):
    sampler = Log(1e-4, 1.0)

    def test_every_decade_has_a_quarter_of_the_draws(self) -> None:
        ends = Log(1e-4, 1.0).from_unit(numpy.linspace(0, 1, 5))
        numpy.testing.assert_allclose(ends, [1e-4, 1e-3, 1e-2, 1e-1, 1.0], rtol=1e-12)

    def test_draws_follow_the_reciprocal_distribution(self) -> None:
        draws = Log(3e-5, 0.7).from_unit(numpy.random.default_rng(0).uniform(size=5000))
        assert stats.kstest(draws, stats.loguniform(3e-5, 0.7).cdf).pvalue > 0.01

    def test_its_ends_are_met_exactly(self) -> None:
        for low, high in ((1e-4, 1.0), (3e-5, 0.7), (0.1, 1e9)):
            assert tuple(Log(low, high).from_unit(numpy.array([0.0, 1.0]))) == (low, high) == Log(low, high).ends()

    @pytest.mark.parametrize("low", [0, -1.0])
    def test_zero_is_refused_with_the_reason(self, low: float) -> None:
        with pytest.raises(ValueError, match="a log scale cannot include zero"):
            Log(low, 1.0)

    def test_an_empty_range_is_refused(self) -> None:
        with pytest.raises(ValueError, match="low must be below high, not 2 and 1"):
            Log(2.0, 1.0)
