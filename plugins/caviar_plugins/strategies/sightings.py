"""What was seen of trials, at their end and on the way: the losses that a model learns from."""

from __future__ import annotations

from dataclasses import dataclass

from caviar import Array, History, TrialState

from caviar_plugins.strategies.outlook import finished, moves, outlook
from caviar_plugins.strategies.scores import scores

_ALONG = 192  # sightings on the way of trials that finished, of the best first


@dataclass(frozen=True)
class Sightings:
    """trials: which one each is of, int64 (sightings,). scores: its loss, as `scores` has it. progress: see `of`."""

    trials: Array
    scores: Array
    progress: Array | None = None

    @staticmethod
    def of(history: History, most: int) -> Sightings:
        """Of trials that ended by themselves their end; a pruned one where it was stopped.

        Where some were pruned, progress tells the model how far each was then, as log(epoch) / log(last epoch) in
        [0, 1], one per sighting. Losses on the way are moved by the median of what followed, and the best that finished
        are seen at those epochs too: so the model learns who moves more than others, and expects it of the stopped.
        Source: Kandasamy et al. 2017, arXiv:1703.06240 (training time as one more input of the process).
        """
        import numpy

        losses, ways = outlook(history), moves(history)
        seen = _telling(losses, most)
        if not ways:
            return Sightings(seen, scores(losses[seen]))
        done = seen[finished(history)[seen]]
        best = done[numpy.argsort(losses[done], kind="stable")][: _ALONG // len(ways)]
        last = numpy.log(max(2, history.epochs[done].max(initial=0)))
        known, sign = history.losses.astype(numpy.float64), -1 if history.goal == "maximize" else 1
        progress, rows, early, when = numpy.ones(len(seen)), [seen], [], []
        for epoch, changes in ways.items():
            move, far = float(numpy.median(changes)), min(1.0, float(numpy.log(epoch) / last))
            stopped = history.which(TrialState.PRUNED) & (history.epochs == epoch)
            known[stopped] += move
            progress[stopped[seen]] = far
            way = sign * (history.objectives[best] - history.curves[best, epoch - 1])
            there = numpy.isfinite(way)
            rows.append(best[there])
            early.append(known[best[there]] - way[there] + move)
            when.append(numpy.full(there.sum(), far))
        return Sightings(
            numpy.concatenate(rows),
            scores(known[seen], numpy.concatenate(early)),
            numpy.concatenate([progress, *when]),
        )


def _telling(losses: Array, most: int) -> Array:
    """Which trials the model sees, in their order: all, or the best half of `most` and an even sample of the others."""
    import numpy

    if len(losses) <= most:
        return numpy.arange(len(losses))
    order = numpy.argsort(numpy.where(numpy.isnan(losses), numpy.inf, losses), kind="stable")
    others = numpy.sort(order[most // 2 :])
    sample = others[numpy.linspace(0, len(others) - 1, most - most // 2).round().astype(int)]
    return numpy.sort(numpy.concatenate([order[: most // 2], sample]))
