"""AdamW's compiled variant: one pass over parameters, gradients and both moments."""

from __future__ import annotations

from typing import Any

import numpy
from caviar.plugin import Array, Layout

from caviar_plugins.kernels import compiled, subkernel
from caviar_plugins.optimizers.adamw import AdamW


class CompiledAdamW(AdamW):
    """The same step, slot by slot; its intermediate arrays never reach memory."""

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        # The corrections are NumPy's as in the plain code: near 1 - beta2 another rounding of the power would show.
        left1, left2 = 1 - self.beta1**step, 1 - self.beta2**step
        constants = numpy.concatenate(
            [
                self.learning_rate / left1,
                1 - self.beta1,
                self.beta2,
                1 - self.beta2,
                1 / numpy.sqrt(left2),
                self.epsilon,
            ],
            axis=1,
        )
        pulls = numpy.asarray([slot.decays for slot in layout], parameters.dtype)
        kept = 1 - self.learning_rate * self.decay * pulls
        starts = numpy.asarray([*(slot.start for slot in layout), parameters.shape[1]])
        _update(parameters, gradients, state["m"], state["v"], constants, kept, starts)


@compiled
def _update(
    parameters: Array, gradients: Array, m: Array, v: Array, constants: Array, kept: Array, starts: Array
) -> None:
    for k in range(len(parameters)):
        for number in range(len(starts) - 1):
            part = slice(starts[number], starts[number + 1])
            keep = kept[k, number]
            _update_one(parameters[k][part], gradients[k][part], m[k][part], v[k][part], constants[k], keep)


@subkernel
def _update_one(parameters: Array, gradients: Array, m: Array, v: Array, constants: Array, keep: Any) -> None:
    rate, new1, beta2, new2 = constants[0], constants[1], constants[2], constants[3]
    unbias, epsilon = constants[4], constants[5]
    for i in range(len(parameters)):
        g = gradients[i]
        m[i] += new1 * (g - m[i])
        v[i] = beta2 * v[i] + new2 * (g * g)
        parameters[i] = keep * parameters[i] - rate * m[i] / (numpy.sqrt(v[i]) * unbias + epsilon)
