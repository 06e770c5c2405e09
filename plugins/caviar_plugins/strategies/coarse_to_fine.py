"""coarse-to-fine: the whole space first, then ever smaller boxes around the best trials."""

from __future__ import annotations

from caviar.plugin import Array, History, Random, Space, Strategy, setting, uniforms

from caviar_plugins.strategies.extrapolation import extrapolated_losses
from caviar_plugins.strategies.retest_candidates import retest_candidates

# A box never gets narrower than this on either side: a fiftieth of a scale is below what a few trials can tell apart.
_LEAST = 0.02


class CoarseToFine(Strategy, interface=2):
    """A trial falls into a box around one of the `leaders`, the better the likelier.

    On each sampler's scale the box reaches `shrink` times the leaders' range to both sides. So it closes in where they
    agree, stays wide where it does not matter, and moves and widens again when the best lie at its edge. A share
    `explore` of the trials, and of every choice's option, comes from the whole space: no option is lost for good.
    So do all until `first` trials are known, those of earlier runs included. What is the best so far is read anew for
    each round; nothing else is kept.
    After each round leaders in doubt are trained once more, in all a share `retest` of the finished trials; 0: none.
    """

    shrink: float = setting(default=0.8, gt=0, le=2)
    explore: float = setting(default=0.1, ge=0, le=1)
    leaders: int = setting(default=8, ge=2)
    first: int = setting(default=16, ge=1)
    retest: float = setting(default=0.1, ge=0, le=1)

    def waits_for(self) -> int:
        return self.first

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        import numpy

        trials, width = len(history), len(space)
        own = range(history.proposed, history.proposed + count)
        keys = numpy.asarray([random.child(trial).key for trial in own], dtype=numpy.uint64)
        drawn = uniforms(keys, 3 * width + 2, numpy.float64)
        anywhere, steps, changes = drawn[:, :width], drawn[:, width : 2 * width], drawn[:, 2 * width : 3 * width]
        if trials < self.first:
            return anywhere
        leaders = self._chosen(history)
        # A square puts half of the centres among the best quarter of the leaders.
        centres = leaders[(drawn[:, -2] ** 2 * len(leaders)).astype(int)]
        points = numpy.clip(centres + (2 * steps - 1) * self._reach(space, leaders), 0.0, 1.0)
        for place, dimension in enumerate(space.dimensions):
            if not dimension.ordered:
                points[:, place] = numpy.where(changes[:, place] < self.explore, anywhere[:, place], centres[:, place])
        free = numpy.isnan(points) | (drawn[:, -1:] < self.explore)
        return numpy.where(free, anywhere, points)

    def box(self, space: Space, history: History) -> Array | None:
        """Where the next round's trials come from, but for those that explore: float64 (dimensions, 2), low and high.

        NaN where no leader has a coordinate; None while all come from the whole space.
        """
        import numpy

        if len(history) < self.first:
            return None
        leaders = self._chosen(history)
        known, reach = ~numpy.isnan(leaders), self._reach(space, leaders)
        low, high = numpy.where(known, leaders, 2.0).min(0) - reach, numpy.where(known, leaders, -1.0).max(0) + reach
        box: Array = numpy.clip(numpy.stack([low, high], axis=1), 0.0, 1.0)
        box[~known.any(0)] = numpy.nan
        return box

    def retests(self, space: Space, history: History, random: Random) -> tuple[int, ...]:
        return retest_candidates(history, self.retest)

    def _chosen(self, history: History) -> Array:
        trials = len(history)
        return _leaders(history, min(trials, max(2, min(self.leaders, trials // 4))))

    def _reach(self, space: Space, leaders: Array) -> Array:
        """Half the width of the box, by dimension; at least to the next of a few levels."""
        import numpy

        known = ~numpy.isnan(leaders)
        top = numpy.where(known, leaders, 0.0).max(0)
        bottom = numpy.where(known, leaders, 1.0).min(0)
        least = [max(_LEAST, 1 / dimension.levels if dimension.levels else 0.0) for dimension in space.dimensions]
        reach: Array = numpy.maximum(self.shrink * (top - bottom), least)
        return reach


def _leaders(history: History, count: int) -> Array:
    """The points of the best trials, best first; ties go to the earlier one, failed ones come last."""
    import numpy

    losses = extrapolated_losses(history)
    losses = numpy.where(numpy.isnan(losses), numpy.inf, losses)
    worst = numpy.partition(losses, count - 1)[count - 1]
    able = numpy.flatnonzero(losses <= worst)
    leaders: Array = history.points[able[numpy.argsort(losses[able], kind="stable")[:count]]]
    return leaders
