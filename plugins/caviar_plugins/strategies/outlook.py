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
    pruned, done = history.which(TrialState.PRUNED), finished(history)
    if done.any():
        for epoch, changes in moves(history).items():
            losses[pruned & (history.epochs == epoch)] += numpy.median(changes)
        losses[pruned] = numpy.maximum(losses[pruned], losses[done].min())
    return losses


def finished(history: History) -> Array:
    """Which trials came to a result: bool (trials,)."""
    import numpy

    came: Array = history.which(TrialState.FINISHED) & numpy.isfinite(history.losses)
    return came


def moves(history: History) -> dict[int, Array]:
    """How losses changed from each epoch at which a trial was pruned, for those that finished later; where any did.

    As trained: a loss may count more, where a condition is not met.
    """
    import numpy

    done, sign = finished(history), -1 if history.goal == "maximize" else 1
    pruned = history.epochs[history.which(TrialState.PRUNED)]
    found = {}
    for epoch in numpy.unique(pruned[pruned > 0]).tolist():
        later = done & (history.epochs > epoch)
        if later.any():
            changes = sign * (history.objectives[later] - history.curves[later, epoch - 1])
            found[epoch] = changes[numpy.isfinite(changes)]
    return {epoch: changes for epoch, changes in found.items() if len(changes)}
