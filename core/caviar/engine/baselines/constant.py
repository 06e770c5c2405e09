"""The constant baseline: what is predicted without looking at a row."""

from __future__ import annotations

from caviar.engine.baselines.fit import Fit, Rows
from caviar.engine.baselines.judge import Judge
from caviar.engine.model.folds import Predict
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset


def constant(rows: Rows) -> Fit:
    """The frequencies of the classes; of mean and median the one with the better metric on the training rows."""
    return Fit([_always(_answer(data, rows.judge)) for data in rows.work.datasets])


def _answer(data: Dataset, judge: Judge | None) -> Array:
    import numpy

    truth = data.truth[data.split.train]
    if data.task.kind == "classification":
        counts = numpy.bincount(truth[:, 0], minlength=len(data.task.classes))
        shares: Array = counts / counts.sum()
        return shares
    answers: list[Array] = [truth.mean(axis=0), numpy.median(truth, axis=0)]
    if judge is None:
        return answers[0]
    return max(answers, key=lambda each: judge.sign * judge.value(_always(each)(truth), truth))


def _always(answer: Array) -> Predict:
    import numpy

    return lambda x: numpy.repeat(answer[None], len(x), axis=0)
