"""A starter for activations: softsign."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

from typing import Any

from caviar.plugin import Activation, Array, namespace


class $cls($bases):
    """z / (1 + |z|), element by element on (members, batch, units); its slope is 1 / (1 + |z|)^2."""

    def forward(self, z: Array) -> tuple[Array, Any]:
        scale = 1 + namespace(z).abs(z)
        return z / scale, scale

    def backward(self, gradient: Array, cache: Any) -> Array:
        dz: Array = gradient / cache**2
        return dz
'''
TEST = '''\
"""$name: the laws of activations, and what is special about this one."""

import numpy
from caviar.testing import ActivationContract

from $module import $cls


class Test$cls(ActivationContract):
    activation = $cls()

    def test_it_is_half_way_at_one(self) -> None:
        output, _ = $cls().forward(numpy.array([[[-1.0, 0.0, 1.0]]]))
        assert output.tolist() == [[[-0.5, 0.0, 0.5]]]
'''
EXAMPLE = """\
# 32 networks on handwritten digits with $name between their layers: pipe run example.toml
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[model]
activation = "$name"
units = { log-int = [32, 256] }

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[search]
trials = 32
"""
