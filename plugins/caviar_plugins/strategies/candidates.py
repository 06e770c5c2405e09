"""Candidate points: throughout the space, and near the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caviar.plugin import Array, Space

from caviar_plugins.strategies.features import settled

if TYPE_CHECKING:
    from numpy.random import Generator


_BEYOND = 0.15  # how far beyond both ends coordinates are drawn, which are then cut off


def anywhere(space: Space, count: int, generator: Generator) -> Array:
    """Settled points, uniform except for a ninth of the coordinates at either end, where the best often lie."""
    import numpy

    drawn = generator.random((count, len(space)))
    ordered = numpy.asarray([dimension.ordered for dimension in space.dimensions])
    return settled(space, numpy.where(ordered, drawn + _BEYOND * (2 * drawn - 1), drawn))


def near(space: Space, centres: Array, width: Array, generator: Generator) -> Array:
    """Settled points a normal step of `width` (count, 1) away from centres (count, dimensions) in some dimensions.

    Moving about a third of the dimensions finds improvements that moving all would spoil: Regis & Shoemaker 2013,
    "Combining radial basis function surrogates and dynamic coordinate search". A whole number goes at least to its
    neighbour; of the options moved, half are drawn anew.
    """
    import numpy

    count, dimensions = centres.shape
    moved = generator.random((count, dimensions)) < max(0.35, 1.5 / dimensions)
    moved[numpy.arange(count), generator.integers(dimensions, size=count)] = True
    least = [1 / dimension.levels if dimension.levels else 0.0 for dimension in space.dimensions]
    steps = generator.normal(size=(count, dimensions)) * width
    steps = moved * numpy.sign(steps) * numpy.maximum(abs(steps), least)
    fresh = generator.random((count, dimensions))
    start = numpy.where(numpy.isnan(centres), fresh, centres)
    redrawn = numpy.asarray([not dimension.ordered for dimension in space.dimensions])
    return settled(space, numpy.where(redrawn, numpy.where(steps > 0, fresh, start), start + steps))
