"""A starter for losses: cross-entropy with smoothed labels."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from typing import Any, ClassVar

from caviar.plugin import Array, Loss, Task, TaskKind, Tunable, namespace, tunable
from caviar_plugins import Uniform


class $cls($bases):
    """-sum t * log softmax(output), t = (1 - smoothing) for the right class, plus smoothing / classes for each.

    output is (members, batch, classes), target (batch, 1) codes, smoothing (members, 1, 1).
    """

    task: ClassVar[TaskKind] = "classification"

    smoothing: Tunable[float] = tunable(default=0.1, ge=0, lt=1, search=Uniform(0.0, 0.3), tier=3)

    def outputs(self, task: Task) -> int:
        return len(task.classes)

    def forward(self, output: Array, target: Array) -> tuple[Array, Any]:
        xp = namespace(output)
        classes = output.shape[-1]
        right = xp.asarray(target == xp.arange(classes), dtype=output.dtype)
        wanted = (1 - self.smoothing) * right + self.smoothing / classes
        shifted = output - xp.max(output, axis=-1, keepdims=True)  # so that exp cannot overflow
        logs = shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))
        return -xp.sum(wanted * logs, axis=-1), (logs, wanted)

    def backward(self, cache: Any) -> Array:
        logs, wanted = cache
        gradient: Array = (namespace(logs).exp(logs) - wanted) * (1 / logs.shape[1])
        return gradient

    def predict(self, output: Array) -> Array:
        xp = namespace(output)
        powers = xp.exp(output - xp.max(output, axis=-1, keepdims=True))
        probabilities: Array = powers / xp.sum(powers, axis=-1, keepdims=True)
        return probabilities
'''
TEST = '''\
"""$name: the laws of losses, and what is special about this one."""

import numpy
from caviar.testing import LossContract, bound

from $module import $cls


class Test$cls(LossContract):
    loss = $cls()

    def test_without_smoothing_it_is_the_cross_entropy(self) -> None:
        values, _ = bound([$cls(smoothing=0.0)]).forward(numpy.zeros((1, 1, 4)), numpy.array([[2]]))
        numpy.testing.assert_allclose(values, numpy.log(4.0))
'''
EXAMPLE = """\
# 32 networks on handwritten digits, each with its own smoothing of labels: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[trainer]
loss = { use = "$name", smoothing = { uniform = [0.0, 0.3] } }

[search]
trials = 32
"""
