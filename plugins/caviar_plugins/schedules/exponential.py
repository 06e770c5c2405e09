"""exponential: the same factor off every epoch."""

from __future__ import annotations

from caviar.plugin import Array, Schedule, Tunable, tunable

from caviar_plugins.samplers.uniform import Uniform


class Exponential(Schedule, interface=1):
    """decay^epoch. 0.95 halves a learning rate every 13.5 epochs. PyTorch: ExponentialLR."""

    decay: Tunable[float] = tunable(
        default=0.95, gt=0, le=1, search=Uniform(0.8, 1.0), tier=3, also=("gamma", "decay_rate", "factor")
    )

    def factor(self, epoch: Array, epochs: int) -> Array:
        return self.decay**epoch
