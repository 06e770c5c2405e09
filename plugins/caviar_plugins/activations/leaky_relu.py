"""leaky-relu: the identity above zero, a gentle slope below."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any, ClassVar

from caviar.plugin import Activation, Array, Initial, Operation, namespace, setting


class LeakyReLU(Activation, interface=1):
    """z above zero, slope * z below; at 0 the slope counts. No unit can die, as it can with relu.

    Weights in front of it begin normal with variance 2 / ((1 + slope^2) * inputs).
    Source: Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic models"; He et al. 2015,
    arXiv:1502.01852, equation 15.
    """

    variants: ClassVar[Mapping[str, str]] = {
        "numpy": "caviar_plugins.activations.leaky_relu_kernel:CompiledLeakyReLU",
    }

    slope: float = setting(default=0.01, ge=0, lt=1, also=("negative_slope", "alpha"))

    def forward(self, z: Array) -> tuple[Array, Any]:
        positive = z > 0
        return namespace(z).where(positive, z, self.slope * z), positive

    def backward(self, gradient: Array, cache: Any) -> Array:
        positive: Array = cache
        dz: Array = namespace(gradient).where(positive, gradient, self.slope * gradient)
        return dz

    def initial(self, inputs: int, outputs: int) -> Initial:
        return Initial("normal", sqrt(2.0 / ((1 + self.slope**2) * inputs)))

    def description(self) -> Operation:
        return Operation("leaky-relu", {"slope": self.slope})
