"""inverse-time: falls fast at first, then ever more slowly."""

from __future__ import annotations

from caviar.plugin import Array, Schedule, Tunable, tunable

from caviar_plugins.samplers.log import Log


class InverseTime(Schedule, interface=1):
    """1 / (1 + decay * epoch). With decay 1 the second epoch has half the learning rate, the tenth a tenth.

    Source: Robbins & Monro 1951, "A stochastic approximation method": steps that fall like 1 / t add up to infinity
    and their squares do not.
    """

    decay: Tunable[float] = tunable(default=0.1, ge=0, search=Log(0.01, 1.0), tier=3, also=("decay_rate", "gamma"))

    def factor(self, epoch: Array, epochs: int) -> Array:
        return 1 / (1 + self.decay * epoch)
