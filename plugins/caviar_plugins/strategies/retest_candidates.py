"""Re-test candidates: leading trials to train once more, because they may lead only by chance."""

from __future__ import annotations

from caviar.plugin import Array, History, TrialState

# Before so many re-tests the noise is not known well enough to distinguish leaders; measured, 2 to 8 do as well.
_ENOUGH = 4


def retest_candidates(history: History, share: float) -> tuple[int, ...]:
    """The best trials as they stand, as many as may still be re-tested: in all a `share` of those that have finished.

    So re-tests cost at most that share of the epochs, with a pruner too. None while leaders are distinguished: the
    winner, worsened by the standard error of its mean over its trainings, is no worse than any other bettered by its.
    """
    import numpy

    finished, repeats = history.which(TrialState.FINISHED), history.repeats
    finished[: history.earlier] = False
    done = int((repeats - 1)[history.earlier :].sum())
    many = int(share * finished.sum()) - done - history.stopped
    if many < 1:
        return ()
    losses = _losses(history, finished)
    many = min(many, int(numpy.isfinite(losses).sum()))
    if many < 1:
        return ()
    error = history.noise / numpy.sqrt(repeats)
    winner = int((losses + error).argmin())
    bettered = losses - error
    bettered[winner] = numpy.inf
    if done >= _ENOUGH and bettered.min() >= losses[winner] + error[winner]:
        return ()
    best = numpy.flatnonzero(losses <= numpy.partition(losses, many - 1)[many - 1])
    return tuple(best[numpy.argsort(losses[best], kind="stable")[:many]].tolist())


def _losses(history: History, finished: Array) -> Array:
    """The losses of feasible trials, infinite for all others."""
    import numpy

    able = finished if history.violations is None else finished & (history.violations == 0)
    losses = numpy.where(able, history.losses, numpy.inf)
    known: Array = numpy.where(numpy.isnan(losses), numpy.inf, losses)
    return known
