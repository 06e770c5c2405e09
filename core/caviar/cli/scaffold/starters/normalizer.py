"""A starter for normalizers: rows divided by their root mean square."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from collections.abc import Mapping
from typing import Any

from caviar.plugin import Array, Initial, Normalizer, Slot, Tunable, namespace, tunable
from caviar_plugins import Log


class $cls($bases):
    """z~ = gamma * z / sqrt(mean z^2 + epsilon), per row over its units.

    z is (members, batch, units), gamma (members, 1, units), epsilon (members, 1, 1).
    """

    epsilon: Tunable[float] = tunable(default=1e-5, gt=0, search=Log(1e-6, 1e-2), tier=4)

    def slots(self, units: int) -> tuple[Slot, ...]:
        return (Slot("gamma", (1, units), "scale", Initial("constant", 1.0)),)

    def statistics(self, units: int) -> tuple[Slot, ...]:
        return ()

    def forward(
        self, z: Array, parameters: Mapping[str, Array], statistics: Mapping[str, Array], training: bool
    ) -> tuple[Array, Any]:
        xp = namespace(z)
        inverse = 1 / xp.sqrt(xp.mean(z**2, axis=2, keepdims=True) + self.epsilon)
        normalized = z * inverse
        return parameters["gamma"] * normalized, (normalized, inverse)

    def backward(
        self, gradient: Array, cache: Any, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> Array:
        xp = namespace(gradient)
        normalized, inverse = cache
        gradients["gamma"][...] = xp.sum(gradient * normalized, axis=1, keepdims=True)
        g = parameters["gamma"] * gradient
        dz: Array = inverse * (g - normalized * xp.mean(g * normalized, axis=2, keepdims=True))
        return dz

    def fold(self, parameters: Mapping[str, Array], statistics: Mapping[str, Array]) -> None:
        return None  # each row has its own scale
'''
TEST = '''\
"""$name: the laws of normalizers, and what is special about this one."""

import numpy
from caviar.testing import NormalizerContract, bound

from $module import $cls


class Test$cls(NormalizerContract):
    normalizer = $cls()

    def test_rows_have_a_mean_square_of_one(self) -> None:
        parameters, statistics = self.parts(1)
        parameters["gamma"][...] = 1.0
        z = 100.0 + self.rows(1, 4)
        output, _ = bound([$cls(epsilon=1e-12)]).forward(z, parameters, statistics, True)
        numpy.testing.assert_allclose((output**2).mean(axis=2), 1.0)
'''
EXAMPLE = """\
# 32 networks on handwritten digits, normalized by $name: pipe run example.toml
data = "digits"
normalizer = "$name"

[model]
units = { log-int = [32, 256] }

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[search]
trials = 32
"""
