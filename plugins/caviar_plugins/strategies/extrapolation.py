"""Extrapolated losses: comparable across trials that were trained for different numbers of epochs."""

from __future__ import annotations

from caviar.plugin import Array, History, TrialState


def extrapolated_losses(history: History) -> Array:
    """Losses, lower is better, NaN if failed; a pruned trial's is extrapolated to the end as others changed.

    From the epoch at which it was stopped it is given the median change of the trials that finished, but never ranked
    better than the best of them, because it is only an estimate. Without this a curve that rises late (overfitting)
    would make stopped trials look like leaders.
    """
    import numpy

    losses = numpy.array(history.losses, dtype=numpy.float64)
    if len(losses) == 0 or (history.epochs == history.epochs[0]).all():  # no trial was pruned; quick for long histories
        return losses
    pruned, done = history.which(TrialState.PRUNED), finished(history)
    if done.any():
        for epoch, changes in loss_changes(history, pruned, done).items():
            losses[pruned & (history.epochs == epoch)] += numpy.median(changes)
        losses[pruned] = numpy.maximum(losses[pruned], losses[done].min())
    return losses


def finished(history: History) -> Array:
    """Which trials have a result: bool (trials,)."""
    import numpy

    came: Array = history.which(TrialState.FINISHED) & numpy.isfinite(history.losses)
    return came


def loss_changes(history: History, pruned: Array, done: Array) -> dict[int, Array]:
    """The change of losses after each epoch at which a trial was pruned, from trials `done` later, if there are any.

    As trained: a loss may count more, where a condition is not met.
    """
    import numpy

    sign, found = -1 if history.goal == "maximize" else 1, {}
    epochs = history.epochs[pruned]
    for epoch in numpy.unique(epochs[epochs > 0]).tolist():
        later = done & (history.epochs > epoch)
        if later.any():
            changes = sign * (history.objectives[later] - history.curves[later, epoch - 1])
            found[epoch] = changes[numpy.isfinite(changes)]
    return {epoch: changes for epoch, changes in found.items() if len(changes)}
