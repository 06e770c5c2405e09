"""The importance of each searched hyperparameter: PED-ANOVA over the trials of a study."""

from __future__ import annotations

from math import ceil
from typing import Any

from caviar.values.arrays import Array
from caviar.values.dimension import Dimension, Space
from caviar.values.history import History
from caviar.values.run_facts import LeadersImportance
from caviar.values.trial import TrialState

LEADERS = 32
"""The best trials, at least, among which importance is measured again; a quarter of all at most."""
_CELLS = 128  # of a continuum, for the integral
_FEWEST = 16


def importance(space: Space, history: History) -> dict[str, float]:
    """Path -> share, summing to one; empty if too few trials finished.

    A hyperparameter matters as far as the best tenth of the trials (at least eight) lies elsewhere on it than all
    trials do: the Pearson divergence of the two densities, integral of (best / all - 1)^2 all. That is the variance,
    over its values, of the chance to be among the best. Pruned, diverged and failed trials count as not the best.
    Trials in which a hyperparameter was inactive do not count for it; its share is weighed by how often it was active.
    Source: Watanabe, Bansal & Hutter 2023, "PED-ANOVA", arXiv:2304.10255.
    """
    order, finished = _order(history)
    return {} if finished < _FEWEST else _shares(space, history.points, order[: max(ceil(len(order) / 10), 8)])


def importance_among_leaders(space: Space, history: History) -> LeadersImportance | None:
    """The same among the best tenth alone (at least 32): as far as the best quarter of them lies elsewhere.

    It tells what is still worth tuning, where over all trials a range that is too wide outweighs everything. None
    where they would be more than a quarter of the finished trials. Source: the same paper's local importance.
    """
    order, finished = _order(history)
    count = max(ceil(len(order) / 10), LEADERS)
    if not len(space) or finished < 4 * count:
        return None
    return LeadersImportance(count, _shares(space, history.points[order[:count]], slice(max(count // 4, 8))))


def _order(history: History) -> tuple[Array, int]:
    """The trials from best to worst, those that have not finished last; and how many have finished."""
    import numpy

    finished = numpy.asarray([state is TrialState.FINISHED for state in history.states], dtype=bool)
    losses = numpy.where(finished & ~numpy.isnan(history.losses), history.losses, numpy.inf)
    return numpy.argsort(losses, kind="stable"), int(finished.sum())


def _shares(space: Space, points: Array, best: Any) -> dict[str, float]:
    """How much it matters on each hyperparameter that the rows `best` lie elsewhere than all, summing to one."""
    import numpy

    found = {}
    for place, dimension in enumerate(space.dimensions):
        column = points[:, place]
        among, everyone = (part[~numpy.isnan(part)] for part in (column[best], column))
        active = len(everyone) / len(column)
        found[dimension.path] = active * _divergence(dimension, among, everyone) if len(among) else 0.0
    total = sum(found.values())
    return {path: value / total if total > 0 else 1 / len(found) for path, value in found.items()}


def _divergence(dimension: Dimension, among: Array, everyone: Array) -> float:
    """The Pearson divergence of the best trials' density from that of all."""
    import numpy

    if dimension.levels is not None and dimension.levels <= _CELLS // 4:
        cells = dimension.sampler.from_unit
        levels = numpy.unique(cells((numpy.arange(4096) + 0.5) / 4096))
        p, q = ((cells(part)[:, None] == levels).sum(0).astype(float) for part in (among, everyone))
    else:
        width = max(1.06 * float(among.std()) * len(among) ** -0.2, 2 / _CELLS)  # Scott's rule
        p, q = _kernels(among, width), _kernels(everyone, width)
    # One trial's worth of prior, even over the cells: no density is zero for want of trials.
    p, q = ((part + 1 / len(part)) / (part + 1 / len(part)).sum() for part in (p, q))
    return float(((p / q - 1) ** 2 * q).sum())


def _kernels(coordinates: Array, width: float) -> Array:
    """The density of trials around each cell: normal kernels, mirrored at 0 and 1."""
    import numpy

    middles = (numpy.arange(_CELLS) + 0.5) / _CELLS
    counts = numpy.histogram(coordinates, _CELLS, (0.0, 1.0))[0]
    mirrored = (middles, -middles, 2 - middles)
    kernel = sum(numpy.exp(-0.5 * ((middles[:, None] - each) / width) ** 2) for each in mirrored)
    spread: Array = (kernel / numpy.sum(kernel, axis=0)) @ counts
    return spread
