"""successive-halving: short trainings for all trials, longer ones for the better part, whole ones for few."""

from __future__ import annotations

from math import ceil

from caviar.plugin import Array, Decision, Goal, Pruner, setting

from caviar_plugins.pruners.standing import last_losses, losses_at


class SuccessiveHalving(Pruner, interface=1):
    """At epochs first, first * factor, first * factor^2, … the best 1 / factor of those left of the round continue.

    The others pause: where later fewer are left than that share of the round, because some diverged, the best of the
    paused are promoted in their place. Ties go to the lower trial.
    Source: Jamieson & Talwalkar 2016, arXiv:1502.07943; promotion as in Li et al. 2020, arXiv:1810.05934.
    """

    first: int = setting(default=1, ge=1, also=("min_resource", "min_resources", "grace_period"))
    factor: int = setting(default=3, ge=2, also=("reduction_factor", "eta"))

    def rungs(self, epochs: int, trial: int) -> tuple[int, ...]:
        return rungs(self.first, self.factor, epochs)

    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        import numpy

        passed = rungs(self.first, self.factor, rung + 1)
        seats = ceil(len(curves) / self.factor ** len(passed))
        here = losses_at(curves, rung, goal)
        waiting = numpy.where(numpy.isnan(curves[:, rung - 1]), last_losses(curves, goal), numpy.inf)
        order = numpy.lexsort((waiting, here))
        able = numpy.isfinite(here) | numpy.isfinite(waiting)
        kept = {int(trial) for trial in order[:seats] if able[trial]}
        return tuple(Decision.GO_ON if trial in kept else Decision.PAUSE for trial in range(len(curves)))


def rungs(first: int, factor: int, epochs: int) -> tuple[int, ...]:
    """first, first * factor, … below `epochs`."""
    found, rung = [], first
    while rung < epochs:
        found.append(rung)
        rung *= factor
    return tuple(found)
