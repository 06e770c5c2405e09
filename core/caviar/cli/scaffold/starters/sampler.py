"""A starter for samplers: equal steps of the square root."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from typing import Self

import numpy
from caviar.plugin import Array, Sampler
from pydantic import model_validator


class $cls($bases):
    """The square root of values is uniform: from 0 to 1, half of the draws lie below 0.25.

    A part of the range has the same scale, so that a search may narrow it.
    """

    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not 0 <= self.low < self.high:
            raise ValueError(f"low must be 0 or more and below high, not {self.low:g} and {self.high:g}")
        return self

    def from_unit(self, u: Array) -> Array:
        values: Array = ((1 - u) * self.low**0.5 + u * self.high**0.5) ** 2
        return values

    def to_unit(self, value: Array) -> Array:
        coordinates: Array = (numpy.sqrt(value) - self.low**0.5) / (self.high**0.5 - self.low**0.5)
        return coordinates
'''
TEST = '''\
"""$name: the laws of samplers, and what is special about this one."""

import numpy
from caviar.testing import SamplerContract

from $module import $cls


class Test$cls(SamplerContract):
    sampler = $cls(0.5, 8.0)

    def test_half_of_the_draws_from_zero_to_one_lie_below_a_quarter(self) -> None:
        assert $cls(0.0, 1.0).from_unit(numpy.array([0.5])) == 0.25
'''
EXAMPLE = """\
# 32 networks on handwritten digits; the rate of dropout is drawn by $name: pipe run example.toml
data = "digits"

[model]
dropout = { $name = [0.0, 0.5] }

[optimizer]
use = "adam"
learning_rate = 0.003

[search]
trials = 32
"""
