"""RMSprop's compiled variant: one pass over parameters, gradients, averages and velocity."""

from __future__ import annotations

import numpy
from caviar.plugin import Array, Layout

from caviar_plugins.kernels import compiled, subkernel
from caviar_plugins.optimizers.rmsprop import RMSprop


class CompiledRMSprop(RMSprop):
    """The same step; its intermediate arrays never reach memory."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        constants = numpy.concatenate(
            [self.learning_rate, self.beta2, 1 - self.beta2, self.momentum, self.epsilon], axis=1
        )
        _update(parameters, gradients, state["v"], state["velocity"], constants)


@compiled
def _update(parameters: Array, gradients: Array, v: Array, velocity: Array, constants: Array) -> None:
    for k in range(len(parameters)):
        _update_one(parameters[k], gradients[k], v[k], velocity[k], constants[k])


@subkernel
def _update_one(parameters: Array, gradients: Array, v: Array, velocity: Array, constants: Array) -> None:
    rate, beta2, new2, momentum, epsilon = constants[0], constants[1], constants[2], constants[3], constants[4]
    for i in range(len(parameters)):
        g = gradients[i]
        v[i] = beta2 * v[i] + new2 * (g * g)
        velocity[i] = momentum * velocity[i] + g / (numpy.sqrt(v[i]) + epsilon)
        parameters[i] -= rate * velocity[i]
