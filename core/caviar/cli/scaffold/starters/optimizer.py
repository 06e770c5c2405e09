"""A starter for optimizers: averaged gradients."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from caviar.plugin import Array, Layout, Optimizer, Tunable, namespace, tunable
from caviar_plugins import Beta, Log


class $cls($bases):
    """average = momentum * average + (1 - momentum) * gradient; theta -= learning_rate * average.

    One model or a thousand: the buffers are (members, size), each tunable is (members, 1).
    """

    learning_rate: Tunable[float] = tunable(default=0.1, gt=0, search=Log(1e-3, 1.0), tier=1)
    momentum: Tunable[float] = tunable(default=0.9, ge=0, lt=1, search=Beta(0.5, 0.99), tier=2)

    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        return {"average": namespace(parameters).zeros_like(parameters)}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        average = state["average"]
        average += (1 - self.momentum) * (gradients - average)
        parameters -= self.learning_rate * average
'''
TEST = '''\
"""$name: the laws of optimizers, and what is special about this one."""

import numpy
from caviar.testing import OptimizerContract, bound

from $module import $cls


class Test$cls(OptimizerContract):
    optimizer = $cls(learning_rate=0.5)

    def test_without_momentum_it_steps_against_the_gradient(self) -> None:
        parameters, gradients = numpy.array([[1.0, 2.0]]), numpy.array([[10.0, -1.0]])
        optimizer = bound([$cls(learning_rate=0.1, momentum=0.0)])
        optimizer.update(parameters, gradients, optimizer.init(parameters, ()), numpy.ones((1, 1)), ())
        numpy.testing.assert_allclose(parameters, [[0.0, 2.1]])
'''
EXAMPLE = """\
# 64 networks on handwritten digits, each with its own learning rate and momentum: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[optimizer]
use = "$name"
learning_rate = { log = [1e-3, 1.0] }
momentum = { beta = [0.5, 0.99] }

[search]
trials = 64
"""
