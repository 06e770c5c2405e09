"""Fitting an estimator of scikit-learn epoch by epoch, on what the task says it learns."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from caviar.plugin import Array, Dataset, Task, say_once

Growth = Literal["partial_fit", "n_estimators", "max_iter"]


@cache
def listed() -> dict[str, Any]:
    """scikit-learn's own classifiers and regressors, those whose constructor needs no argument, by name."""
    from sklearn.utils import all_estimators

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = all_estimators(type_filter=["classifier", "regressor"])
    return {name: cls for name, cls in found if not _required(cls)}


def _required(cls: Any) -> bool:
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return any(each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters)


def growth(estimator: Any) -> Growth | None:
    """What an estimator is trained by epochs with, None where `fit` does all.

    Without `partial_fit` only a number of trees counts: a warm start of an iterative solver begins where the last one
    ended, with all its iterations again.
    """
    if hasattr(estimator, "partial_fit"):
        return "partial_fit"
    parameters = estimator.get_params()
    if "warm_start" not in parameters:
        return None
    if "n_estimators" in parameters:
        return "n_estimators"
    return "max_iter" if type(estimator).__name__.startswith("HistGradientBoosting") else None


@dataclass
class Fitting:
    """An estimator in training: `epoch` is the last of `epochs` that it has ended.

    x: (rows, inputs). y: (rows) codes or numbers, or (rows, targets). `classes`: all codes, None in a regression.
    """

    estimator: Any
    x: Array
    y: Array
    classes: Array | None
    epochs: int
    epoch: int = 0

    def step(self) -> None:
        """Trains one epoch, on one thread: a sum over several would depend on their number."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1), warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self._step()
        self.epoch += 1
        for warning in told:
            say_once(f"{type(self.estimator).__name__}: {' '.join(str(warning.message).split())}")

    def _step(self) -> None:
        by = growth(self.estimator) if self.epochs > 1 else None
        if by == "partial_fit":
            known = {} if self.classes is None else {"classes": self.classes}
            self.estimator.partial_fit(self.x, self.y, **(known if self.epoch == 0 else {}))
            return
        if by is not None:
            if self.epoch == 0:
                self.trees = int(self.estimator.get_params()[by])
            share = -(-self.trees * (self.epoch + 1) // self.epochs)
            self.estimator.set_params(**{by: share, "warm_start": True})
        self.estimator.fit(self.x, self.y)


def learned(data: Dataset) -> tuple[Array, Array | None]:
    """The training rows' target as an estimator learns it, and the codes of all classes.

    A regression's is in the user's units, without center and scale, so that parameters such as SVR's epsilon mean what
    they mean in scikit-learn; where the task has a formula, it is the logarithm or normal score.
    """
    import numpy

    train = data.split.train
    if data.task.kind == "classification":
        return data.truth[train, 0], numpy.arange(len(data.task.classes))
    columns = [
        data.truth[train, place]
        if scale.formula == "none"
        else data.y[train, place].astype(numpy.float64) * scale.scale + scale.center
        for place, scale in enumerate(data.task.scales)
    ]
    y: Array = columns[0] if len(columns) == 1 else numpy.stack(columns, axis=1)
    return y, None


def outputs(estimator: Any, x: Array, task: Task) -> Array:
    """Predictions (rows, classes or targets) in float64: probabilities, or numbers in the user's units."""
    import numpy
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        if task.kind == "regression":
            found = numpy.asarray(estimator.predict(x), dtype=numpy.float64).reshape(len(x), -1)
            return numpy.stack([_in_units(found[:, place], each) for place, each in enumerate(task.scales)], axis=1)
        whole = numpy.zeros((len(x), len(task.classes)))
        if hasattr(estimator, "predict_proba"):
            whole[:, estimator.classes_] = estimator.predict_proba(x)  # a class may be absent from a training part
        else:
            whole[numpy.arange(len(x)), estimator.predict(x)] = 1.0
        return whole


def _in_units(found: Array, scale: Any) -> Array:
    if scale.formula == "none":
        return scale.within_range(found)  # type: ignore[no-any-return]
    return scale.in_units((found - scale.center) / scale.scale)  # type: ignore[no-any-return]
