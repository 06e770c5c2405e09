"""coslog4: four waves, each about twice as long as the one before."""

from __future__ import annotations

from math import log, pi
from typing import ClassVar

from caviar.plugin import Array, Schedule, namespace


class CosLog4(Schedule, interface=1):
    """(1 - cos(2 pi log2(1 + 15 t))) / 2 with t = epoch / epochs, counted in fractions from step to step.

    Begins and ends at 0 and reaches 1 four times. The learning rate that it multiplies is the largest one, about twice
    the best one of a constant rate.
    Source: Holzmüller, Grinsztajn & Steinwart 2024, arXiv:2407.04491, section 3 and appendix A.
    """

    each_step: ClassVar[bool] = True

    def factor(self, epoch: Array, epochs: int) -> Array:
        xp = namespace(epoch)
        waves = xp.log1p(epoch * (15 / epochs)) * (2 * pi / log(2))
        factor: Array = (1 - xp.cos(waves)) / 2
        return factor
