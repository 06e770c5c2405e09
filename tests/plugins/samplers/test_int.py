"""int."""

from typing import ClassVar

import numpy
import pytest
from caviar import Sampler
from caviar.testing import SamplerContract
from caviar_plugins import Int
from scipy import stats


class TestInt(SamplerContract):
    sampler = Int(-2, 5)

    def test_every_value_is_equally_likely(self) -> None:
        draws = Int(1, 6).from_unit(numpy.random.default_rng(0).uniform(size=6000))
        _, counts = numpy.unique(draws, return_counts=True)
        assert stats.chisquare(counts).pvalue > 0.01

    def test_a_single_value_is_a_range(self) -> None:
        assert set(Int(3, 3).from_unit(numpy.linspace(0, 1, 9))) == {3.0}

    @pytest.mark.parametrize("high", [1.0, "3", True])
    def test_ends_must_be_whole_numbers(self, high: object) -> None:
        with pytest.raises(ValueError, match="must be a whole number"):
            Int(0, high)  # type: ignore[arg-type]

    def test_an_empty_range_is_refused(self) -> None:
        with pytest.raises(ValueError, match="low must not be above high, not 3 and 1"):
            Int(3, 1)


class TestIntWithStep(SamplerContract):
    sampler: ClassVar[Sampler] = Int(10, 35, step=10)

    def test_a_high_end_that_steps_do_not_reach_is_left_out(self) -> None:
        assert set(self.numbers()) == {10.0, 20.0, 30.0}
        assert self.sampler.ends() == (10, 30)
