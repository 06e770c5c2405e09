"""top-k: a few epochs for every trial, and all the others only for the best k of the round."""

from __future__ import annotations

from caviar.plugin import Array, Decision, Goal, Pruner, setting

from caviar_plugins.pruners.standing import losses_at


class TopK(Pruner, interface=1):
    """At epoch `first` the best `k` trials of the round continue to their end, and all others stop.

    Each round has its own k, so a longer search keeps the decisions of a shorter one; the published procedure, k of all
    trials, is one round: `search.round` = `search.trials`. A round of at most k trials is trained to the end. The place
    of a trial that diverged goes to the next best; ties go to the lower trial.
    Source: Egele et al. 2024, arXiv:2404.04111 ("1-Epoch"; more generally "i-Epoch").
    """

    k: int = setting(default=2, ge=1, also=("keep", "top_k", "n_best"))
    first: int = setting(default=1, ge=1, also=("min_resource", "min_resources", "grace_period"))

    def rungs(self, epochs: int, trial: int) -> tuple[int, ...]:
        return (self.first,) if self.first < epochs else ()

    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        import numpy

        losses = losses_at(curves, rung, goal)
        best = numpy.argsort(losses, kind="stable")[: self.k]
        kept = {int(trial) for trial in best if numpy.isfinite(losses[trial])}
        return tuple(Decision.GO_ON if trial in kept else Decision.STOP for trial in range(len(curves)))
