"""normal."""

import numpy
import pytest
from caviar.testing import SamplerContract
from caviar_plugins import Normal
from scipy import stats

COORDINATES = numpy.linspace(0.001, 0.999, 999)


def scipys(sampler: Normal) -> object:
    bounds = [(end - sampler.mean) / sampler.deviation for end in (sampler.low, sampler.high)]
    return stats.truncnorm(*bounds, loc=sampler.mean, scale=sampler.deviation)


class TestNormal(SamplerContract):
    sampler = Normal(0.3, 0.1, 0.0, 0.8)


class TestNormalInAnUpperTail(SamplerContract):
    sampler = Normal(0.0, 1.0, 4.0, 6.0)


class TestNormalInALowerTail(SamplerContract):
    sampler = Normal(0.0, 1.0, -6.0, -4.0)


class TestNormalWithStep(SamplerContract):
    sampler = Normal(0.3, 0.2, 0.0, 0.78, step=0.05)

    def test_a_value_is_as_likely_as_the_normal_draws_nearest_to_it(self) -> None:
        sampler = Normal(0.5, 0.2, 0.0, 1.0, step=0.25)
        values, counts = numpy.unique(sampler.from_unit((numpy.arange(100_000) + 0.5) / 100_000), return_counts=True)
        edges = scipys(sampler).cdf([0.0, 0.125, 0.375, 0.625, 0.875, 1.0])  # type: ignore[attr-defined]
        assert values.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
        numpy.testing.assert_allclose(counts / 100_000, numpy.diff(edges), atol=1e-4)

    def test_the_last_value_stands_for_all_draws_up_to_high(self) -> None:
        sampler = Normal(0.5, 0.3, 0.0, 0.98, step=0.25)
        start = scipys(sampler).cdf(0.625)  # type: ignore[attr-defined]
        assert sampler.to_unit(numpy.array([0.75]))[0] == pytest.approx((start + 1) / 2)

    def test_its_ends_are_steps_as_one_would_write_them_down(self) -> None:
        assert Normal(0.3, 0.1, 0.1, 0.78, step=0.1).ends() == (0.1, 0.7)


class TestNormalWithStepInAnUpperTail(SamplerContract):
    sampler = Normal(0.0, 1.0, 4.0, 5.0, step=0.25)


@pytest.mark.parametrize(
    "sampler",
    [
        Normal(0.3, 0.1, 0.0, 0.8),
        Normal(0.0, 1.0, 4.0, 6.0),
        Normal(0.0, 1.0, -6.0, -4.0),
        Normal(5.0, 100.0, 0.0, 6.0),
    ],
)
def test_quantiles_are_those_of_scipys_truncated_normal(sampler: Normal) -> None:
    truth = scipys(sampler)
    numpy.testing.assert_allclose(
        sampler.from_unit(COORDINATES),
        truth.ppf(COORDINATES),  # type: ignore[attr-defined]
        rtol=1e-7,
    )


def test_a_range_without_mass_is_refused() -> None:
    with pytest.raises(ValueError, match="too far from the mean"):
        Normal(0.0, 1.0, 20.0, 21.0)


def test_ends_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="low must be below high"):
        Normal(0.0, 1.0, 2.0, 1.0)


def test_a_deviation_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Normal(0.0, 0.0, -1.0, 1.0)
