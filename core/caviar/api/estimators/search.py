"""PopulationSearchCV: a search of Caviar's networks over folds, with the attributes of scikit-learn's searches."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any, Self

import numpy
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from caviar.api.estimators.declared import PATHS
from caviar.api.estimators.mlp import MLPClassifier, MLPRegressor
from caviar.interfaces.sampler import Sampler
from caviar.registry.load import load
from caviar.values.arrays import Array
from caviar.values.metric_name import MetricName
from caviar.values.trial import Trial


class PopulationSearchCV(MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Searches the parameters of an MLPClassifier or MLPRegressor; every trial is trained once for each of `cv` folds.

    `param_distributions`: parameter -> a sampler such as `Log(1e-4, 1e-1)`, or a list of options; None searches the
    ranges of the estimator. `scoring` is one of Caviar's metrics, "accuracy" for instance. The populations of all
    folds are trained side by side.

    `best_estimator_` is not trained again on all rows: it predicts the mean of the winner's models of all folds.
    `best_score_` and `cv_results_["mean_test_score"]` are means over folds; higher is better: a metric that is
    minimized has a minus in front, as in scikit-learn. A trial that did not finish scores NaN.
    """

    def __init__(
        self,
        estimator: Any,
        param_distributions: Mapping[str, Any] | None = None,
        *,
        trials: int = 16,
        cv: int = 5,
        scoring: str | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.estimator = estimator
        self.param_distributions = param_distributions
        self.trials = trials
        self.cv = cv
        self.scoring = scoring
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.estimator_type = inner.estimator_type
        tags.classifier_tags, tags.regressor_tags = inner.classifier_tags, inner.regressor_tags
        tags.target_tags, tags.input_tags = inner.target_tags, inner.input_tags
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Searches on rows X and targets y. Raises ValueError and TypeError."""
        if not isinstance(self.estimator, (MLPClassifier, MLPRegressor)):
            kind = type(self.estimator).__name__
            raise TypeError(f"estimator must be an MLPClassifier or MLPRegressor of caviar.sklearn, not {kind}")
        ranges = {name: _range(name, each) for name, each in (self.param_distributions or {}).items()}
        own = {"n_jobs": self.n_jobs, "random_state": self.random_state, "verbose": self.verbose}
        searched = clone(self.estimator).set_params(
            **ranges, **own, trials=self.trials, folds=self.cv, metric=self.scoring, ensemble=0
        )
        searched.fit(X, y)
        self._record(searched)
        fixed = {name: value for name, value in self.best_params_.items() if name in PATHS}
        self.best_estimator_ = searched.set_params(**fixed, trials=1, ensemble=None)
        return self

    def _record(self, searched: Any) -> None:
        trials: tuple[Trial, ...] = searched.trials_
        metric, sign = searched.metric_, _sign(searched.metric_)
        spread = str(MetricName.parse(metric).deviation)
        finished = [trial.state == "finished" for trial in trials]
        scores = numpy.array(
            [sign * trial.metrics[metric] if done else numpy.nan for trial, done in zip(trials, finished, strict=True)]
        )
        among_folds = sqrt((self.cv - 1) / self.cv)  # scikit-learn's standard deviation divides by k, Caviar's by k - 1
        deviations = [trial.metrics.get(spread, numpy.nan) * among_folds for trial in trials]
        params = [_named(trial.values) for trial in trials]
        self.n_splits_, self.multimetric_ = self.cv, False
        self.best_params_ = _named(searched.best_params_)
        self.best_index_ = next(place for place, trial in enumerate(trials) if trial.index == searched.model_.trial)
        self.best_score_ = sign * searched.best_score_
        names = dict.fromkeys(name for each in params for name in each)
        self.cv_results_ = {
            "params": params,
            **{f"param_{name}": _column(name, params) for name in names},
            "mean_test_score": scores,
            "std_test_score": numpy.where(finished, deviations, numpy.nan),
            "rank_test_score": _ranks(scores),
            "mean_fit_time": numpy.array([trial.seconds for trial in trials]) / self.cv,
        }

    def predict(self, X: Any) -> Array:
        """As the best estimator."""
        return self._best().predict(X)  # type: ignore[no-any-return]

    @available_if(lambda self: hasattr(self.estimator, "predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Array:
        """As the best estimator."""
        return self._best().predict_proba(X)  # type: ignore[no-any-return]

    def score(self, X: Any, y: Any) -> float:
        """Accuracy, or R², of the best estimator."""
        return float(self._best().score(X, y))

    @property
    def classes_(self) -> Array:
        """The classes in order."""
        return self._best().classes_  # type: ignore[no-any-return]

    @property
    def n_features_in_(self) -> int:
        """The number of columns of X."""
        return int(self._attribute("n_features_in_"))

    @property
    def feature_names_in_(self) -> Array:
        """The columns of X where that was a frame."""
        return self._attribute("feature_names_in_")  # type: ignore[no-any-return]

    def _attribute(self, name: str) -> Any:
        if not hasattr(self, "best_estimator_"):
            raise AttributeError(f"PopulationSearchCV has no {name} before fit")
        return getattr(self.best_estimator_, name)

    def _best(self) -> Any:
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_


def _range(name: str, given: Any) -> Any:
    if name not in PATHS:
        raise ValueError(f"param_distributions: {name!r} has no range; those that have one are {', '.join(PATHS)}")
    if isinstance(given, Sampler):
        return given
    if isinstance(given, (list, tuple, numpy.ndarray)):
        options: Any = load("sampler", "choice")
        return options([each.item() if isinstance(each, numpy.generic) else each for each in given])
    raise ValueError(f"param_distributions: {name!r} must be a sampler, such as Log(1e-4, 1e-1), or a list of options")


def _sign(metric: str) -> int:
    """-1 for a metric that is minimized."""
    name: MetricName = MetricName.parse(metric)
    metric_class: Any = None if name.is_loss else load("metric", name.name)
    return 1 if metric_class is not None and metric_class.goal == "maximize" else -1


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """A trial's values by the names of parameters; those that no parameter stands for keep their paths."""
    names = {path: name for name, path in PATHS.items()}
    return {names.get(path, path): value for path, value in values.items()}


def _column(name: str, params: list[dict[str, Any]]) -> Any:
    """A parameter in all trials, masked where it is inactive."""
    column: Any = numpy.empty(len(params), dtype=object)
    column[:] = [each.get(name) for each in params]
    return numpy.ma.MaskedArray(column, mask=[name not in each for each in params])


def _ranks(scores: Array) -> Array:
    """1 for the best; equal scores share the smallest rank, and those without one come last."""
    filled = numpy.where(numpy.isnan(scores), -numpy.inf, scores)
    return numpy.array([1 + int((filled > each).sum()) for each in filled], dtype=numpy.int32)
