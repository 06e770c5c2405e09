"""SGD's compiled variant: one pass over parameters, gradients and velocity."""

from __future__ import annotations

from typing import Any

import numpy
from caviar.plugin import Array, Layout

from caviar_plugins.kernels import compiled, subkernel
from caviar_plugins.optimizers.sgd import SGD


class CompiledSGD(SGD):
    """The same step; its intermediate arrays never reach memory."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        constants = numpy.concatenate([self.learning_rate, self.momentum], axis=1)
        _update(parameters, gradients, state["velocity"], constants, self.nesterov)


@compiled
def _update(parameters: Array, gradients: Array, velocity: Array, constants: Array, ahead: bool) -> None:
    for k in range(len(parameters)):
        rate, momentum = constants[k, 0], constants[k, 1]
        if ahead:
            _step_ahead(parameters[k], gradients[k], velocity[k], rate, momentum)
        else:
            _step(parameters[k], gradients[k], velocity[k], rate, momentum)


@subkernel
def _step(parameters: Array, gradients: Array, velocity: Array, rate: Any, momentum: Any) -> None:
    for i in range(len(parameters)):
        velocity[i] = momentum * velocity[i] + gradients[i]
        parameters[i] -= rate * velocity[i]


@subkernel
def _step_ahead(parameters: Array, gradients: Array, velocity: Array, rate: Any, momentum: Any) -> None:
    for i in range(len(parameters)):
        velocity[i] = momentum * velocity[i] + gradients[i]
        parameters[i] -= rate * (gradients[i] + momentum * velocity[i])
