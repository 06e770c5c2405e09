"""The losses of a round's trials at a rung."""

from __future__ import annotations

from caviar.plugin import Array, Goal


def losses_at(curves: Array, rung: int, goal: Goal) -> Array:
    """The loss of each trial at epoch `rung`: inf if the trial has not reached it or is not finite."""
    return _losses(curves[:, rung - 1], goal)


def last_losses(curves: Array, goal: Goal) -> Array:
    """The loss of each trial at its last epoch."""
    import numpy

    ends = (~numpy.isnan(curves)).sum(1)
    padded = numpy.concatenate([numpy.full((len(curves), 1), numpy.nan), curves], axis=1)
    return _losses(padded[numpy.arange(len(curves)), ends], goal)


def best_losses(curves: Array, goal: Goal) -> Array:
    """The loss of each trial at its best epoch so far."""
    losses: Array = _losses(curves, goal).min(1, initial=float("inf"))
    return losses


def _losses(values: Array, goal: Goal) -> Array:
    import numpy

    losses = -values if goal == "maximize" else values
    return numpy.where(numpy.isfinite(losses), losses, numpy.inf)
