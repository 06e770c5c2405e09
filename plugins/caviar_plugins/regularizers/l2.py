"""l2: pulls weights towards zero in proportion to their size."""

from __future__ import annotations

from typing import Literal

from caviar.plugin import Array, Layout, Regularizer, Tunable, setting, tunable

from caviar_plugins.samplers.log import Log

_ROLES = {"weights": "weight", "gamma": "scale", "beta": "shift", "biases": "bias"}


class L2(Regularizer, interface=1):
    """Adds strength * w to the gradient of every weight w: the penalty strength / 2 * sum w^2.

    Biases, gamma and beta are left alone unless `on` names them: they cannot make the function steeper with many
    inputs, and under batch normalization the penalty on weights works through their size alone. Under Adam this is
    not decoupled decay; AdamW has that. Source: Krogh & Hertz 1991, "A simple weight decay can improve generalization".
    """

    strength: Tunable[float] = tunable(
        default=1e-4, ge=0, search=Log(1e-6, 1e-2), tier=3, also=("lambda", "alpha", "weight_decay", "l2")
    )
    on: tuple[Literal["weights", "gamma", "beta", "biases"], ...] = setting(default=("weights",))

    def add(self, parameters: Array, gradients: Array, layout: Layout) -> None:
        roles = {_ROLES[word] for word in self.on}
        for slot in layout:
            if slot.role in roles:
                gradients[:, slot.start : slot.stop] += self.strength * parameters[:, slot.start : slot.stop]
