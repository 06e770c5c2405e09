"""log-int."""

import numpy
import pytest
from caviar.testing import SamplerContract
from caviar_plugins import LogInt
from scipy import stats


def shares(sampler: LogInt) -> dict[int, float]:
    values, counts = numpy.unique(sampler.from_unit((numpy.arange(200_000) + 0.5) / 200_000), return_counts=True)
    return {int(value): count / 200_000 for value, count in zip(values, counts, strict=True)}


class TestLogInt(SamplerContract):
    sampler = LogInt(32, 256)

    def test_doubling_is_equally_likely_everywhere(self) -> None:
        found = shares(LogInt(32, 1023))
        for low in (32, 64, 128, 256, 512):
            octave = sum(share for value, share in found.items() if low <= value < 2 * low)
            assert octave == pytest.approx(0.2, abs=0.004)

    @pytest.mark.parametrize("sampler", [LogInt(1, 20), LogInt(32, 512, step=32), LogInt(3, 4)])
    def test_a_value_is_as_likely_as_its_reciprocal(self, sampler: LogInt) -> None:
        found = shares(sampler)
        weights = numpy.array([1 / value for value in found])
        numpy.testing.assert_allclose(list(found.values()), weights / weights.sum(), rtol=0.06)

    def test_draws_of_many_values_follow_the_reciprocal_distribution(self) -> None:
        draws = LogInt(1000, 100_000).from_unit(numpy.random.default_rng(0).uniform(size=5000))
        assert stats.kstest(draws, stats.loguniform(999.5, 100_000.5).cdf).pvalue > 0.01

    def test_zero_is_refused_with_the_reason(self) -> None:
        with pytest.raises(ValueError, match="a log scale cannot include zero"):
            LogInt(0, 8)


class TestLogIntWithStep(SamplerContract):
    sampler = LogInt(32, 500, step=32)


class TestLogIntWithAStepFarAboveItsLowEnd(SamplerContract):
    sampler = LogInt(1, 10_000, step=1000)

    def test_it_has_as_many_values_as_it_says(self) -> None:
        """All but 2 % of the draws are the lowest value, as its reciprocal asks: some are met on fine ladders only."""
        assert len(shares(LogInt(1, 10_000, step=1000))) == 10
