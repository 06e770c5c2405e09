"""A starter for pruners: one rung, at which a share of the round goes on."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

import numpy
from caviar.plugin import Array, Decision, Goal, Pruner, setting


class $cls($bases):
    """After epoch `at`, the best `keep` of a round go on, each by its best epoch so far; the others are stopped."""

    at: int = setting(default=3, ge=1)
    keep: float = setting(default=0.5, gt=0, le=1)

    def rungs(self, epochs: int, trial: int) -> tuple[int, ...]:
        return (self.at,) if self.at < epochs else ()

    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        reached = curves[:, :rung] * (-1 if goal == "maximize" else 1)
        best = numpy.where(numpy.isnan(reached), numpy.inf, reached).min(axis=1)  # NaN: diverged, or not trained so far
        last = numpy.sort(best)[max(1, round(self.keep * len(best))) - 1]
        good = numpy.isfinite(best) & (best <= last)
        return tuple(Decision.GO_ON if each else Decision.STOP for each in good)
'''
TEST = '''\
"""$name: the laws of pruners, and what is special about this one."""

import numpy
from caviar.plugin import Decision
from caviar.testing import PrunerContract

from $module import $cls


class Test$cls(PrunerContract):
    pruner = $cls()

    def test_the_better_half_goes_on(self) -> None:
        curves = numpy.array([[0.1, 0.2], [0.3, 0.5], [0.6, 0.4], [0.2, 0.3]])
        decisions = $cls(at=2).decide(curves, (0, 1, 2, 3), 2, "maximize")
        assert [each is Decision.GO_ON for each in decisions] == [False, True, True, False]
'''
EXAMPLE = """\
# 64 networks on handwritten digits, half of them stopped after 3 epochs: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1.0] }

[trainer]
epochs = 10

[search]
pruner = { use = "$name", at = 3 }
trials = 64
"""
