"""beta."""

import numpy
import pytest
from caviar.testing import SamplerContract
from caviar_plugins import Beta
from scipy import stats


class TestBeta(SamplerContract):
    sampler = Beta(0.9, 0.9999)

    def test_half_of_the_draws_average_over_more_than_a_hundred_steps(self) -> None:
        assert Beta(0.9, 0.999).from_unit(numpy.array([0.5]))[0] == pytest.approx(0.99, rel=1e-12)

    def test_what_is_missing_to_one_follows_the_reciprocal_distribution(self) -> None:
        draws = Beta(0.8, 0.99).from_unit(numpy.random.default_rng(0).uniform(size=5000))
        assert stats.kstest(1 - draws, stats.loguniform(0.01, 0.2).cdf).pvalue > 0.01

    def test_it_says_how_far_an_average_reaches(self) -> None:
        assert Beta(0.9, 0.9999).describe(0.9995) == "0.9995 (averages ~2,000 steps)"

    def test_zero_is_a_value_it_can_have(self) -> None:
        assert Beta(0.0, 0.9).from_unit(numpy.array([0.0]))[0] == 0

    @pytest.mark.parametrize(("low", "high"), [(2.0, 5.0), (0.9, 1.0), (-0.1, 0.5), (0.99, 0.9)])
    def test_parameters_of_the_beta_distribution_are_refused_with_help(self, low: float, high: float) -> None:
        with pytest.raises(ValueError, match="not the Beta distribution"):
            Beta(low, high)
