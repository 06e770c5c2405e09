"""uniform."""

import numpy
import pytest
from caviar.testing import SamplerContract
from caviar_plugins import Uniform
from scipy import stats


class TestUniform(SamplerContract):
    sampler = Uniform(-0.5, 2.5)

    def test_draws_are_spread_evenly(self) -> None:
        draws = Uniform(-0.5, 2.5).from_unit(numpy.random.default_rng(0).uniform(size=5000))
        assert stats.kstest(draws, stats.uniform(-0.5, 3.0).cdf).pvalue > 0.01

    def test_its_ends_are_met_exactly(self) -> None:
        assert tuple(Uniform(0.1, 0.7).from_unit(numpy.array([0.0, 1.0]))) == (0.1, 0.7)

    def test_an_empty_range_is_refused(self) -> None:
        with pytest.raises(ValueError, match="low must be below high, not 1 and 1"):
            Uniform(1.0, 1.0)


class TestUniformWithStep(SamplerContract):
    sampler = Uniform(0.1, 0.75, step=0.1)

    def test_its_values_are_the_steps_as_one_would_write_them_down(self) -> None:
        sampler = Uniform(0.1, 0.75, step=0.1)
        values = [sampler.pick(number) for number in numpy.unique(sampler.from_unit(numpy.linspace(0, 1, 99))).tolist()]
        assert values == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
        assert sampler.ends() == (0.1, 0.7)

    def test_each_is_equally_likely(self) -> None:
        sampler = Uniform(0.0, 0.3, step=0.1)
        _, counts = numpy.unique(sampler.from_unit((numpy.arange(4000) + 0.5) / 4000), return_counts=True)
        assert counts.tolist() == [1000] * 4

    def test_one_step_may_be_all(self) -> None:
        assert set(Uniform(0.5, 0.5, step=0.1).from_unit(numpy.linspace(0, 1, 9))) == {0.5}

    def test_a_step_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="must be above 0"):
            Uniform(0.0, 1.0, step=0.0)


class TestUniformWithManySteps(SamplerContract):
    sampler = Uniform(-1.0, 1.0, step=0.01)
