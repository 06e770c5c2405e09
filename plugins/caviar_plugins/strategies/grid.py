"""grid: every combination of a few values per hyperparameter, in a seeded random order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import ClassVar

from caviar.plugin import Array, Dimension, History, Random, Space, Strategy, setting


class Grid(Strategy, interface=2):
    """`levels` values per dimension, ends included, equally spaced on the sampler's scale; choices with every option.

    Trial i takes cell i of one seeded permutation: fewer trials than cells are a random subset without repetition, as
    many are the whole grid, after which nothing is left to propose. What a choice did not activate is not multiplied.
    """

    learns: ClassVar[bool] = False

    levels: int = setting(default=3, ge=2)

    def reach(self, space: Space) -> float:
        return space.count(self.levels)

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        import numpy

        cells = _Cells(space, self.levels)
        numbers = range(history.proposed, min(history.proposed + count, cells.total))
        points = numpy.full((len(numbers), len(space)), 0.5)
        for point, number in zip(points, numbers, strict=True):
            cells.fill(point, _shuffled(number, cells.total, random))
        return points


class _Cells:
    """The grid's cells, numbered: the space is a tree; a choice adds the cells of its branches, all else multiplies."""

    def __init__(self, space: Space, levels: int) -> None:
        self.dimensions = space.dimensions
        self.coordinates = [_coordinates(dimension, levels) for dimension in space.dimensions]
        self._below: dict[tuple[str, int], list[int]] = {}
        for place, dimension in enumerate(space.dimensions):
            if dimension.parent is not None and dimension.when is not None:
                self._below.setdefault((dimension.parent, dimension.when), []).append(place)
        self._roots = [place for place, dimension in enumerate(space.dimensions) if dimension.parent is None]
        self._sizes = [0] * len(space)
        for place in reversed(range(len(space))):  # parents stand before their children
            self._sizes[place] = sum(self._branches(place))

    @cached_property
    def total(self) -> int:
        return prod(self._sizes[place] for place in self._roots)

    def fill(self, point: Array, number: int) -> None:
        """Writes the coordinates of one cell; inactive ones stay unchanged."""
        self._fill(point, self._roots, number)

    def _fill(self, point: Array, places: Sequence[int], number: int) -> None:
        for place in places:
            number, rest = divmod(number, self._sizes[place])
            for level, branch in enumerate(self._branches(place)):
                if rest < branch:
                    point[place] = self.coordinates[place][level]
                    self._fill(point, self._children(place, level), rest)
                    break
                rest -= branch

    def _branches(self, place: int) -> list[int]:
        """The number of cells of each level of a dimension."""
        levels = range(len(self.coordinates[place]))
        return [prod(self._sizes[child] for child in self._children(place, level)) for level in levels]

    def _children(self, place: int, level: int) -> list[int]:
        return self._below.get((self.dimensions[place].path, level), [])


def _coordinates(dimension: Dimension, levels: int) -> Array:
    """The grid's coordinates in one dimension."""
    import numpy

    if dimension.levels is None:
        return numpy.linspace(0.0, 1.0, levels)
    if not dimension.ordered:
        return dimension.sampler.to_unit(numpy.arange(dimension.levels, dtype=numpy.float64))
    # Whole numbers: a fine ladder meets all of a few, a coarse one may meet one twice.
    rungs = levels if dimension.levels > levels else 1025
    return dimension.sampler.to_unit(numpy.unique(dimension.sampler.from_unit(numpy.linspace(0.0, 1.0, rungs))))


def _shuffled(number: int, total: int, random: Random) -> int:
    """The image of a number under a seeded permutation of range(total), which is never stored.

    A Feistel network over the next power of four, walked until it lands inside: Black & Rogaway 2002, "Ciphers with
    arbitrary finite domains". Grids may have more cells than memory has room for.
    """
    half = max(1, ((total - 1).bit_length() + 1) // 2)
    mask = (1 << half) - 1
    while True:
        left, right = number >> half, number & mask
        for step in range(6):
            left, right = right, left ^ (random.child("grid", step, right).key & mask)
        number = left << half | right
        if number < total:
            return number
