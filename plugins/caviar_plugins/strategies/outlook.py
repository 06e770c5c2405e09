"""What trials would have come to: losses comparable across trials that were trained for different times."""

from __future__ import annotations

from caviar import Array, History, TrialState


def outlook(history: History) -> Array:
    """Losses, lower better, NaN where failed; a pruned trial's moved on to the end as others moved.

    From the epoch at which it was stopped it is given the median change of the trials that finished, but never thought
    better than the best of them: a promise is no result. Without this a curve that rises late (overfitting) would make
    stopped trials look like leaders.
    """
    import numpy

    losses = numpy.array(history.losses, dtype=numpy.float64)
    if len(losses) == 0 or (history.epochs == history.epochs[0]).all():  # nobody was pruned; quick for long histories
        return losses
    finished = history.which(TrialState.FINISHED) & numpy.isfinite(losses)
    if not finished.any():
        return losses
    sign = -1 if history.goal == "maximize" else 1
    ends = sign * history.objectives  # as trained; a loss may count more, where a condition is not met
    pruned = history.which(TrialState.PRUNED)
    for epoch in numpy.unique(history.epochs[pruned & (history.epochs > 0)]):
        moves = ends[finished] - sign * history.curves[finished, epoch - 1]
        moves = moves[numpy.isfinite(moves)]
        here = pruned & (history.epochs == epoch)
        if len(moves):
            losses[here] = numpy.maximum(losses[here] + numpy.median(moves), losses[finished].min())
    return losses
