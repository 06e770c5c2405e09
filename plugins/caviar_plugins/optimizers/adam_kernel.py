"""Adam's compiled variant: one pass over parameters, gradients and both moments."""

from __future__ import annotations

import numpy
from caviar.plugin import Array, Layout

from caviar_plugins.kernels import compiled, subkernel
from caviar_plugins.optimizers.adam import Adam


class CompiledAdam(Adam):
    """The same step; its intermediate arrays never reach memory."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        # Powers are NumPy's as in the plain code: near 1 another rounding of them would show in 1 - beta2^step.
        # One power each, of arrays of one shape: an exponent spread over a row NumPy takes to be a constant, and
        # squares where it is 2, which rounds otherwise.
        powers = self.beta1**step, self.beta2**step
        constants = numpy.concatenate([self.learning_rate, self.epsilon, self.beta1, self.beta2, *powers], axis=1)
        _update(parameters, gradients, state["m"], state["v"], constants)


@compiled
def _update(parameters: Array, gradients: Array, m: Array, v: Array, constants: Array) -> None:
    for k in range(len(parameters)):
        _update_one(parameters[k], gradients[k], m[k], v[k], constants[k])


@subkernel
def _update_one(parameters: Array, gradients: Array, m: Array, v: Array, constants: Array) -> None:
    one, learning_rate, epsilon = parameters.dtype.type(1), constants[0], constants[1]
    beta1, beta2, left1, left2 = constants[2], constants[3], one - constants[4], one - constants[5]
    new1, new2, rate, unbias = one - beta1, one - beta2, learning_rate / left1, one / numpy.sqrt(left2)
    for i in range(len(parameters)):
        g = gradients[i]
        m[i] += new1 * (g - m[i])
        v[i] = beta2 * v[i] + new2 * (g * g)
        parameters[i] -= rate * m[i] / (numpy.sqrt(v[i]) * unbias + epsilon)
