"""Points as features, whose Euclidean distance measures similarity; for strategies that model or compare trials."""

from __future__ import annotations

from caviar.plugin import Array, Space


def settled(space: Space, points: Array) -> Array:
    """Points as trials will have them: whole numbers and options in the middle of their interval, NaN if inactive."""
    import numpy

    middles = numpy.clip(numpy.where(numpy.isnan(points), 0.5, points), 0.0, 1.0)
    levels: dict[str, Array] = {}
    for column, dimension in zip(middles.T, space.dimensions, strict=True):
        if dimension.levels is not None:
            numbers = dimension.sampler.from_unit(column)
            column[:] = dimension.sampler.to_unit(numbers)
            levels[dimension.path] = numbers
        if dimension.parent is not None:
            inactive = levels[dimension.parent] != dimension.when
            column[inactive] = numpy.nan
            if dimension.levels is not None:
                levels[dimension.path] = numpy.where(inactive, -1.0, levels[dimension.path])
    return middles


def features(space: Space, points: Array) -> tuple[Array, Array]:
    """Settled points as (count, features), and for each feature the index of its dimension.

    An option becomes one feature per level, 1 / sqrt(2) where it was taken, so that any two options lie 1 apart. An
    inactive coordinate reads 0.5: two points without it do not differ by it, and the parent's option tells the rest.
    """
    import numpy

    columns, owners = [], []
    for place, dimension in enumerate(space.dimensions):
        column = numpy.where(numpy.isnan(points[:, place]), 0.5, points[:, place])
        if dimension.ordered or dimension.levels is None:
            columns.append(column)
            owners.append(place)
        else:
            taken = dimension.sampler.from_unit(column)
            columns += [(taken == level) / numpy.sqrt(2) for level in range(dimension.levels)]
            owners += [place] * dimension.levels
    return numpy.stack(columns, axis=1), numpy.asarray(owners)
