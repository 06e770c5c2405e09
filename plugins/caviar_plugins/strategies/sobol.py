"""sobol: points that fill the space more evenly than chance."""

from __future__ import annotations

from typing import ClassVar

from caviar import Array, History, Random, Space, Strategy


class Sobol(Strategy):
    """The scrambled Sobol sequence: trial i takes its i-th point, in any rounds; powers of two of trials balance best.

    Sources: Sobol' 1967; Owen 1998, "Scrambling Sobol' and Niederreiter-Xing points"; directions of Joe & Kuo 2008.
    """

    learns: ClassVar[bool] = False

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        return sequence(len(space), history.proposed, count, random.child("sobol"))


def sequence(dimensions: int, first: int, count: int, random: Random) -> Array:
    """Points first, first + 1, … of the sequence scrambled for a stream: (count, dimensions)."""
    import numpy
    from scipy.stats.qmc import Sobol as Engine

    if dimensions == 0 or count == 0:
        return numpy.empty((count, dimensions))
    engine = Engine(dimensions, scramble=True, rng=random.key)
    if first:
        engine.fast_forward(first)
    points: Array = engine.random(1 << (count - 1).bit_length())  # SciPy warns of other sizes
    return points[:count]
