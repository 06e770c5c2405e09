"""Question 1: does the winner still win? Candidates are compared with it on the same rows and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, nan, prod, sqrt

from caviar.engine.baselines.judge import Judge
from caviar.engine.revalidation.rivals import Candidate
from caviar.engine.revalidation.statistics import t_quantile
from caviar.engine.training.measuring import measured
from caviar.values.arrays import Array
from caviar.values.random import Random
from caviar.values.revalidation import Answer, Rival

_RESAMPLES = 100  # of the rows, for standard errors
_DIGITS = 12  # of a mean: beyond them is rounding
UNTRIED = ("neighbour", "fresh")
_TOP = 4  # trials, the winner and the leaders: the distance between the first and the last is the scale of such a lead
_RARELY = 0.05
PRIOR = 4.0  # degrees of freedom that the spread over seeds has from the other rivals


@dataclass(frozen=True)
class Scores:
    """The compared metric of each candidate with each seed: float64 (candidates, seeds), NaN where none came out.

    `over_rows`: the same on resampled rows, (resamples, candidates, seeds); None where nothing is predicted.
    `sign` is 1 where more is better. The first candidate is the winner.
    """

    values: Array
    over_rows: Array | None
    sign: int

    @property
    def limit(self) -> float:
        """The reproducibility limit of the winner's metric (ISO 5725): 1.96 sqrt(2) standard deviations.

        Two trainings of the winner, judged by two other samples of as many rows, differ by less in 95 of 100 cases.
        """
        import numpy

        mine = self.values[0][numpy.isfinite(self.values[0])]
        seeds = float(mine.var(ddof=1)) if len(mine) > 1 else 0.0
        rows = 0.0 if self.over_rows is None else float(numpy.nanmean(self.over_rows[:, 0].var(axis=0, ddof=1)))
        return 1.96 * sqrt(2 * (seeds + rows))

    @property
    def common(self) -> float:
        """The median over candidates of the variance over seeds; NaN where no training came out."""
        import numpy

        known = self.values[numpy.isfinite(self.values).all(axis=1)]
        return float(numpy.median(known.var(axis=1, ddof=1))) if len(known) and known.shape[1] > 1 else nan


def scored(judge: Judge, predictions: Sequence[Sequence[Array | None]], truth: Array) -> Scores:
    """The scores of predictions (candidates, seeds), each (rows, outputs) or None."""
    import numpy

    places = [(c, s) for c, row in enumerate(predictions) for s, each in enumerate(row) if each is not None]
    stacked = numpy.stack([predictions[c][s] for c, s in places])  # type: ignore[misc]
    shape, generator = (len(predictions), len(predictions[0])), Random(0).child("rows").generator()

    def measure(rows: Array | slice) -> Array:
        found = numpy.full(shape, nan)
        with numpy.errstate(all="ignore"):
            values = measured(type(judge.metric).measure)(judge.metric, stacked[:, rows], truth[rows])
        for place, value in zip(places, values, strict=True):
            found[place] = value
        return found

    whole = measure(slice(None))
    drawn = numpy.stack([measure(generator.integers(0, len(truth), len(truth))) for _ in range(_RESAMPLES)])
    return Scores(whole, drawn, judge.sign)


def compared(candidates: Sequence[Candidate], scores: Scores, feasible: Sequence[bool]) -> tuple[Rival, ...]:
    """Each candidate with its lead over the winner, and the interval of it that holds for all candidates at once.

    A lead is the mean over seeds of paired differences. Its variance is that of the mean over resampled rows, plus
    that over seeds, which is drawn towards the median over the better half of rivals, as few seeds say little. One
    that may not win, or that failed or diverged with a seed, is infinitely far behind.
    """
    import numpy

    values, sign = scores.values, scores.sign
    rivals = [
        Rival(each.kind, each.trial.index, each.trial.values, tuple(row.tolist()))
        for each, row in zip(candidates, values, strict=True)
    ]
    if not numpy.isfinite(values[0]).all():
        return tuple(rivals)
    apart = sign * (values - values[0])
    fit = [place for place in range(1, len(rivals)) if feasible[place] and numpy.isfinite(apart[place]).all()]
    spreads = apart.var(axis=1, ddof=1) if apart.shape[1] > 1 else numpy.zeros(len(apart))
    near = sorted(fit, key=lambda place: -apart[place].mean())[: max(len(fit) // 2, 3)]
    common, own = float(numpy.median(spreads[near])) if near else 0.0, values.shape[1] - 1
    for place in range(1, len(rivals)):
        if place not in fit:
            rivals[place] = replace(rivals[place], ahead=-inf)
            continue
        over_seeds = (PRIOR * common + own * float(spreads[place])) / (PRIOR + own) / values.shape[1]
        over_rows = 0.0
        if scores.over_rows is not None:
            leads = (scores.over_rows[:, place] - scores.over_rows[:, 0]).mean(axis=1)
            over_rows = float(leads[numpy.isfinite(leads)].var(ddof=1))
        total = over_rows + over_seeds
        freedom = min((PRIOR + own) * (total / over_seeds) ** 2, 1e6) if over_seeds else 1e6
        half = t_quantile(1 - 0.025 / len(fit), freedom) * sqrt(total)
        ahead = round(float(apart[place].mean()), _DIGITS)
        rivals[place] = replace(rivals[place], ahead=ahead, interval=(ahead - half, ahead + half))
    return tuple(rivals)


def margin_of_draws(found: Sequence[float], draws: int) -> float:
    """How far ahead of a search's best so many further draws come in 1 of 20 cases at most, though nothing moved.

    `found` are the values of its trials, of which more is better. The scale is the lead of their best over the k-th.
    With n trials from a distribution with an exponential tail, whose spacings are independent (Rényi 1953), one further
    draw is ahead by more than t such leads with the chance k / (n + 1) times the product of i / (i + 1 + t) over
    i < k; the chance of m draws is m times that at most, and of a bounded tail it is less.
    """
    few = min(len(found), _TOP)
    if few < 2:
        return inf

    def chance(t: float) -> float:
        return draws * few / (len(found) + 1) * prod(i / (i + 1 + t) for i in range(1, few))

    low, high = 0.0, draws / _RARELY
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) > _RARELY else (low, middle)
    ordered = sorted(found)
    return high * (ordered[-1] - ordered[-few]) if chance(0.0) > _RARELY else 0.0


def winner_wins(
    rivals: Sequence[Rival], limit: float, metric: str, feasible: bool = True, margin: float = 0.0
) -> Answer:
    """No where some rival is ahead beyond its interval; yes where none can be ahead by more than `limit`.

    That is the reproducibility limit: a smaller lead decides nothing. A rival that the search had not tried must be
    ahead by more than `margin`, for a longer search could have found one as good. A winner that is not `feasible` has
    lost.
    """

    def beyond(rival: Rival) -> float:
        if rival.interval is None:
            return -inf
        return min(rival.interval[0], rival.ahead - margin if rival.kind in UNTRIED else inf)

    if not all(map(isfinite, rivals[0].scores)):
        return Answer("no", "the winner failed or diverged when it was trained again")
    if not feasible:
        return Answer("no", "the winner does not meet search.where any more, with any seed")
    judged = [each for each in rivals if each.interval is not None]
    if len(rivals) == 1:
        return Answer("cannot tell", "nothing was searched, so there is nothing to compare the winner with")
    if not judged:
        return Answer("yes", "no rival could be trained, or was allowed to win")
    surest = max(judged, key=beyond)
    nearest = max(judged, key=lambda each: each.ahead)
    if beyond(surest) > 0:
        return Answer("no", f"{_named(surest)} is better by {surest.ahead:.4g} {metric}", surest.interval)
    highest = max(each.interval[1] for each in judged if each.interval is not None)
    far = f"{'behind' if nearest.ahead < 0 else 'ahead'} by {abs(nearest.ahead):.4g} {metric}"
    lead = f"{_named(nearest)}, the best of {len(judged)} rivals, is {far if nearest.ahead else 'level with it'}"
    if highest <= limit:
        return Answer("yes", lead, nearest.interval)
    if nearest.interval is not None and nearest.interval[0] > 0:
        enough = f": only more than {margin:.2g} would show a move" if isfinite(margin) else ""
        told = f"{lead}, but a longer search could have found as much{enough}"
        return Answer("cannot tell", told, nearest.interval)
    told = f"{lead}; a rival may be better by up to {highest:.2g}, and only less than {limit:.2g} decides nothing"
    return Answer("cannot tell", told, nearest.interval)


def _named(rival: Rival) -> str:
    return {
        "leader": f"trial {rival.trial}",
        "neighbour": f"a neighbour of it ({rival.trial})",
        "fresh": f"a fresh draw ({rival.trial})",
    }.get(rival.kind, "the winner")
