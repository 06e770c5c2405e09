"""scikit-learn's MLPClassifier: the same widths without batch normalization, which it does not have."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from benchmarks.training.shapes import Shape


def contender(shape: Shape) -> Callable[[], int]:
    threadpool_limits(1)
    x, y = shape.data()

    def run() -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            MLPClassifier((shape.units, shape.units), alpha=0.0, batch_size=shape.batch, max_iter=1).fit(x, y)
        return shape.steps

    return run
