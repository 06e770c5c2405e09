"""A starter for regularizers: a penalty on the size of weights."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from caviar.plugin import Array, Layout, Regularizer, Tunable, namespace, tunable
from caviar_plugins import Log


class $cls($bases):
    """Adds strength * sign(w) to the gradient of every weight w: the penalty strength * sum |w|.

    Buffers are (members, size), strength is (members, 1); the layout tells weights from biases, gamma and beta.
    """

    strength: Tunable[float] = tunable(default=1e-5, ge=0, search=Log(1e-7, 1e-3), tier=3)

    def add(self, parameters: Array, gradients: Array, layout: Layout) -> None:
        for slot in layout:
            if slot.role == "weight":
                weights = parameters[:, slot.start : slot.stop]
                gradients[:, slot.start : slot.stop] += self.strength * namespace(weights).sign(weights)
'''
TEST = '''\
"""$name: the laws of regularizers, and what is special about this one."""

import numpy
from caviar.plugin import Initial, Slot, lay_out
from caviar.testing import RegularizerContract, bound

from $module import $cls


class Test$cls(RegularizerContract):
    regularizer = $cls()

    def test_biases_are_left_alone(self) -> None:
        start = Initial("constant", 0.0)
        layout = lay_out([Slot("weight", (1, 2), "weight", start), Slot("bias", (1, 1), "bias", start)])
        parameters, gradients = numpy.array([[3.0, -3.0, 3.0]]), numpy.zeros((1, 3))
        bound([$cls(strength=0.5)]).add(parameters, gradients, layout)
        assert gradients.tolist() == [[0.5, -0.5, 0.0]]
'''
EXAMPLE = """\
# 32 networks on handwritten digits, each with its own penalty: pipe run example.toml
data = "digits"
normalizer = "batchnorm"

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[[regularizer]]
use = "$name"
strength = { log = [1e-7, 1e-3] }

[search]
trials = 32
"""
