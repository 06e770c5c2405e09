"""The boosting baseline: scikit-learn's histogram gradient boosting at its defaults, where it is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from caviar.engine.baselines.additions import BINS, BUDGET, LEVELS, columns
from caviar.engine.baselines.fit import Fit, OutOfTime, Rows, part_note
from caviar.engine.model.folds import Predict
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset

_SECONDS = 1e-8
"""For each of these numbers, on a slow core."""
_LEAST = 0.05
"""The share of the training rows below which it would say nothing."""


def boosting(rows: Rows) -> Fit:
    """Trained on the prepared inputs, where scikit-learn is installed. Raises whatever scikit-learn does."""
    try:
        ensemble = import_module("sklearn.ensemble")
        limits = import_module("threadpoolctl").threadpool_limits
    except ImportError:
        return Fit((), "not compared, because scikit-learn is not installed: pip install scikit-learn")
    data = rows.work.datasets[0]
    outputs = len(data.task.targets) if data.task.kind == "regression" else len(data.task.classes)
    looked_at = columns(data.task.kind, outputs, data.x.shape[1]) * len(rows.work.datasets)
    budget = min(BUDGET, rows.clock.left / _SECONDS)  # scikit-learn cannot be stopped once it trains
    most, available = int((budget / looked_at - BINS) / LEVELS), len(data.split.train)
    if budget < BUDGET and most < _LEAST * available:
        raise OutOfTime
    if most < _LEAST * available:
        return Fit((), f"not trained: {available:,} rows of {data.x.shape[1]:,} inputs would take minutes")
    found = []
    with limits(limits=1):  # a sum over several threads would depend on their number
        for each in rows.work.datasets:
            found.append(_fitted(ensemble, each, rows.training(each, most), rows.random.child("boosting").key % 2**32))
            rows.clock.check()
    return Fit(found, part_note(min(most, available), available))


def _fitted(ensemble: Any, data: Dataset, rows: Array, seed: int) -> Predict:
    import numpy

    x, truth = data.x[rows], data.truth[rows]
    if data.task.kind == "classification":
        classifier = ensemble.HistGradientBoostingClassifier(random_state=seed).fit(x, truth[:, 0])

        def probabilities(x: Array) -> Array:
            found = numpy.zeros((len(x), len(data.task.classes)))
            found[:, classifier.classes_] = classifier.predict_proba(x)  # a class may be absent from a training part
            return found

        return probabilities
    regressors = [
        ensemble.HistGradientBoostingRegressor(random_state=seed).fit(x, truth[:, target])
        for target in range(truth.shape[1])
    ]
    return lambda x: numpy.stack([each.predict(x) for each in regressors], axis=1)
