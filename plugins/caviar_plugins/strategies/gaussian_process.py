"""gaussian-process: proposes trials with the highest expected improvement under a fitted model, many at once."""

from __future__ import annotations

from caviar.plugin import Array, History, Random, Space, Strategy, setting

from caviar_plugins.strategies.candidates import anywhere, near
from caviar_plugins.strategies.features import features, settled
from caviar_plugins.strategies.improvement import Improvement
from caviar_plugins.strategies.observations import Observations
from caviar_plugins.strategies.posterior import Posterior, fitted
from caviar_plugins.strategies.sobol import sequence

_GLOBAL, _LOCAL = 1024, 512  # candidates all over the space, and around the leaders
_LEADERS = 12
_VERSIONS = 32  # of the possible results of the trials of the same round
_SPREAD = 0.5  # how far apart, in the model's deviations: with 1 a round scatters, and regret halves half as fast
_CLIMBERS, _TRIES = 6, 64


class GaussianProcess(Strategy, interface=2):
    """Expected improvement under a Gaussian process with one Matern-5/2 length per hyperparameter.

    A round is built trial by trial: what its earlier trials may come to is imagined in many versions, drawn about what
    the model expects, and the next trial is the one that improves most over all of them; so a round spreads by itself
    and its first trials do not depend on its size. The improvement is over the best expected value, not the best noisy
    result. Trials that were pruned are seen where they were stopped, by how far they were; see `Observations`. Until
    `first` trials are known it takes a Sobol sequence. Of more than `most` it sees the best half and an even sample of
    the others.
    Sources: Snoek et al. 2012, arXiv:1206.2944 (imagined results); Ament et al. 2023, arXiv:2310.20708 (logarithms).
    """

    first: int = setting(default=10, ge=2)
    most: int = setting(default=192, ge=16)

    def waits_for(self) -> int:
        return self.first

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        import scipy.linalg  # noqa: F401  # brings a BLAS of its own, which must be there to be limited
        from threadpoolctl import threadpool_limits

        if len(history) < self.first or count == 0 or len(space) == 0:
            return sequence(len(space), history.proposed, count, random.child("first"))
        # The same bits on any machine, and ten times faster than with threads that wait for each other.
        with threadpool_limits(limits=1, user_api="blas"):
            return self._modelled(space, history, count, random)

    def _modelled(self, space: Space, history: History, count: int, random: Random) -> Array:
        import numpy

        trials = history.proposed
        known = settled(space, history.points)
        taken = {point.tobytes() for point in known}
        search = _Search(space, known, Observations.of(history, self.most), taken, random.child(trials))
        return numpy.asarray([search.next(random.child(trials, row)) for row in range(count)])


class _Search:
    """One round's search: the posterior, which is updated with each chosen trial, and a pool of candidates.

    `taken`: the bytes of points that were tried, to which the chosen are added.
    """

    def __init__(self, space: Space, points: Array, seen: Observations, taken: set[bytes], random: Random) -> None:
        import numpy

        self.space, self.taken, self.timed = space, taken, seen.progress is not None
        x, owners = self._traits(points[seen.trials], seen.progress)
        self.belief = Posterior.of(fitted(x, seen.standardized_losses, owners), x, seen.standardized_losses)
        points = points[numpy.unique(seen.trials)]
        means = self.belief.mean(self.belief.whitened(self._traits(points)[0]))[:, 0]
        self.best = means.min(keepdims=True)
        generator = random.generator()
        leaders = points[numpy.argsort(means, kind="stable")[:_LEADERS]]
        centres = numpy.tile(leaders, (-(-_LOCAL // len(leaders)), 1))
        widths = 10 ** generator.uniform(-2.0, -0.5, (len(centres), 1))
        self.pool = numpy.concatenate([anywhere(space, _GLOBAL, generator), near(space, centres, widths, generator)])
        self.traits = self._traits(self.pool)[0]
        self.whitened = self.belief.whitened(self.traits)
        self.free = numpy.asarray([point.tobytes() not in taken for point in self.pool])

    def _traits(self, points: Array, progress: Array | None = None) -> tuple[Array, Array]:
        """The model's features of points, and the owner of each feature; by default at the end of training."""
        import numpy

        x, owners = features(self.space, points)
        if not self.timed:
            return x, owners
        far = numpy.ones(len(x)) if progress is None else progress
        return numpy.concatenate([x, far[:, None]], axis=1), numpy.append(owners, len(self.space))

    def next(self, random: Random) -> Array:
        """Chooses the next trial's point and adds it to the posterior."""
        import numpy

        generator = random.generator()
        gains = self._gains_of_pool()
        climbers = numpy.argsort(-gains, kind="stable")[:_CLIMBERS]
        places, heights = self.pool[climbers], gains[climbers]
        for width in (0.3, 0.1, 0.03, 0.01):
            tries = near(self.space, numpy.repeat(places, _TRIES, axis=0), numpy.asarray([[width]]), generator)
            gains = self._gains(tries, numpy.repeat(heights, _TRIES)).reshape(len(places), _TRIES)
            tops = gains.argmax(1) + _TRIES * numpy.arange(len(places))
            places = numpy.where((gains.max(1) > heights)[:, None], tries[tops], places)
            heights = numpy.maximum(heights, gains.max(1))
        point: Array = places[heights.argmax()]
        self._imagine(point, _SPREAD * generator.normal(size=_VERSIONS))
        self._take(point)
        return point

    def _gains_of_pool(self) -> Array:
        """The expected improvement of each candidate; -inf if it was tried, or enough others are better."""
        import numpy

        promise = self._promise(self.whitened)
        ceilings = numpy.where(self.free, promise.ceilings(), -numpy.inf)
        enough = numpy.sort(promise.floors(ceilings))[-_CLIMBERS]
        return promise.logarithms(self.free & (ceilings >= enough))

    def _gains(self, points: Array, floors: Array) -> Array:
        """The expected improvement of each point; -inf if it was tried, or cannot exceed its floor."""
        promise = self._promise(self.belief.whitened(self._traits(points)[0]))
        hopeful = promise.ceilings() > floors
        hopeful[hopeful] = [point.tobytes() not in self.taken for point in points[hopeful]]
        return promise.logarithms(hopeful)

    def _promise(self, whitened: Array) -> Improvement:
        return Improvement.of(self.belief.mean(whitened), self.belief.variance(whitened), self.best)

    def _imagine(self, point: Array, draws: Array) -> None:
        import numpy

        self.belief, values = self.belief.fantasize(self._traits(point[None])[0][0], draws)
        self.whitened = self.belief.extended(self.whitened, self.traits)
        self.best = numpy.minimum(self.best, values)

    def _take(self, point: Array) -> None:
        import numpy

        self.taken.add(point.tobytes())
        self.free &= (self.pool.view(numpy.int64) != point.view(numpy.int64)).any(1)  # bits: NaN is itself
