"""A starter for strategies: every other trial near the best one so far."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

import numpy
from caviar.plugin import Array, History, Random, Space, Strategy, TrialState, setting, uniforms


class $cls($bases):
    """Every other trial lies within `width` of the best one so far, the others anywhere.

    A trial's numbers come from its index, so the size of rounds and a resumed search change nothing.
    """

    width: float = setting(default=0.1, gt=0, le=1)

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        trials = numpy.arange(history.proposed, history.proposed + count)
        keys = numpy.asarray([random.child(int(trial)).key for trial in trials], dtype=numpy.uint64)
        points: Array = uniforms(keys, len(space), numpy.float64)
        losses = numpy.where(history.which(TrialState.FINISHED), history.losses, numpy.inf)
        if not numpy.isfinite(losses).any():
            return points
        best = history.points[losses.argmin()]
        close = numpy.clip(best + self.width * (2 * points - 1), 0.0, 1.0)
        near = (trials % 2 == 1)[:, None] & ~numpy.isnan(best)  # NaN: a choice left the coordinate unused
        chosen: Array = numpy.where(near, close, points)
        return chosen
'''
TEST = '''\
"""$name: the laws of strategies, and what is special about this one."""

import numpy
from caviar.plugin import Random
from caviar.testing import StrategyContract
from caviar.testing.strategy import history

from $module import $cls


class Test$cls(StrategyContract):
    strategy = $cls()

    def test_every_other_trial_lies_near_the_best(self) -> None:
        past = history(self.space, 8, Random(7))
        best = past.points[numpy.nanargmax(past.objectives)]
        near = self.strategy.propose(self.space, past, 4, Random(1))[1::2]
        used = ~numpy.isnan(best)
        assert (abs(near - best)[:, used] <= 0.1).all()
'''
EXAMPLE = """\
# 64 networks on handwritten digits, searched by $name: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[model]
units = { log-int = [32, 256] }

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1.0] }

[search]
strategy = { use = "$name", width = 0.2 }
trials = 64
"""
