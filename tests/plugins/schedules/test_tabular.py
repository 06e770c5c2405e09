"""coslog4 and flat-cosine: the values of the paper that they are from."""

from math import cos, log2, pi

import numpy
import pytest
from caviar.plugin import Schedule
from caviar.testing import ScheduleContract
from caviar.testing.tools import bound
from caviar_plugins import CosLog4, FlatCosine


def at(schedule: Schedule, epoch: float, epochs: int) -> float:
    return float(bound([schedule]).factor(numpy.full((1, 1), epoch), epochs)[0, 0])


class TestCosLog4(ScheduleContract):
    schedule = CosLog4()

    @pytest.mark.parametrize("t", [0.0, 0.01, 0.1, 0.5, 0.99])
    def test_it_is_the_papers_formula(self, t: float) -> None:
        assert at(CosLog4(), 64 * t, 64) == pytest.approx((1 - cos(2 * pi * log2(1 + 15 * t))) / 2, abs=1e-12)

    def test_it_reaches_one_four_times_and_zero_between(self) -> None:
        tops = [(2 ** (wave + 0.5) - 1) / 15 for wave in range(4)]
        assert [at(CosLog4(), 100 * t, 100) for t in tops] == pytest.approx([1.0] * 4)
        ends = [(2**wave - 1) / 15 for wave in range(5)]
        assert [at(CosLog4(), 100 * t, 100) for t in ends] == pytest.approx([0.0] * 5, abs=1e-12)


class TestFlatCosine(ScheduleContract):
    schedule = FlatCosine()

    def test_it_is_one_until_the_middle_and_then_half_a_cosine(self) -> None:
        found = [at(FlatCosine(), epoch, 8) for epoch in range(9)]
        assert found[:5] == [1.0] * 5
        assert found[5:] == pytest.approx([(1 + cos(pi * (epoch - 4) / 4)) / 2 for epoch in range(5, 9)], abs=1e-12)

    def test_the_flat_part_has_the_length_that_was_asked_for(self) -> None:
        assert [at(FlatCosine(0.25), epoch, 4) for epoch in (0, 1)] == [1.0, 1.0]
        assert at(FlatCosine(0.25), 2, 4) < 1
