"""log-int: whole numbers on the log scale."""

from __future__ import annotations

from math import log
from typing import Any, ClassVar, Self

from caviar.plugin import Array, Sampler, setting
from pydantic import model_validator


class LogInt(Sampler, interface=1):
    """low, low + step, … up to high, each value v about as likely as 1 / v: for sizes, such as hidden units.

    Each value owns the stretch of the log scale between the midpoints to its neighbours, ln((v + h) / (v - h)) wide
    with h = step / 2, which is step / v for all but the smallest. As many draws fall between 32 and 64 as between 64
    and 128. When steps do not reach high exactly, the last one below it is the largest value, as in Python's `range`.
    """

    whole: ClassVar[bool] = True

    low: int
    high: int
    step: int = setting(default=1, ge=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low < 1:
            raise ValueError(f"a log scale cannot include zero: low must be at least 1, not {self.low}")
        if self.low > self.high:
            raise ValueError(f"low must not be above high, not {self.low} and {self.high}")
        return self

    def from_unit(self, u: Array) -> Array:
        import numpy

        bottom, top = self._edges()
        place = numpy.exp((1 - u) * bottom + u * top)
        level: Array = numpy.clip(numpy.floor((place - self.low) / self.step + 0.5), 0, self.levels() - 1)
        return self.low + self.step * level

    def to_unit(self, value: Array) -> Array:
        import numpy

        bottom, top = self._edges()
        below = numpy.where(value == self.low, bottom, numpy.log(numpy.maximum(value, self.step) - self.step / 2))
        above = numpy.log(value + self.step / 2)
        coordinates: Array = ((below + above) / 2 - bottom) / (top - bottom)
        return coordinates

    def levels(self) -> int:
        return (self.high - self.low) // self.step + 1

    def pick(self, number: float) -> int:
        return round(number)

    def ends(self) -> tuple[Any, ...]:
        return self.low, self.low + self.step * (self.levels() - 1)

    def _edges(self) -> tuple[float, float]:
        """The logarithms of the outer ends of the lowest and highest intervals.

        The lowest is made exactly step / low wide: the midpoint rule asks for a value below low, which may be zero.
        """
        half = self.step / 2
        return log(self.low + half) - self.step / self.low, log(self.ends()[1] + half)
