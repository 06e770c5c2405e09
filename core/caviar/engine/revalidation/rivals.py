"""Whom a revalidation trains: the winner, the next leaders, neighbours of the winner, and fresh draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caviar.config.declaration.space import space_of
from caviar.engine.revalidation.history import revalidations
from caviar.values.arrays import Array
from caviar.values.random import Random
from caviar.values.revalidation import Kind
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.engine.revalidation.finished import FinishedRun
    from caviar.values.dimension import Space

_LEADERS, _NEIGHBOURS, _FRESH = 3, 4, 4
_STEP = 0.1  # of a range on its sampler's scale: as far as a neighbour goes along each ordered dimension


@dataclass(frozen=True)
class Candidate:
    """A trial to be trained, and why; neighbours and fresh draws have numbers that the run does not have."""

    kind: Kind
    trial: Trial


def candidates(run: FinishedRun) -> tuple[Candidate, ...]:
    """The winner first. Each revalidation of a run draws others, always the same for the same number of earlier ones.

    A winner outside the ranges of the file has no neighbours. Without a space there are only trials of the run.
    """
    best, space = run.best, space_of(run.pipeline)
    chosen = [Candidate("winner", best)]
    others = [each for each in run.leaders if each.index != best.index][:_LEADERS]
    chosen += [Candidate("leader", each) for each in others]
    if not len(space):
        return tuple(chosen)
    random = Random(run.pipeline.seed).child("revalidation", len(revalidations(run.folder)))
    known = [best.values, *(each.values for each in others)]
    number = max(each.index for each in run.trials) + 1
    near = () if best.outside else _neighbours(space, space.point(best.values), random.child("near"))
    drawn = [("neighbour", each) for each in near]
    fresh = random.child("fresh").generator().uniform(size=(_FRESH, len(space)))
    for kind, point in (*drawn, *(("fresh", each) for each in fresh)):
        place = space.clip(point[None])[0]
        values = space.values(place)
        if values not in known:
            known.append(values)
            trial = Trial(number, 0, tuple(place.tolist()), values)
            chosen.append(Candidate("neighbour" if kind == "neighbour" else "fresh", trial))
            number += 1
    return tuple(chosen)


def _neighbours(space: Space, center: Array, random: Random) -> Iterator[Array]:
    """Points one step away along each ordered dimension, in pairs of opposite directions; options stay as they are."""
    import numpy

    steps = [
        max(_STEP, 1.0 / each.levels if each.levels else 0.0) if each.ordered else 0.0 for each in space.dimensions
    ]
    generator = random.generator()
    for _ in range(_NEIGHBOURS // 2):
        direction = generator.choice([-1.0, 1.0], len(space)) * steps
        for side in (direction, -direction):
            point = center + side
            outside = (point < 0) | (point > 1)
            yield numpy.where(outside, center - side, point)
