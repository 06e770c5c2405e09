"""Sampler: one hyperparameter's range, as a map between the unit interval and values."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Self

from caviar.interfaces.fields.markers import IsSampler
from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array


class Sampler(Plugin, IsSampler):
    """A range on the right scale; equal steps in [0, 1] are equally likely.

    Laws, tested by `caviar.testing.SamplerContract`: `from_unit` is monotonic;
    from_unit(to_unit(v)) is v, to rounding, for every v it can produce. The engine clips to the ends.

    A sampler of continuous numbers needs only the two abstract methods: from_unit and to_unit.
    """

    kind: ClassVar[str] = "sampler"
    interface: ClassVar[int] = 1
    ordered: ClassVar[bool] = True
    """Whether near coordinates mean near values; False for choices."""
    whole: ClassVar[bool] = False
    """Whether every value is an int, so that it may stand where a whole number is expected."""

    linear: ClassVar[bool] = False
    """Whether equal steps of the value are equally likely, as in uniform; False for a log scale."""

    @abstractmethod
    def from_unit(self, u: Array) -> Array:
        """Coordinates in [0, 1] -> numbers (levels where unordered); float64 arrays of one axis."""

    @abstractmethod
    def to_unit(self, value: Array) -> Array:
        """The inverse of `from_unit`; for a sampler with levels, the middle of a level's interval."""

    def narrow(self, low: float, high: float) -> Self:
        """The same scale restricted to the part [low, high] of [0, 1]; needs fields named low and high."""
        import numpy

        ends = self.from_unit(numpy.asarray([low, high], dtype=numpy.float64))
        return self.model_copy(update={"low": self.pick(float(ends[0])), "high": self.pick(float(ends[1]))})

    def describe(self, value: Any) -> str:
        """One value in words."""
        return f"{value:.6g}" if isinstance(value, float) else str(value)

    def span(self) -> str:
        """The whole range in words: both ends, or all options."""
        return (" … " if self.ordered else " | ").join(map(self.describe, self.ends()))

    def levels(self) -> int | None:
        """The number of different values; None for a continuum."""
        return None

    def pick(self, number: float) -> Any:
        """The value that a field receives for one number of `from_unit`."""
        return number

    def number(self, value: Any) -> float:
        """The inverse of `pick`."""
        return float(value)

    def ends(self) -> tuple[Any, ...]:
        """The values that a field's bounds are checked against: both ends, or every option."""
        import numpy

        return tuple(self.pick(float(end)) for end in self.from_unit(numpy.asarray([0.0, 1.0])))
