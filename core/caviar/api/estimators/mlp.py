"""MLPClassifier and MLPRegressor: a population of networks that `fit` searches, or one network with fixed values."""

from __future__ import annotations

from types import FunctionType
from typing import Any, Self

import numpy
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from caviar.api.estimators.declared import declared
from caviar.api.estimators.rows import NamedTarget, dtype_of, new_rows, training_rows
from caviar.api.pipeline import Pipeline
from caviar.api.study import Study
from caviar.engine.model.trained import TrainedModel
from caviar.values.arrays import Array
from caviar.values.problem import Problem
from caviar.values.trial import Trial


class _Networks(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share: the parameters, and a fit that runs a pipeline.

    After `fit`: `model_` is the trained model, `best_params_` the values that won by path, `trials_` every trial,
    `metric_` the searched metric, and `best_score_` its value on the validation rows of the winner.
    """

    model_: TrainedModel
    best_params_: dict[str, Any]
    trials_: tuple[Trial, ...]
    metric_: str
    best_score_: float

    def __init__(
        self,
        *,
        trials: int | None = None,
        epochs: int | None = None,
        layers: Any = None,
        units: Any = None,
        dropout: Any = None,
        learning_rate: Any = None,
        batch_size: Any = None,
        ensemble: int | None = None,
        metric: str | None = None,
        validation: float | None = None,
        folds: int | None = None,
        recipe: str | None = None,
        pipeline: Pipeline | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.trials = trials
        self.epochs = epochs
        self.layers = layers
        self.units = units
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.ensemble = ensemble
        self.metric = metric
        self.validation = validation
        self.folds = folds
        self.recipe = recipe
        self.pipeline = pipeline
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def __init_subclass__(cls, **others: Any) -> None:
        """Gives the class an `__init__` of its name, by which Python reports a misspelt parameter."""
        super().__init_subclass__(**others)
        shared: Any = cls.__init__
        if shared.__code__ is _Networks.__init__.__code__:
            own = FunctionType(shared.__code__, shared.__globals__, shared.__name__, shared.__defaults__)
            own.__kwdefaults__, own.__annotations__ = shared.__kwdefaults__, shared.__annotations__
            own.__qualname__ = f"{cls.__qualname__}.__init__"
            cls.__init__ = own  # type: ignore[method-assign]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _run(self, X: Any, y: Array, **data: Any) -> None:
        """Searches, and keeps what came of it. Raises ValueError."""
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        try:
            pipeline = declared(self.get_params(deep=False), data, len(y), dtype_of(X), seed)
            study = pipeline.run(X, NamedTarget.beside(X, y))
        except Problem as problem:
            raise ValueError(str(problem)) from problem
        if study.interrupted:
            raise KeyboardInterrupt
        self.model_, self.best_params_ = _model_of(study)
        self.trials_, self.metric_ = study.trials, study.metric
        assert study.best is not None, "there is a model"
        self.best_score_ = float(study.best.metrics[study.metric])

    def _rows(self, X: Any) -> Any:
        check_is_fitted(self, "model_")
        return new_rows(self, X)


class MLPClassifier(ClassifierMixin, _Networks):  # type: ignore[misc]
    """A network for classes, or the mean of several: `fit` searches a population of them.

    A parameter that is None is that of `pipeline`, or of `recipe`, the name of one. Without either: the recipe
    `tabular`, 8 trials of 64 epochs. With `trials=1` nothing is searched: the values are fixed. `layers`, `units`,
    `dropout`, `learning_rate` and `batch_size` may be ranges, such as `caviar_plugins.LogInt(16, 256)`. `ensemble`: how
    often the mean is drawn from the best trials; 0 is the best one alone. `metric` decides between trials, on a share
    `validation` of the rows (0.2), or over `folds`: then the model is the mean of those of the folds. `n_jobs` worker
    processes train (None: this process).

    `classes_` are the classes in order.
    """

    classes_: Array

    def fit(self, X: Any, y: Any) -> Self:
        """Searches and trains on rows X, an array or a frame, and their classes y. Raises ValueError."""
        X, y = training_rows(self, X, y, numbers=False)
        check_classification_targets(y)
        self.classes_, codes = numpy.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            (only,) = self.classes_.tolist()
            raise ValueError(f"y has one class, {only!r}; a classifier learns from 2 classes or more")
        data = {"task": "classification", **_positive(self.pipeline, self.classes_)}
        self._run(X, codes.astype(numpy.int64), **data)
        return self

    def predict(self, X: Any) -> Array:
        """The class of each row."""
        rows = self._rows(X)
        found: Array = self.classes_[_told(lambda: self.model_.predict(rows))]
        return found

    def predict_proba(self, X: Any) -> Array:
        """Probabilities (rows, classes) in the order of `classes_`."""
        rows = self._rows(X)
        probabilities = _told(lambda: self.model_.probabilities(rows))
        found: Array = probabilities[:, numpy.argsort(self.model_.classes)]
        return found


class MLPRegressor(RegressorMixin, _Networks):  # type: ignore[misc]
    """A network for one number or several, or the mean of several networks; parameters as of MLPClassifier."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Searches and trains on rows X, an array or a frame, and numbers y (rows) or (rows, targets)."""
        X, y = training_rows(self, X, y, numbers=True)
        self._run(X, y.astype(numpy.float64), task="regression")
        return self

    def predict(self, X: Any) -> Array:
        """Numbers (rows), or (rows, targets) where there are several targets."""
        rows = self._rows(X)
        found: Array = _told(lambda: self.model_.predict(rows))
        return found


def _model_of(study: Study) -> tuple[TrainedModel, dict[str, Any]]:
    best = study.best
    if best is None:
        reasons = [trial.reason for trial in study.trials if trial.reason]
        raise ValueError(study.nearest or f"no trial finished: {reasons[0] if reasons else 'none was trained'}")
    if best.failure is not None:
        raise ValueError(best.failure)
    return study.ensemble or best, dict(best.values)


def _positive(pipeline: Pipeline | None, classes: Array) -> dict[str, Any]:
    """The positive class that a pipeline names, as its code."""
    named = None if pipeline is None or pipeline.data is None else pipeline.data.positive
    if named is None:
        return {}
    if named not in classes.tolist():
        raise ValueError(f"pipeline.data.positive is {named!r}, which is no class of y: {classes.tolist()}")
    return {"positive": classes.tolist().index(named)}


def _told(predict: Any) -> Any:
    try:
        return predict()
    except Problem as problem:
        raise ValueError(str(problem)) from problem
