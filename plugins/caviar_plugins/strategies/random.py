"""random: points drawn evenly over the whole space."""

from __future__ import annotations

from typing import ClassVar

from caviar.plugin import Array, History, Random, Space, Strategy, uniforms


class RandomSearch(Strategy, interface=2):
    """Every coordinate uniform, trial by trial: covers each hyperparameter with as many values as there are trials.

    A trial's point depends on its index alone, so the size of rounds changes nothing.
    Source: Bergstra & Bengio 2012, "Random search for hyper-parameter optimization".
    """

    learns: ClassVar[bool] = False

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        import numpy

        trials = range(history.proposed, history.proposed + count)
        keys = numpy.asarray([random.child(trial).key for trial in trials], dtype=numpy.uint64)
        return uniforms(keys, len(space), numpy.float64)
