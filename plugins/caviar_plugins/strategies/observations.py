"""Observations of trials, at their end and at earlier epochs: the losses that a model learns from."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from caviar.plugin import Array, History, TrialState

from caviar_plugins.strategies.extrapolation import extrapolated_losses, finished, loss_changes
from caviar_plugins.strategies.standardized_losses import standardized_losses

_CHECKPOINTS = 8  # epochs at which trials that finished are seen too, at most


@dataclass(frozen=True)
class Observations:
    """One row per observation, of a trial at its end or at an earlier epoch.

    trials: the trial of each, int64 (observations,). standardized_losses: as the function of that name gives them.
    progress: see `of`.
    """

    trials: Array
    standardized_losses: Array
    progress: Array | None = None

    @staticmethod
    def of(history: History, most: int) -> Observations:
        """Observations of `most` trials at their last epoch, and of some finished ones at earlier epochs too.

        Where trials were pruned before the last epoch that a finished one has, progress tells the model how far each
        was then: log(epoch) / log(last epoch) in [0, 1], one per observation, and 1 for all that ended by themselves.
        Losses on the way are moved by the median of what followed. So the model learns who moves more than others, and
        expects it of the stopped. Where the change is unknown, a stopped trial is at its end, no better than the
        best result. Observations on the way are half as many as `most`, at most.
        Source: Kandasamy et al. 2017, arXiv:1703.06240 (training time as one more input of the process).
        """
        import numpy

        losses, done, pruned = extrapolated_losses(history), finished(history), history.which(TrialState.PRUNED)
        seen, changes_by_epoch = _informative(losses, done, most), loss_changes(history, pruned, done)
        if not changes_by_epoch:
            return Observations(seen, standardized_losses(losses[seen]))
        last = int(history.epochs[done].max())
        epochs, values, progress = history.epochs[seen], losses[seen], numpy.ones(len(seen))
        for epoch, changes in changes_by_epoch.items():
            stopped = pruned[seen] & (epochs == epoch)
            values[stopped] = history.losses[seen[stopped]] + numpy.median(changes)
            progress[stopped] = _progress(epoch, last)
        on_the_way = _on_the_way(history, changes_by_epoch, seen[done[seen]], most // 2)
        return Observations(
            numpy.concatenate([seen, *(trials for trials, _, _ in on_the_way)]),
            standardized_losses(values, numpy.concatenate([early for _, early, _ in on_the_way])),
            numpy.concatenate([progress, *(_progress(e, last) * numpy.ones(len(t)) for t, _, e in on_the_way)]),
        )


def _progress(epoch: int, last: int) -> float:
    return log(epoch) / log(last)


def _on_the_way(
    history: History, changes_by_epoch: dict[int, Array], trials: Array, count: int
) -> list[tuple[Array, Array, int]]:
    """The finished trials that are observed at an epoch, their losses there, and the epoch."""
    import numpy

    checkpoints = sorted(changes_by_epoch)
    checkpoints = [checkpoints[place] for place in _spread(len(checkpoints), _CHECKPOINTS)]
    ranked = trials[numpy.argsort(history.losses[trials], kind="stable")]
    sign = -1 if history.goal == "maximize" else 1
    found = []
    for epoch in checkpoints:
        curve = sign * history.curves[ranked, epoch - 1]
        there = numpy.isfinite(curve) & (history.epochs[ranked] > epoch)
        some = ranked[there][_spread(int(there.sum()), count // len(checkpoints))]
        followed = sign * (history.objectives[some] - history.curves[some, epoch - 1])
        # The curve there, moved as others moved; what a loss counts more, where a condition is not met, included.
        found.append((some, history.losses[some] - followed + numpy.median(changes_by_epoch[epoch]), epoch))
    return found


def _informative(losses: Array, done: Array, most: int) -> Array:
    """The trials for the model, in order: all, or the best half of `most` and an even sample of the others.

    Half of the best are results: many stopped trials may look as good as the best.
    """
    import numpy

    if len(losses) <= most:
        return numpy.arange(len(losses))
    order = numpy.argsort(numpy.where(numpy.isnan(losses), numpy.inf, losses), kind="stable")
    results = order[done[order]][: most // 4]
    rest = order[~numpy.isin(order, results)]
    best = numpy.concatenate([results, rest[: most // 2 - len(results)]])
    others = numpy.sort(rest[most // 2 - len(results) :])
    return numpy.sort(numpy.concatenate([best, others[_spread(len(others), most - most // 2)]]))


def _spread(length: int, count: int) -> Array:
    """`count` indices, evenly spread over a length; all indices if there are no more."""
    import numpy

    places: Array = numpy.linspace(0, length - 1, min(length, count)).round().astype(int)
    return places
