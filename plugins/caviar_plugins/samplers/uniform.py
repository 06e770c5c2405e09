"""uniform: every value between low and high equally often."""

from __future__ import annotations

from typing import Any, Self

from caviar import Array, Sampler
from pydantic import model_validator


class Uniform(Sampler):
    """(1 - u) * low + u * high: for fractions, such as dropout, whose size says little about the next one's effect."""

    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low must be below high, not {self.low:g} and {self.high:g}")
        return self

    def from_unit(self, u: Array) -> Array:
        return (1 - u) * self.low + u * self.high

    def to_unit(self, value: Array) -> Array:
        return (value - self.low) / (self.high - self.low)

    def ends(self) -> tuple[Any, ...]:
        return self.low, self.high
