"""Dimensions and the space: every sampler of a pipeline, and conversion between points in [0, 1] and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Protocol

from caviar.values.arrays import Array
from caviar.values.paths import short_names
from caviar.values.wrong_return import WrongReturn, described


class Scale(Protocol):
    """What the space needs of a sampler; `caviar.Sampler` has all of it."""

    def from_unit(self, u: Array) -> Array: ...
    def to_unit(self, value: Array) -> Array: ...
    def pick(self, number: float) -> Any: ...
    def number(self, value: Any) -> float: ...
    def describe(self, value: Any) -> str: ...


@dataclass(frozen=True)
class Dimension:
    """One searched hyperparameter.

    `path` is where it stands ("optimizer.learning_rate"), `tier` its place in the order of tuning (None: not said),
    `levels` how many different values it has (None: a continuum), `ordered` whether nearness means anything.
    It is active always, or while the dimension `parent` chose its option number `when`.
    """

    path: str
    sampler: Scale
    tier: int | None = None
    ordered: bool = True
    levels: int | None = None
    parent: str | None = None
    when: int | None = None

    def number(self, coordinate: float) -> float:
        """The sampler's number at a coordinate. Raises WrongReturn if it returns none."""
        import numpy

        found = self.sampler.from_unit(numpy.asarray([coordinate], dtype=numpy.float64))
        if getattr(found, "shape", None) != (1,):
            raise WrongReturn(
                self.sampler, "from_unit", f"returned {described(found)} instead of an array of shape (1,)"
            )
        number = float(found[0])
        if not isfinite(number):
            raise WrongReturn(self.sampler, "from_unit", f"returned {number} for {self.path} at {coordinate:g}")
        return number


@dataclass(frozen=True)
class Space:
    """A tuple of dimensions, parents before their children."""

    dimensions: tuple[Dimension, ...]

    def __len__(self) -> int:
        return len(self.dimensions)

    def __getitem__(self, path: str) -> Dimension:
        for dimension in self.dimensions:
            if dimension.path == path:
                return dimension
        raise KeyError(path)

    @property
    def names(self) -> dict[str, str]:
        """The short name of every path, in order: "learning_rate", or "adam.learning_rate" where there are several."""
        return short_names(dimension.path for dimension in self.dimensions)

    @property
    def size(self) -> float:
        """The number of different points: a whole number, or infinite for a continuum."""
        return self.count(inf)

    def count(self, most: float) -> float:
        """The same with at most `most` different values for each ordered dimension."""
        below: dict[tuple[str | None, int | None], float] = {}
        for dimension in reversed(self.dimensions):
            count = most if dimension.levels is None else float(min(most, dimension.levels))
            if dimension.levels is not None and not dimension.ordered:
                count = sum(below.get((dimension.path, level), 1.0) for level in range(dimension.levels))
            above = dimension.parent, dimension.when
            below[above] = below.get(above, 1.0) * count
        return below.get((None, None), 1.0)

    def level(self, path: str, coordinate: float) -> int:
        """The level of an unordered dimension at a coordinate."""
        return int(self[path].number(coordinate))

    def active(self, point: Array) -> Array:
        """Which dimensions of one point (dimensions,) are active: bool (dimensions,)."""
        import numpy

        chosen: dict[str, int] = {}
        alive = numpy.zeros(len(self.dimensions), dtype=bool)
        for index, dimension in enumerate(self.dimensions):
            parent = dimension.parent
            alive[index] = parent is None or chosen.get(parent) == dimension.when
            if alive[index] and not dimension.ordered:
                chosen[dimension.path] = self.level(dimension.path, float(point[index]))
        return alive

    def clip(self, points: Array) -> Array:
        """Points (count, dimensions) as the engine uses them: clipped to [0, 1], NaN exactly where inactive."""
        import numpy

        inside = numpy.clip(numpy.asarray(points, dtype=numpy.float64), 0.0, 1.0)
        inside = numpy.where(numpy.isnan(inside), 0.5, inside)
        alive = numpy.asarray([self.active(point) for point in inside], dtype=bool).reshape(inside.shape)
        return numpy.where(alive, inside, numpy.nan)

    def values(self, point: Array) -> dict[str, Any]:
        """The exact value of every active dimension of one clipped point: path -> value."""
        import numpy

        found: dict[str, Any] = {}
        for dimension, coordinate in zip(self.dimensions, point, strict=True):
            if not numpy.isnan(coordinate):
                found[dimension.path] = dimension.sampler.pick(dimension.number(float(coordinate)))
        return found

    def words(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Values by path as the samplers describe them, in the space's order."""
        return {
            dimension.path: dimension.sampler.describe(values[dimension.path])
            for dimension in self.dimensions
            if dimension.path in values
        }

    def line(self, values: Mapping[str, Any]) -> str:
        """The values on one line: "units 64, learning_rate 0.01"."""
        names = self.names
        return ", ".join(f"{names[path]} {told}" for path, told in self.words(values).items())

    def point(self, values: Mapping[str, Any]) -> Array:
        """The coordinates of values: (dimensions,), NaN where a path is missing."""
        import numpy

        coordinates = numpy.full(len(self.dimensions), numpy.nan)
        for index, dimension in enumerate(self.dimensions):
            if dimension.path in values:
                number = numpy.asarray([dimension.sampler.number(values[dimension.path])], dtype=numpy.float64)
                coordinates[index] = numpy.clip(dimension.sampler.to_unit(number)[0], 0.0, 1.0)
        return coordinates
