"""Adam's compiled twin: one pass over parameters, gradients and both moments."""

from __future__ import annotations

import numpy
from caviar import Array, Layout

from caviar_plugins.kernels import compiled
from caviar_plugins.optimizers.adam import Adam


class CompiledAdam(Adam):
    """The same step; its intermediate arrays never reach memory."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        # The corrections are NumPy's as in the plain code: near 1 - beta2 another rounding of the power would show.
        left1, left2 = 1 - self.beta1**step, 1 - self.beta2**step
        constants = numpy.concatenate(
            [self.learning_rate / left1, 1 - self.beta1, 1 - self.beta2, 1 / numpy.sqrt(left2), self.epsilon], axis=1
        )
        _update(parameters, gradients, state["m"], state["v"], constants)


@compiled
def _update(parameters: Array, gradients: Array, m: Array, v: Array, constants: Array) -> None:
    for k in range(len(parameters)):
        _update_one(parameters[k], gradients[k], m[k], v[k], constants[k])


@compiled
def _update_one(parameters: Array, gradients: Array, m: Array, v: Array, constants: Array) -> None:
    rate, new1, new2, unbias, epsilon = constants[0], constants[1], constants[2], constants[3], constants[4]
    for i in range(len(parameters)):
        g = gradients[i]
        m[i] += new1 * (g - m[i])
        v[i] += new2 * (g * g - v[i])
        parameters[i] -= rate * m[i] / (numpy.sqrt(v[i]) * unbias + epsilon)
