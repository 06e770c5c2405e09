"""Greedy selection of an ensemble with replacement.

Source: Caruana et al. 2004, "Ensemble selection from libraries of models", ICML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import inf

from caviar.engine.baselines.judge import Judge
from caviar.values.arrays import Array


def greedy_selection(
    predictions: Array, truth: Array, judge: Judge, draws: int, check_stop: Callable[[], None] = lambda: None
) -> dict[int, int]:
    """How often each candidate is drawn, in order of the candidates: place in `predictions` -> draws.

    predictions: (candidates, rows, outputs), the best candidate first, with which the selection begins. Each further
    draw is the candidate that makes the metric of the mean best; of equal ones the first. Of the ensembles on the way
    the best counts, of equal ones the smallest: {0: n} never has n > 1.
    """
    import numpy

    total = predictions[0].astype(numpy.float64)
    order, best, best_value = [0], [0], _comparable(judge, predictions[0], truth)
    while len(order) < draws:
        check_stop()  # a draw measures every candidate, which may take seconds
        size = len(order) + 1
        # In the type of a saved model's predictions: how a metric bounds a probability may depend on it.
        means = (((total + each) / size).astype(predictions.dtype) for each in predictions)
        values = [_comparable(judge, each, truth) for each in means]
        chosen = max(range(len(values)), key=lambda place: (values[place], -place))
        order.append(chosen)
        total += predictions[chosen]
        if values[chosen] > best_value:
            best, best_value = [*order], values[chosen]
    return dict(sorted(Counter(best).items()))


def _comparable(judge: Judge, prediction: Array, truth: Array) -> float:
    """The metric, more is better; a metric without a value is the worst."""
    value = judge.sign * judge.value(prediction, truth)
    return value if value == value else -inf
