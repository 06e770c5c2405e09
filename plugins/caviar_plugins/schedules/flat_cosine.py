"""flat-cosine: constant for the first part of training, then down to zero."""

from __future__ import annotations

from math import pi
from typing import ClassVar

from caviar.plugin import Array, Schedule, Tunable, namespace, tunable

from caviar_plugins.samplers.uniform import Uniform


class FlatCosine(Schedule, interface=1):
    """1 until t = epoch / epochs reaches `flat`, then (1 + cos(pi * (t - flat) / (1 - flat))) / 2, step by step.

    Source: Holzmüller, Grinsztajn & Steinwart 2024, arXiv:2407.04491, appendix A, "flat_cos", with flat = 0.5.
    """

    each_step: ClassVar[bool] = True

    flat: Tunable[float] = tunable(
        default=0.5, ge=0, lt=1, search=Uniform(0.3, 0.8), tier=3, also=("start", "pct_start")
    )
    """The share of training with the factor 1."""

    def factor(self, epoch: Array, epochs: int) -> Array:
        xp = namespace(epoch)
        progress = (epoch / epochs - self.flat) / (1 - self.flat)
        factor: Array = (1 + xp.cos(pi * xp.maximum(progress, xp.zeros_like(progress)))) / 2
        return factor
