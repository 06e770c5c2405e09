"""How the trials of a round stand at a rung."""

from __future__ import annotations

from caviar.plugin import Array, Goal


def losses_at(curves: Array, rung: int, goal: Goal) -> Array:
    """What each trial's curve says at epoch `rung`, lower better: inf where the trial is not there or not finite."""
    return _losses(curves[:, rung - 1], goal)


def last_losses(curves: Array, goal: Goal) -> Array:
    """The same of each trial's last epoch."""
    import numpy

    ends = (~numpy.isnan(curves)).sum(1)
    padded = numpy.concatenate([numpy.full((len(curves), 1), numpy.nan), curves], axis=1)
    return _losses(padded[numpy.arange(len(curves)), ends], goal)


def best_losses(curves: Array, goal: Goal) -> Array:
    """The same of each trial's best epoch so far."""
    losses: Array = _losses(curves, goal).min(1, initial=float("inf"))
    return losses


def _losses(values: Array, goal: Goal) -> Array:
    import numpy

    losses = -values if goal == "maximize" else values
    return numpy.where(numpy.isfinite(losses), losses, numpy.inf)
