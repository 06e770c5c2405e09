"""Question 2: did the winner's metric move? The deployed model on new rows, beside its metric after the search."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from caviar.engine.baselines.judge import Judge, drawn_rows, interval
from caviar.engine.model.decide import seen_by
from caviar.engine.revalidation.statistics import t_quantile
from caviar.engine.revalidation.winner_wins import PRIOR, Scores
from caviar.interfaces.data import DataError
from caviar.values.arrays import Array
from caviar.values.random import Random
from caviar.values.revalidation import Answer
from caviar.values.task import Task

if TYPE_CHECKING:
    from caviar.engine.model.saved import SavedModel
    from caviar.engine.revalidation.finished import FinishedRun
    from caviar.engine.revalidation.today import Rows

_SHARP = 2.0  # a change is denied if the interval excludes one of so many times half the search's own interval


def moved_on_rows(run: FinishedRun, new: Rows, judge: Judge, rows: Array, retrained: Scores, note: str = "") -> Answer:
    """The answer for a model that predicts; `rows` are those of the new table that it was not trained on.

    `note` says what makes doubtful that it was not.
    """
    before = measured_before(run, judge)
    again: tuple[str, ...] = (f"trained again it has {_mean(retrained):.4g} on the held-out rows of today",)
    if note:
        again += (note,)
    if before is None:
        return Answer("cannot tell", f"the run does not record the {judge.name} that its winner had", details=again)
    name, was, ends = before
    try:
        now, more, count = deployed(run.model, new, judge, rows)
    except DataError as error:
        return Answer("cannot tell", f"the deployed model cannot predict the new rows: {error}", details=again)
    if name.startswith("validation.") and len(run.model.members) > 1:  # the mean of several is better than each
        told = f"{name} was {was:.4g}, one fold's model a row, and is {now:.4g}, the mean of all, on {count:,} new rows"
        return Answer("cannot tell", told, details=again)
    # Where all rows are right, or all wrong, no resample differs: such a value counts as surely as the other one.
    known = [each for each in (ends, more) if each is not None]
    if not known or not isfinite(now):
        told = f"{name} was {was:.4g} and is {now:.4g} on {count:,} new rows, without an interval"
        return Answer("cannot tell", told, details=again)
    trials = len(run.leaders) if name.startswith("validation.") else 1
    again += _selected(trials)
    variance = 2 * sum(((high - low) / 3.92) ** 2 for low, high in known) / len(known)
    difference, half = now - was, NormalDist().inv_cdf(1 - 0.025 / trials) * sqrt(variance)
    told = f"{name} of the deployed model was {was:.4g} and is {now:.4g} on {count:,} new rows"
    return _answer(difference, half, (known[0][1] - known[0][0]) / 2, judge.sign, told, again)


def moved_over_seeds(runs: Sequence[float], retrained: Scores, metric: str, trials: int) -> Answer:
    """The answer where no row is predicted: the metric of new trainings beside `runs`, that of the search's.

    The winner was the best of so many `trials`: its interval holds for each of them at once (Bonferroni). The spread
    over seeds is drawn towards that of all candidates, as few seeds say little.
    """
    import numpy

    was, now = numpy.asarray(runs), retrained.values[0]
    if not (numpy.isfinite(was).all() and numpy.isfinite(now).all() and len(now) > 1):
        return Answer("cannot tell", "a training of the winner failed or diverged")
    apart = numpy.concatenate([now - now.mean(), was - was.mean()])
    own = len(apart) - 2
    freedom = PRIOR + own
    spread = sqrt((PRIOR * retrained.common + float((apart**2).sum())) / freedom)
    wide = t_quantile(1 - 0.025 / trials, freedom) * spread
    half = wide * sqrt(1 / len(now) + 1 / len(was))
    told = f"{metric} of the winner was {was.mean():.4g} and is {now.mean():.4g}, trained again with {len(now)} seeds"
    return _answer(float(now.mean() - was.mean()), half, wide, retrained.sign, told, _selected(trials))


def measured_before(run: FinishedRun, judge: Judge) -> tuple[str, float, tuple[float, float] | None] | None:
    """The compared metric of the winner when its search ended: its name, its value and its interval over rows."""
    found = run.assessment
    if found is None or found.metric != judge.name or not found.parts:
        return None
    name = found.on(found.parts[-1])  # the test part, where there is one
    value = found.winner.metrics.get(name)
    return None if value is None or not isfinite(value) else (name, value, found.winner.intervals.get(name))


def deployed(
    model: SavedModel, rows: Rows, judge: Judge, chosen: Array
) -> tuple[float, tuple[float, float] | None, int]:
    """The metric of a saved model on a sample of the chosen rows, its interval over rows, and how many those were.

    Raises DataError.
    """
    import numpy

    assert rows.table is not None, "a model that predicts has rows"
    task, data = model.task, rows.work.datasets[0]
    drawn = numpy.sort(chosen[drawn_rows(len(chosen), max(len(task.classes), len(task.targets)), Random(0))])
    predicted = model.predict(model.first.preparation.expected(rows.table.take(drawn)))
    predicted, truth = aligned(predicted, task, data.truth[drawn], data.task)
    seen = seen_by(judge.metric, predicted, task)
    found = judge.value(seen, truth)
    values = judge.resampled([seen], truth, Random(0).child("deployed"))
    return found, interval(values[:, 0], found, found, 1.0), len(drawn)


def aligned(predicted: Array, old: Task, truth: Array, new: Task) -> tuple[Array, Array]:
    """Predictions of a model and a truth of other classes, both in the order of the model's classes, then new ones.

    A class that the model does not know has the probability 0.
    """
    import numpy

    if old.classes == new.classes:
        return predicted, truth
    labels = [*old.classes, *(each for each in new.classes if each not in old.classes)]
    wider = numpy.zeros((len(predicted), len(labels)), predicted.dtype)
    wider[:, : predicted.shape[1]] = predicted
    codes = numpy.asarray([labels.index(each) for each in new.classes])
    return wider, codes[truth]


def _answer(
    difference: float, half: float, before: float, sign: int, told: str, details: tuple[str, ...] = ()
) -> Answer:
    ends = difference - half, difference + half
    if ends[0] > 0 or ends[1] < 0:
        return Answer("yes", f"{told}: {'better' if sign * difference > 0 else 'worse'}", ends, details)
    if max(map(abs, ends)) <= _SHARP * before:
        return Answer("no", told, ends, details)
    return Answer("cannot tell", f"{told}; that is too little to decide", ends, details)


def _selected(trials: int) -> tuple[str, ...]:
    """That a value from the search flatters the winner, where it was chosen by it."""
    if trials < 2:
        return ()
    return (
        f"by that value the search chose it, as the best of {trials}: it is too good, and the interval wider for it",
    )


def _mean(scores: Scores) -> float:
    import numpy

    return float(numpy.mean(scores.values[0]))
