"""Losses on a scale that a model can learn: finite, with unit variance, not dominated by the worst."""

from __future__ import annotations

from caviar.plugin import Array

_CUT = 3.0


def standardized_losses(losses: Array, more: Array | None = None) -> Array:
    """Losses clipped above the median at three times the distance of the best below it, then standardized.

    What is worse than that is bad in any case, and how bad (a diverged trial's infinity) would drown the differences
    that matter; much lower, and a good valley behind bad trials could not be told from a plain. As a search closes in,
    its median does too: the scale zooms in by itself. A failed trial, NaN, counts as bad: it fails where it is tried.
    `more` losses follow on the same scale, which does not heed them.
    """
    import numpy

    known = numpy.where(numpy.isnan(losses), numpy.inf, losses)
    every = known if more is None else numpy.concatenate([known, more])
    finite = known[numpy.isfinite(known)]
    if len(finite) == 0 or finite.min() == finite.max():
        kept = numpy.where(numpy.isfinite(every), 0.0, 1.0)
    else:
        best = finite.min()
        middle = min(float(numpy.median(known)), float(finite.max()))
        middle = middle if middle > best else float(finite.max())
        kept = numpy.minimum(numpy.maximum(every, best), middle + _CUT * (middle - best))
    own = kept[: len(losses)]
    spread = float(own.std())
    standard: Array = (kept - own.mean()) / (spread if spread > 0 else 1.0)
    return standard
