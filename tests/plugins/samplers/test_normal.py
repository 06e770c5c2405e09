"""normal."""

import numpy
import pytest
from caviar.testing import SamplerContract
from caviar_plugins import Normal
from pydantic import ValidationError
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
    with pytest.raises(ValidationError, match="too far from the mean"):
        Normal(0.0, 1.0, 20.0, 21.0)


def test_ends_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValidationError, match="low must be below high"):
        Normal(0.0, 1.0, 2.0, 1.0)


def test_a_deviation_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="must be above 0"):
        Normal(0.0, 0.0, -1.0, 1.0)
