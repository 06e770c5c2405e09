"""uniform."""

import numpy
import pytest
from caviar.testing import SamplerContract
from caviar_plugins import Uniform
from pydantic import ValidationError
from scipy import stats


class TestUniform(SamplerContract):
    sampler = Uniform(-0.5, 2.5)

    def test_draws_are_spread_evenly(self) -> None:
        draws = Uniform(-0.5, 2.5).from_unit(numpy.random.default_rng(0).uniform(size=5000))
        assert stats.kstest(draws, stats.uniform(-0.5, 3.0).cdf).pvalue > 0.01

    def test_its_ends_are_met_exactly(self) -> None:
        assert tuple(Uniform(0.1, 0.7).from_unit(numpy.array([0.0, 1.0]))) == (0.1, 0.7)

    def test_an_empty_range_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="low must be below high, not 1 and 1"):
            Uniform(1.0, 1.0)
