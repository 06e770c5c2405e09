"""Lion's compiled variant: one pass over parameters, gradients and their average."""

from __future__ import annotations

from typing import Any

import numpy
from caviar.plugin import Array, Layout

from caviar_plugins.kernels import compiled, subkernel
from caviar_plugins.optimizers.lion import Lion


class CompiledLion(Lion):
    """The same step, slot by slot; its intermediate arrays never reach memory."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        betas = self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2
        constants = numpy.concatenate([self.learning_rate, *betas], axis=1)
        pulls = numpy.asarray([slot.decays for slot in layout], parameters.dtype)
        kept = 1 - self.learning_rate * self.decay * pulls
        starts = numpy.asarray([*(slot.start for slot in layout), parameters.shape[1]])
        _update(parameters, gradients, state["m"], constants, kept, starts)


@compiled
def _update(parameters: Array, gradients: Array, m: Array, constants: Array, kept: Array, starts: Array) -> None:
    for k in range(len(parameters)):
        for number in range(len(starts) - 1):
            part = slice(starts[number], starts[number + 1])
            _update_one(parameters[k][part], gradients[k][part], m[k][part], constants[k], kept[k, number])


@subkernel
def _update_one(parameters: Array, gradients: Array, m: Array, constants: Array, keep: Any) -> None:
    rate, beta1, new1, beta2, new2 = constants[0], constants[1], constants[2], constants[3], constants[4]
    for i in range(len(parameters)):
        g = gradients[i]
        parameters[i] = keep * parameters[i] - rate * numpy.sign(beta1 * m[i] + new1 * g)
        m[i] = beta2 * m[i] + new2 * g
