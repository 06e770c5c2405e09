"""hyperband: successive halving that decides earlier about some trials and later about others."""

from __future__ import annotations

from itertools import accumulate
from math import ceil

from caviar.plugin import Array, Decision, Goal, Pruner, setting

from caviar_plugins.pruners.standing import losses_at
from caviar_plugins.pruners.successive_halving import rungs

_GOLDEN = 0.6180339887498949


class Hyperband(Pruner, interface=1):
    """Trials are dealt to `brackets`; bracket b first decides at epoch first * factor^b, then at each next rung.

    At a rung the best 1 / factor of all trials of the round that reached it continue, whatever their bracket; so a
    metric that misleads early costs only a part of the trials. A bracket that starts sooner gets more of them, by
    Hyperband's shares factor^rungs / (rungs + 1), dealt evenly along the trials by multiples of the golden ratio.
    Hyperband's bracket that never decides is left out.
    Source: Li et al. 2018, "Hyperband", arXiv:1603.06560.
    """

    first: int = setting(default=1, ge=1, also=("min_resource", "min_resources", "grace_period"))
    factor: int = setting(default=3, ge=2, also=("reduction_factor", "eta"))
    brackets: int = setting(default=3, ge=1)

    def rungs(self, epochs: int, trial: int) -> tuple[int, ...]:
        every = rungs(self.first, self.factor, epochs)
        count = max(1, min(self.brackets, len(every)))
        shares = [self.factor ** (len(every) - bracket) / (len(every) - bracket + 1) for bracket in range(count)]
        place = (trial * _GOLDEN % 1.0) * sum(shares)
        bracket = sum(place >= edge for edge in accumulate(shares[:-1]))
        return every[bracket:]

    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        import numpy

        losses = losses_at(curves, rung, goal)
        able = numpy.isfinite(losses)
        best = numpy.argsort(losses, kind="stable")[: ceil(able.sum() / self.factor)]
        kept = {int(trial) for trial in best}
        return tuple(Decision.GO_ON if trial in kept else Decision.STOP for trial in range(len(curves)))
