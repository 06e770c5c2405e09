"""beta: the scale of averaging constants, such as momentum and Adam's beta1 and beta2."""

from __future__ import annotations

from typing import Any, Self

from caviar.plugin import Array, Sampler
from pydantic import model_validator


class Beta(Sampler, interface=1):
    """1 - 10^r with r uniform: 1 - value is spread over its decades.

    An average with constant c reaches back over about 1 / (1 - c) steps, so between 0.9 and 0.999 equal shares of
    draws average over 10 to 100 and over 100 to 1,000 steps. This is not the Beta distribution.
    """

    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not 0 <= self.low < self.high < 1:
            raise ValueError(
                f"the beta scale, 1 - 10^r, needs 0 <= low < high < 1, not {self.low:g} and {self.high:g}; it is for "
                "averaging constants such as momentum and is not the Beta distribution; for other ranges use "
                "uniform, log or int"
            )
        return self

    def from_unit(self, u: Array) -> Array:
        values: Array = 1 - (1 - self.low) ** (1 - u) * (1 - self.high) ** u
        return values

    def to_unit(self, value: Array) -> Array:
        import numpy

        coordinates: Array = numpy.log((1 - value) / (1 - self.low)) / numpy.log((1 - self.high) / (1 - self.low))
        return coordinates

    def describe(self, value: Any) -> str:
        return f"{value:.6g} (averages ~{1 / (1 - value):,.0f} steps)"

    def span(self) -> str:
        few, many = (f"{1 / (1 - end):,.0f}" for end in self.ends())
        return f"{self.low:.6g} … {self.high:.6g}, averages {few} … {many} steps"

    def ends(self) -> tuple[Any, ...]:
        return self.low, self.high
