"""A model of the search: what the searched metric would be at a point, and how far such predictions are off."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.plugin import Array, History, Space

from caviar_plugins.strategies.features import features, settled
from caviar_plugins.strategies.gaussian_process import GaussianProcess
from caviar_plugins.strategies.observations import Observations
from caviar_plugins.strategies.posterior import Posterior, fitted

_FOLDS = 5


@dataclass(frozen=True)
class Surrogate:
    """The Gaussian process of strategy gaussian-process, fitted to the trials of a study as that does it.

    `error`: the root mean square of what it misses finished trials by that it was not fitted to, and `spread` that of
    predicting their mean, both in units of the metric. `ceiling`: the worst loss that it tells from worse ones.
    """

    space: Space
    error: float
    spread: float
    ceiling: float
    trials: int
    _posterior: Posterior
    _line: tuple[float, float]
    _timed: bool

    @classmethod
    def of(cls, space: Space, history: History) -> Surrogate | None:
        """None where the trials that finished do not differ."""
        import numpy
        import scipy.linalg  # noqa: F401  # brings a BLAS of its own, which must be there to be limited
        from threadpoolctl import threadpool_limits

        seen = Observations.of(history, GaussianProcess().most)
        x, owners = features(space, settled(space, history.points)[seen.trials])
        timed = seen.progress is not None
        ended = numpy.isfinite(history.losses[seen.trials]) & numpy.isfinite(seen.standardized_losses)
        if seen.progress is not None:
            x = numpy.concatenate([x, seen.progress[:, None]], axis=1)
            owners = numpy.append(owners, len(space))
            ended &= seen.progress == 1
        y, losses = seen.standardized_losses, history.losses[seen.trials]
        line = _line(y[ended], losses[ended])
        if line is None:
            return None
        slope, height = line
        with threadpool_limits(limits=1, user_api="blas"):
            missed = _missed(x, y, owners, seen.trials)[ended] * slope
            posterior = Posterior.of(fitted(x, y, owners), x, y)
        error, spread = float(numpy.sqrt((missed**2).mean())), float(y[ended].std() * slope)
        ceiling = float(y.max() * slope + height)
        return cls(space, error, spread, ceiling, len(set(seen.trials.tolist())), posterior, line, timed)

    def losses(self, points: Array) -> Array:
        """The predicted loss at the end of training at points (count, dimensions); lower is better."""
        import numpy

        x, _ = features(self.space, settled(self.space, points))
        if self._timed:
            x = numpy.concatenate([x, numpy.ones((len(x), 1))], axis=1)
        slope, height = self._line
        predicted: Array = self._posterior.mean(self._posterior.whitened(x))[:, 0] * slope + height
        return predicted


def _line(standardized: Array, losses: Array) -> tuple[float, float] | None:
    """Slope and height of what turns standardized losses into losses; they were cut where they are largest."""
    import numpy

    if not len(losses):
        return None
    inside = standardized < standardized.max()
    inside |= not inside.any()
    low, high = numpy.argmin(losses), numpy.argmax(numpy.where(inside, losses, -numpy.inf))
    apart = standardized[high] - standardized[low]
    if not apart > 0:
        return None
    slope = float((losses[high] - losses[low]) / apart)
    return slope, float(losses[low] - slope * standardized[low])


def _missed(x: Array, y: Array, owners: Array, trials: Array) -> Array:
    """What a model misses each observation by that was fitted without a fifth of the trials, its own among them."""
    import numpy

    known = numpy.unique(trials)
    fold_of = numpy.random.default_rng(0).permutation(len(known)) % _FOLDS
    folds = fold_of[numpy.searchsorted(known, trials)]
    missed = numpy.zeros(len(y))
    for fold in range(_FOLDS):
        held = folds == fold
        if held.any() and not held.all():
            model = Posterior.of(fitted(x[~held], y[~held], owners), x[~held], y[~held])
            missed[held] = model.mean(model.whitened(x[held]))[:, 0] - y[held]
    return missed
