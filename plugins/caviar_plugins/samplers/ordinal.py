"""ordinal: one of several values in an order."""

from __future__ import annotations

from math import ceil
from typing import Any, Self

from caviar.plugin import Array, Many, Sampler
from pydantic import model_validator


class Ordinal(Sampler, interface=1):
    """One of `values`, each equally likely, in the order in which they are listed: neighbours are alike.

    For sizes and settings that no formula spaces well, such as 64, 128, 256, 512. Where the order means nothing, use
    `choice`, which promises a search nothing about neighbours.
    """

    values: Many[Any]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.values:
            raise ValueError("an ordinal needs at least one value")
        for place, value in enumerate(self.values):
            if self.number(value) != place:
                raise ValueError(f"each value may appear only once, but {value!r} appears twice")
        numbers = [value for value in self.values if isinstance(value, (int, float))]
        if len(numbers) == len(self.values) and numbers not in (sorted(numbers), sorted(numbers, reverse=True)):
            raise ValueError("numbers must increase or decrease throughout; where the order means nothing, use choice")
        return self

    @property
    def whole(self) -> bool:  # type: ignore[override]  # the other samplers know it from their class
        return all(type(value) is int for value in self.values)

    def from_unit(self, u: Array) -> Array:
        import numpy

        level: Array = numpy.clip(numpy.floor(u * len(self.values)), 0, len(self.values) - 1)
        return level

    def to_unit(self, value: Array) -> Array:
        return (value + 0.5) / len(self.values)

    def narrow(self, low: float, high: float) -> Self:
        """The values whose intervals overlap [low, high]."""
        count = len(self.values)
        first = min(int(low * count), count - 1)
        return self.model_copy(update={"values": self.values[first : max(ceil(high * count), first + 1)]})

    def levels(self) -> int:
        return len(self.values)

    def pick(self, number: float) -> Any:
        return self.values[int(number)]

    def number(self, value: Any) -> float:
        for level, one in enumerate(self.values):
            if one == value and isinstance(one, bool) == isinstance(value, bool):  # True == 1 in Python
                return float(level)
        raise ValueError(f"{value!r} is not one of the values {', '.join(map(repr, self.values))}")

    def ends(self) -> tuple[Any, ...]:
        return self.values[0], self.values[-1]
