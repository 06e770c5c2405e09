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
    best = losses[finished(history)].min(initial=numpy.inf)
    for epoch, changes in moves(history).items():
        here = history.which(TrialState.PRUNED) & (history.epochs == epoch)
        losses[here] = numpy.maximum(losses[here] + numpy.median(changes), best)
    return losses


def finished(history: History) -> Array:
    """Which trials came to a result: bool (trials,)."""
    import numpy

    came: Array = history.which(TrialState.FINISHED) & numpy.isfinite(history.losses)
    return came


def moves(history: History) -> dict[int, Array]:
    """How the losses of finished trials changed from each epoch at which one was pruned, where that is known.

    As trained: a loss may count more, where a condition is not met.
    """
    import numpy

    done, sign = finished(history), -1 if history.goal == "maximize" else 1
    pruned = history.epochs[history.which(TrialState.PRUNED)]
    found = {}
    for epoch in numpy.unique(pruned[pruned > 0]).tolist():
        changes = sign * (history.objectives[done] - history.curves[done, epoch - 1])
        if numpy.isfinite(changes).any():
            found[epoch] = changes[numpy.isfinite(changes)]
    return found
