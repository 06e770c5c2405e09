"""choice: one of several options, in no order."""

from __future__ import annotations

from math import ceil
from typing import Any, ClassVar, Self

from caviar.plugin import Array, Many, Sampler
from pydantic import model_validator


class Choice(Sampler, interface=1):
    """One of `options`, each equally likely: strings, numbers, booleans, lists or whole plugins.

    Coordinates mean levels, the options' places in the list; nearness means nothing. For numbers in an order, `int`,
    `log-int` or `log` let a search learn more from each trial.
    """

    ordered: ClassVar[bool] = False

    options: Many[Any]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.options:
            raise ValueError("a choice needs at least one option")
        for place, option in enumerate(self.options):
            if self.number(option) != place:
                raise ValueError(f"each option may appear only once, but {option!r} appears twice")
        return self

    @property
    def whole(self) -> bool:  # type: ignore[override]  # the other samplers know it from their class
        return all(type(option) is int for option in self.options)

    def from_unit(self, u: Array) -> Array:
        import numpy

        level: Array = numpy.clip(numpy.floor(u * len(self.options)), 0, len(self.options) - 1)
        return level

    def to_unit(self, value: Array) -> Array:
        return (value + 0.5) / len(self.options)

    def narrow(self, low: float, high: float) -> Self:
        """The options whose intervals overlap [low, high]."""
        count = len(self.options)
        first = min(int(low * count), count - 1)
        return self.model_copy(update={"options": self.options[first : max(ceil(high * count), first + 1)]})

    def levels(self) -> int:
        return len(self.options)

    def pick(self, number: float) -> Any:
        return self.options[int(number)]

    def number(self, value: Any) -> float:
        for level, option in enumerate(self.options):
            if option == value and isinstance(option, bool) == isinstance(value, bool):  # True == 1 in Python
                return float(level)
        raise ValueError(f"{value!r} is not one of the options {', '.join(map(repr, self.options))}")

    def ends(self) -> tuple[Any, ...]:
        return tuple(self.options)
