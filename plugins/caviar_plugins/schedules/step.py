"""step: constant, but for a drop every few epochs."""

from __future__ import annotations

from caviar.plugin import Array, Schedule, Tunable, namespace, tunable

from caviar_plugins.samplers.int_ import Int
from caviar_plugins.samplers.log import Log


class Step(Schedule, interface=1):
    """decay^(number of drops so far), a drop after each `every` epochs. PyTorch: StepLR."""

    every: Tunable[int] = tunable(default=10, ge=1, search=Int(2, 20), tier=3, also=("step_size", "drop_every"))
    decay: Tunable[float] = tunable(
        default=0.1, gt=0, le=1, search=Log(0.1, 0.9), tier=3, also=("gamma", "factor", "drop")
    )

    def factor(self, epoch: Array, epochs: int) -> Array:
        drops: Array = namespace(epoch).floor(epoch / self.every)
        return self.decay**drops
