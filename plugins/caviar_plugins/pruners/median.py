"""median: stops trials that are worse than the median of their round."""

from __future__ import annotations

from caviar.plugin import Array, Decision, Goal, Pruner, setting

from caviar_plugins.pruners.standing import best_losses


class Median(Pruner, interface=1):
    """At epoch `first` and every `every` epochs after it, stops trials whose best so far is worse than the median.

    The median is over the whole round, stopped trials with what they had; so a trial that was among the better half
    continues unless others overtake it, and about half of the round is trained to the end.
    Source: Golovin et al. 2017, "Google Vizier", section 3.2.2, on bests in place of running means.
    """

    first: int = setting(default=1, ge=1, also=("n_warmup_steps", "grace_period"))
    every: int = setting(default=1, ge=1, also=("interval_steps",))

    def rungs(self, epochs: int, trial: int) -> tuple[int, ...]:
        return tuple(range(self.first, epochs, self.every))

    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        import numpy

        losses = best_losses(curves[:, :rung], goal)
        middle = numpy.sort(losses)[(len(losses) - 1) // 2] if len(losses) else numpy.inf
        good = numpy.isfinite(losses) & (losses <= middle)
        return tuple(Decision.GO_ON if each else Decision.STOP for each in good)
