"""warmup: rises step by step over the first epochs; another schedule follows."""

from __future__ import annotations

from typing import ClassVar

from caviar.plugin import Array, Schedule, Tunable, namespace, tunable

from caviar_plugins.samplers.int_ import Int
from caviar_plugins.samplers.uniform import Uniform
from caviar_plugins.schedules.constant import Constant


class Warmup(Schedule, interface=1):
    """start + (1 - start) * epoch / length for the first `length` epochs, then `then`, which begins at its own 0.

    Epochs count in fractions here, so the rise is even from step to step. What follows has the epochs that are left:
    `{ use = "warmup", length = 5, then = "cosine" }`. PyTorch: SequentialLR of LinearLR and the other.
    Source: Goyal et al. 2017, arXiv:1706.02677, section 2.2.
    """

    each_step: ClassVar[bool] = True

    length: Tunable[int] = tunable(
        default=1, ge=1, search=Int(1, 5), tier=3, also=("epochs", "warmup_epochs", "total_iters")
    )
    start: Tunable[float] = tunable(
        default=0.1, ge=0, le=1, search=Uniform(0.0, 0.5), tier=3, also=("start_factor", "initial")
    )
    then: Tunable[Schedule] = tunable(default=Constant(), also=("after", "schedule", "next"))

    def factor(self, epoch: Array, epochs: int) -> Array:
        xp = namespace(epoch)
        rise = self.start + (1 - self.start) * (epoch / self.length)
        later = xp.where(epoch < self.length, xp.zeros_like(epoch), epoch - self.length)
        if not self.then.each_step:
            later = xp.floor(later)
        rest = self.then.factor(later, max(1, epochs - self.length))
        factor: Array = xp.where(epoch < self.length, rise, rest)
        return factor
