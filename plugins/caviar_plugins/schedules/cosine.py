"""cosine: slow at first, fast in the middle, slow at the end."""

from __future__ import annotations

from math import pi

from caviar.plugin import Array, Schedule, Tunable, namespace, tunable

from caviar_plugins.samplers.uniform import Uniform


class Cosine(Schedule, interface=1):
    """final + (1 - final) * (1 + cos(pi * epoch / epochs)) / 2: half a wave, from 1 down to `final`, no restarts.

    PyTorch: CosineAnnealingLR with T_max = epochs and eta_min = final * learning_rate.
    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5.
    """

    final: Tunable[float] = tunable(
        default=0.0, ge=0, le=1, search=Uniform(0.0, 0.2), tier=3, also=("eta_min", "alpha", "minimum", "floor")
    )
    """The factor at the very end."""

    def factor(self, epoch: Array, epochs: int) -> Array:
        wave = (1 + namespace(epoch).cos(epoch * (pi / epochs))) / 2
        factor: Array = self.final + (1 - self.final) * wave
        return factor
