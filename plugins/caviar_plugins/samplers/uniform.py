"""uniform: every value between low and high equally often."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from caviar.plugin import Array, Sampler, setting
from pydantic import model_validator


class Uniform(Sampler, interface=1):
    """(1 - u) * low + u * high: for fractions, such as dropout, whose size says little about the next one's effect.

    With `step` the values are low, low + step, … up to high, each equally likely. When steps do not reach high exactly,
    the last one below it is the largest value, as in Python's `range`.
    """

    linear: ClassVar[bool] = True

    low: float
    high: float
    step: float | None = setting(default=None, gt=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low > self.high or (self.low == self.high and self.step is None):
            raise ValueError(f"low must be below high, not {self.low:g} and {self.high:g}")
        return self

    def from_unit(self, u: Array) -> Array:
        levels = self.levels()
        if self.step is None or levels is None:
            return (1 - u) * self.low + u * self.high
        import numpy

        level: Array = numpy.clip(numpy.floor(u * levels), 0, levels - 1)
        return self.low + self.step * level

    def to_unit(self, value: Array) -> Array:
        levels = self.levels()
        if self.step is None or levels is None:
            return (value - self.low) / (self.high - self.low)
        import numpy

        level: Array = numpy.round((value - self.low) / self.step)
        return (level + 0.5) / levels

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
