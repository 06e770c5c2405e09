"""A starter for metrics: the Brier score."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from typing import ClassVar

from caviar.plugin import Array, Goal, Metric, TaskKind, namespace


class $cls($bases):
    """The Brier score: squared distance of the predicted probabilities from the truth, summed over classes.

    prediction is (members, rows, classes), truth (rows, 1) codes.
    """

    task: ClassVar[TaskKind] = "classification"
    goal: ClassVar[Goal] = "minimize"
    worst: ClassVar[float] = 2.0

    def measure(self, prediction: Array, truth: Array) -> Array:
        xp = namespace(prediction)
        right = xp.asarray(truth == xp.arange(prediction.shape[-1]), dtype=xp.float64)
        gaps = xp.asarray(prediction, dtype=xp.float64) - right
        scores: Array = xp.mean(xp.sum(gaps**2, axis=-1), axis=1)
        return scores
'''
TEST = '''\
"""$name: the laws of metrics, and what is special about this one."""

import numpy
from caviar.testing import MetricContract

from $module import $cls


class Test$cls(MetricContract):
    metric = $cls()

    def test_being_sure_and_wrong_is_the_worst(self) -> None:
        assert $cls().measure(numpy.array([[[1.0, 0.0]]]), numpy.array([[1]])).tolist() == [2.0]
'''
EXAMPLE = """\
# 32 networks on handwritten digits; the one with the lowest $name wins: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[search]
metric = "validation.$name"
trials = 32
"""
