"""normal: a known good value more often than values far from it."""

from __future__ import annotations

from typing import Any, Self

from caviar.plugin import Array, Sampler, setting
from pydantic import model_validator


class Normal(Sampler, interface=1):
    """The normal distribution around `mean`, cut off at low and high: mean + deviation * z, Phi(z) uniform.

    For ranges with a known good value: two thirds of a wide range's draws lie within one deviation of the
    mean. Far in a tail the complement of Phi is used, which there keeps its digits. With `step` the values are low,
    low + step, … up to high, and each stands for the draws that lie nearest to it.
    """

    mean: float
    deviation: float = setting(gt=0)
    low: float
    high: float
    step: float | None = setting(default=None, gt=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low must be below high, not {self.low:g} and {self.high:g}")
        if self._mass() < 1e-12:
            raise ValueError(
                f"{self.low:g} to {self.high:g} lies too far from the mean {self.mean:g} for a deviation of "
                f"{self.deviation:g}; move the mean into the range or use uniform"
            )
        return self

    def from_unit(self, u: Array) -> Array:
        import numpy
        from scipy.special import ndtri

        bottom, top = self._shares()
        z = self._side() * ndtri((1 - u) * bottom + u * top)
        values = numpy.clip(self.mean + self.deviation * z, self.low, self.high)
        values = numpy.where(u == 0, self.low, numpy.where(u == 1, self.high, values))  # the ends to the last digit
        levels = self.levels()
        if self.step is None or levels is None:
            return values
        return self.low + self.step * numpy.clip(numpy.round((values - self.low) / self.step), 0, levels - 1)

    def to_unit(self, value: Array) -> Array:
        from scipy.special import ndtr

        bottom, top = self._shares()
        shares = [ndtr(self._side() * (end - self.mean) / self.deviation) for end in self._stretch(value)]
        middle: Array = sum(shares) / len(shares)
        return (middle - bottom) / (top - bottom)

    def levels(self) -> int | None:
        # A billionth of a step more: 0.3 / 0.1 is 2.9999999999999996.
        return None if self.step is None else int((self.high - self.low) / self.step * (1 + 1e-9)) + 1

    def pick(self, number: float) -> float:
        return number if self.step is None else float(f"{number:.12g}")  # 0.3, not 0.30000000000000004

    def ends(self) -> tuple[Any, ...]:
        levels = self.levels()
        if self.step is None or levels is None:
            return self.low, self.high
        return self.low, self.pick(self.low + self.step * (levels - 1))

    def _stretch(self, value: Array) -> tuple[Array, ...]:
        """The draws that a value represents: itself, or an interval."""
        import numpy

        if self.step is None:
            return (value,)
        below, above, last = value - self.step / 2, value + self.step / 2, self.ends()[1] - self.step / 2
        return numpy.maximum(below, self.low), numpy.where(value > last, self.high, above)

    def _side(self) -> int:
        """1 if most of the range is below the mean; -1 if above, where all is mirrored."""
        return 1 if self.low + self.high <= 2 * self.mean else -1

    def _shares(self) -> tuple[float, float]:
        """The parts of the whole distribution below low and below high; above them where mirrored."""
        return self._share(self.low), self._share(self.high)

    def _share(self, value: float) -> float:
        from math import erfc, sqrt

        return erfc(-self._side() * (value - self.mean) / self.deviation / sqrt(2)) / 2

    def _mass(self) -> float:
        bottom, top = self._shares()
        return abs(top - bottom)
