"""Given points: the trials of `search.points`, which come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from caviar.config.checks.points import points_of
from caviar.engine.warm_start.map_to_space import coordinate
from caviar.values.dimension import Dimension, Space
from caviar.values.problem import LateMistake
from caviar.values.random import Random, uniforms
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_ROUNDING = 1e-9


class NoSuchPoint(LateMistake):
    """A given value lies between two steps of its range; the message names the nearest."""


def given_trials(pipeline: Pipeline, space: Space) -> tuple[Trial, ...]:
    """Queued trials, from number 0, with exactly the given values; it draws values that neither point nor default sets.

    Raises NoSuchPoint.
    """
    import numpy

    trials = []
    for number, said in enumerate(points_of(pipeline)):
        key = Random(pipeline.seed).child("given", number).key
        point = uniforms(numpy.asarray([key], dtype=numpy.uint64), len(space), numpy.float64)[0]
        for place, dimension in enumerate(space.dimensions):
            if dimension.path in said:
                point[place] = coordinate(dimension, said[dimension.path])
        point = space.clip(point[None])[0]
        values = space.values(point)
        for path in values:
            if path in said:
                _same(space[path], values[path], said[path], number)
                values[path] = said[path]
        trials.append(Trial(number, number // pipeline.search.round, tuple(point.tolist()), values))
    return tuple(trials)


def _same(dimension: Dimension, nearest: Any, said: Any, number: int) -> None:
    """Raises NoSuchPoint if a range with steps has no such value."""
    if dimension.levels is None or nearest == said:
        return
    if not isinstance(said, (int, float)) or abs(nearest - said) > _ROUNDING * abs(said):
        text = f"{dimension.path} = {said} lies between the steps of its range; the nearest value is {nearest}"
        raise NoSuchPoint(("search", "points", number), text)
