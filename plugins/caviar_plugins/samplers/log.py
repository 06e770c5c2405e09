"""log: every decade equally often."""

from __future__ import annotations

from typing import Any, Self

from caviar.plugin import Array, Sampler
from pydantic import model_validator


class Log(Sampler, interface=1):
    """low^(1-u) * high^u: equal factors are equally likely, as suits learning rates and penalties.

    Between 1e-4 and 1, as many draws fall below 0.01 as above; a uniform range would put 1 % of them there.
    """

    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low <= 0:
            raise ValueError(f"a log scale cannot include zero: low must be above 0, not {self.low:g}")
        if not self.low < self.high:
            raise ValueError(f"low must be below high, not {self.low:g} and {self.high:g}")
        return self

    def from_unit(self, u: Array) -> Array:
        values: Array = self.low ** (1 - u) * self.high**u
        return values

    def to_unit(self, value: Array) -> Array:
        import numpy

        coordinates: Array = numpy.log(value / self.low) / numpy.log(self.high / self.low)
        return coordinates

    def ends(self) -> tuple[Any, ...]:
        return self.low, self.high
