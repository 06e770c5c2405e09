"""Deduplication: no trial repeats the point of an earlier one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from math import isfinite
from typing import Any

from caviar.values.arrays import Array
from caviar.values.dimension import Dimension, Space
from caviar.values.random import Random, uniforms
from caviar.values.trial import Trial

_DRAWS = 64  # tried before a finite space is searched value by value for what is left
_FINEST = 1 << 20  # cuts of [0, 1] in which the values of a dimension are looked for


class Tried:
    """The keys of the values of trials; those of each trial are made once in a search."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._all: set[str] = set()

    def by(self, trials: Sequence[Trial]) -> AbstractSet[str]:
        """The keys of the first trials of a study."""
        new = [key_of(trial.values) for trial in trials[len(self._keys) :]]
        self._keys += new
        self._all.update(new)
        return self._all if len(trials) == len(self._keys) else set(self._keys[: len(trials)])


def key_of(values: Mapping[str, Any]) -> str:
    """The same text for the same values."""
    return repr(sorted(values.items()))


def deduplicate(space: Space, points: Array, tried: AbstractSet[str], first: int, random: Random) -> Array:
    """Clipped points for the trials from number `first` on, of which none has a key of those tried, nor of another.

    A point whose values were tried is replaced by a draw from the whole space, which depends on the trial's number and
    on what was tried. Fewer points than were given: no untried point is left.
    """
    import numpy

    own, kept = set[str](), []
    for number, point in enumerate(points, first):
        new = _untried(space, point, (tried, own), random.child(number))
        if new is None:
            break
        own.add(key_of(space.values(new)))
        kept.append(new)
    return numpy.asarray(kept, dtype=numpy.float64).reshape(len(kept), len(space))


def _untried(space: Space, point: Array, seen: tuple[AbstractSet[str], ...], random: Random) -> Array | None:
    finite = isfinite(space.size)
    for each in chain([point], _draws(space, random), _cells(space, random) if finite else ()):
        key = key_of(space.values(each))
        if not any(key in keys for keys in seen):
            return each
    return None if finite else point  # a continuum so narrow that it repeats itself has no better one


def _draws(space: Space, random: Random) -> Iterator[Array]:
    import numpy

    keys = numpy.asarray([random.child(draw).key for draw in range(_DRAWS)], dtype=numpy.uint64)
    yield from space.clip(uniforms(keys, len(space), numpy.float64))


def _cells(space: Space, random: Random) -> Iterator[Array]:
    """Every point of a finite space once, beginning anywhere."""
    import numpy

    ladders = [_ladder(dimension) for dimension in space.dimensions]
    turned = [numpy.roll(ladder, random.child("turn", place).key % len(ladder)) for place, ladder in enumerate(ladders)]
    point = numpy.full(len(space), 0.5)

    def walk(place: int, chosen: Mapping[str, int]) -> Iterator[Array]:
        if place == len(space):
            yield space.clip(point[None])[0]
            return
        dimension = space.dimensions[place]
        if dimension.parent is not None and chosen.get(dimension.parent) != dimension.when:
            yield from walk(place + 1, chosen)
            return
        for coordinate in turned[place].tolist():
            point[place] = coordinate
            level = {} if dimension.ordered else {dimension.path: space.level(dimension.path, coordinate)}
            yield from walk(place + 1, {**chosen, **level})

    return walk(0, {})


def _ladder(dimension: Dimension) -> Array:
    """The coordinate of every value of a dimension that has levels."""
    import numpy

    assert dimension.levels is not None
    if not dimension.ordered:
        return dimension.sampler.to_unit(numpy.arange(dimension.levels, dtype=numpy.float64))
    cuts = 1024
    while True:
        values = numpy.unique(dimension.sampler.from_unit(numpy.linspace(0.0, 1.0, cuts + 1)))
        if len(values) >= dimension.levels or cuts >= _FINEST:
            return dimension.sampler.to_unit(values)
        cuts *= 4
