"""Caviar's networks as scikit-learn estimators: by scikit-learn's own checks, and in its tools."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from typing import Any

import numpy
import pandas
import pytest
from caviar import Pipeline, Search
from caviar.sklearn import MLPClassifier, MLPRegressor, PopulationSearchCV
from caviar_plugins import MLP, Adam, Inline, Log, LogInt, Memory, PopulationTrainer
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_wine
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

SMALL: dict[str, Any] = {"recipe": "plain", "trials": 1, "learning_rate": 0.01, "batch_size": 16}
WINE, CULTIVARS = load_wine(return_X_y=True)


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([MLPClassifier(**SMALL, epochs=30), MLPRegressor(**SMALL, epochs=40)])  # type: ignore[untyped-decorator]
def test_scikit_learns_checks_of_estimators_hold(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


def test_a_misspelt_parameter_is_reported_with_the_name_of_the_class() -> None:
    class Own(MLPRegressor):  # type: ignore[misc, unused-ignore]
        def __init__(self, *, units: Any = None) -> None:
            super().__init__(units=units)

    class Below(Own):  # type: ignore[misc, unused-ignore]
        pass

    for estimator in (MLPClassifier, MLPRegressor):
        with pytest.raises(TypeError, match=rf"^{estimator.__name__}\.__init__\(\) got an unexpected .* 'unit'"):
            estimator(unit=3)  # type: ignore[call-arg]
    assert Below(units=3).units == 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [
        PopulationSearchCV(MLPClassifier(**SMALL, epochs=20), {"learning_rate": [0.01]}, trials=1, cv=2),
        PopulationSearchCV(MLPRegressor(**SMALL, epochs=30), {"learning_rate": [0.01]}, trials=1, cv=2),
    ]
)
def test_scikit_learns_checks_of_searches_hold(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


def test_fixed_values_give_what_the_same_pipeline_gives() -> None:
    ours = MLPClassifier(recipe="plain", trials=1, units=8, epochs=5, random_state=numpy.random.RandomState(3))
    ours.fit(WINE, CULTIVARS)
    pipeline = Pipeline(
        model=MLP(units=8),
        optimizer=Adam(),
        trainer=PopulationTrainer(epochs=5, dtype="float64"),
        search=Search(trials=1, baselines=False),
        seed=int(numpy.random.RandomState(3).randint(2**31 - 1)),
        executor=Inline(),
        reporter=(),
    )
    best = pipeline.run(WINE, CULTIVARS).best
    assert best is not None
    numpy.testing.assert_array_equal(ours.predict_proba(WINE), best.probabilities(WINE))


def test_a_search_inside_fit_is_about_as_good_as_a_linear_model() -> None:
    ranges: dict[str, Any] = {"units": LogInt(8, 32), "learning_rate": Log(3e-3, 3e-2)}
    network = MLPClassifier(recipe="plain", trials=4, epochs=25, batch_size=16, **ranges, random_state=0)
    train = numpy.arange(len(WINE)) % 3 > 0
    network.fit(WINE[train], CULTIVARS[train])
    theirs = make_pipeline(StandardScaler(), LogisticRegression()).fit(WINE[train], CULTIVARS[train])
    assert network.score(WINE[~train], CULTIVARS[~train]) > theirs.score(WINE[~train], CULTIVARS[~train]) - 0.06
    assert len(network.trials_) == 4
    assert network.best_params_.keys() == {"model.units", "optimizer.learning_rate"}
    assert network.best_score_ == max(trial.metrics["validation.accuracy"] for trial in network.trials_)


def test_a_pickled_estimator_predicts_the_same() -> None:
    network = MLPClassifier(**SMALL, epochs=3, random_state=0).fit(WINE, CULTIVARS)
    before = network.predict_proba(WINE)
    numpy.testing.assert_array_equal(pickle.loads(pickle.dumps(network)).predict_proba(WINE), before)


def frame() -> tuple[pandas.DataFrame, pandas.Series[str]]:
    random = numpy.random.default_rng(0)
    color, size = random.choice(["red", "green"], 120), random.normal(size=120)
    size[5] = numpy.nan
    kind = numpy.where((color == "red") & (numpy.nan_to_num(size) > -0.5), "good", "bad")
    return pandas.DataFrame({"color": color, "y": size}), pandas.Series(kind, name="kind")


def test_a_frame_of_words_and_gaps_needs_no_preparation() -> None:
    X, y = frame()
    network = MLPClassifier(**SMALL, epochs=20, random_state=0).fit(X, y)
    assert network.score(X, y) > 0.9
    assert network.classes_.tolist() == ["bad", "good"]
    assert network.feature_names_in_.tolist() == ["color", "y"]
    with pytest.raises(ValueError, match="feature names should match"):
        network.predict(X[["y", "color"]])


@pytest.mark.thorough
def test_it_stands_in_scikit_learns_pipeline_and_is_cross_validated_by_two_processes() -> None:
    X, y = frame()
    prepared = ColumnTransformer([("words", OneHotEncoder(), ["color"])], remainder=StandardScaler())
    chain = make_pipeline(prepared, MLPClassifier(**SMALL, epochs=20, random_state=0))
    scores = cross_val_score(clone(chain), X, y, cv=3, n_jobs=2)
    numpy.testing.assert_array_equal(scores, cross_val_score(chain, X, y, cv=3))
    assert scores.mean() > 0.8


def test_several_numbers_are_predicted_together() -> None:
    X, y = load_diabetes(return_X_y=True)
    both = numpy.stack([y, 1000 - 3 * y], axis=1)
    network = MLPRegressor(**SMALL, epochs=10, random_state=0).fit(X, both)
    assert network.predict(X).shape == both.shape
    assert network.score(X, both) > 0.3


def test_whole_numbers_to_be_predicted_are_no_classes() -> None:
    X, y = load_diabetes(return_X_y=True)
    tens = (y // 100).astype(int)
    assert len(set(MLPRegressor(**SMALL, epochs=2, random_state=0).fit(X, tens).predict(X))) > 20


def test_the_search_over_folds_has_the_attributes_of_scikit_learns() -> None:
    search = PopulationSearchCV(
        MLPClassifier(recipe="plain", epochs=4, batch_size=16),
        {"units": [4, 8, 16], "learning_rate": Log(1e-3, 3e-2)},
        trials=5,
        cv=3,
        scoring="log_loss",
        random_state=0,
    )
    search.fit(WINE, CULTIVARS)
    results = search.cv_results_
    assert search.best_score_ == results["mean_test_score"].max() < 0
    assert results["rank_test_score"][search.best_index_] == 1
    assert results["params"][search.best_index_] == search.best_params_
    assert {*results["param_units"]} <= {4, 8, 16}
    assert (results["std_test_score"] > 0).all()
    assert search.best_estimator_.get_params()["units"] == search.best_params_["units"]
    assert len(search.best_estimator_.model_.members) == search.n_splits_ == 3
    numpy.testing.assert_array_equal(search.predict(WINE), search.best_estimator_.predict(WINE))
    assert search.score(WINE, CULTIVARS) > 0.8


def test_a_whole_pipeline_may_be_given() -> None:
    pipeline = Pipeline(
        data=Memory(validation=0.3, positive=0, threshold=0.9),
        trainer=PopulationTrainer(epochs=7),
        search=Search(trials=1),
    )
    network = MLPClassifier(pipeline=pipeline, learning_rate=0.01, random_state=0).fit(WINE, CULTIVARS > 0)
    assert network.trials_[0].epochs == 7
    probabilities = network.predict_proba(WINE)
    numpy.testing.assert_array_equal(network.predict(WINE) == 0, probabilities[:, 0] >= 0.9)


@pytest.mark.parametrize(
    ("estimator", "told"),
    [
        (MLPClassifier(units=-3), "units: must be at least 1, not -3"),
        (MLPClassifier(recipe="tabulr"), "unknown recipe 'tabulr'; did you mean 'tabular'?"),
        (MLPClassifier(metric="acuracy"), "unknown metric 'validation.acuracy'; did you mean 'validation.accuracy'?"),
        (
            PopulationSearchCV(MLPClassifier(), {"unit": [3]}),
            "param_distributions: 'unit' has no range; those that have",
        ),
        (PopulationSearchCV(MLPClassifier(), {"units": 3}), "'units' must be a sampler"),
    ],
)
def test_a_mistake_in_a_parameter_is_a_value_error_that_names_it(estimator: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        estimator.fit(WINE, CULTIVARS)


def test_one_class_is_refused_and_nothing_is_predicted_before_fit() -> None:
    with pytest.raises(ValueError, match="y has one class, 2; a classifier learns from 2 classes or more"):
        MLPClassifier().fit(WINE, numpy.full(len(WINE), 2))
    with pytest.raises(NotFittedError):
        MLPRegressor().predict(WINE)


def test_other_estimators_are_not_searched() -> None:
    with pytest.raises(TypeError, match="estimator must be an MLPClassifier or MLPRegressor of caviar"):
        PopulationSearchCV(LogisticRegression()).fit(WINE, CULTIVARS)


def test_without_scikit_learn_the_import_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each == "sklearn" or each.startswith("sklearn.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "caviar.sklearn")
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match=r"pip install 'caviar-ml\[sklearn\]'"):
        import caviar.sklearn  # noqa: F401
