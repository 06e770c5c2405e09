"""int: whole numbers, each equally often."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from caviar.plugin import Array, Sampler, setting
from pydantic import model_validator


class Int(Sampler, interface=1):
    """low, low + step, … up to high, each equally likely: for counts, such as layers.

    When steps do not reach high exactly, the last one below it is the largest value, as in Python's `range`.
    """

    whole: ClassVar[bool] = True
    linear: ClassVar[bool] = True

    low: int
    high: int
    step: int = setting(default=1, ge=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low must not be above high, not {self.low} and {self.high}")
        return self

    def from_unit(self, u: Array) -> Array:
        import numpy

        level: Array = numpy.clip(numpy.floor(u * self.levels()), 0, self.levels() - 1)
        return self.low + self.step * level

    def to_unit(self, value: Array) -> Array:
        return ((value - self.low) / self.step + 0.5) / self.levels()

    def levels(self) -> int:
        return (self.high - self.low) // self.step + 1

    def pick(self, number: float) -> int:
        return round(number)

    def ends(self) -> tuple[Any, ...]:
        return self.low, self.low + self.step * (self.levels() - 1)
