"""The trainer of scikit-learn's estimators, against scikit-learn's own fit and predict."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Data, Mistakes, Pipeline, Problem, Search, Study, load, open_run
from caviar.plugin import Random, Table
from caviar.testing import TrainerContract
from caviar_plugins import Inline, Memory, SklearnTrainer
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.svm import SVR

pytestmark = pytest.mark.filterwarnings("ignore:no trial finished")  # what is tested here is why

RANDOM = numpy.random.default_rng(0)
X = RANDOM.normal(size=(150, 4))
CLASSES = numpy.array(["low", "middle", "high"])[numpy.digitize(X[:, 0] + 0.3 * X[:, 1], (-0.5, 0.5))]
NUMBERS = 500 + 40 * X[:, 0] + 10 * X[:, 1] ** 2


class Numbers(Data):
    """Two targets, far from zero."""

    def read(self) -> Table:
        return Table({"x": X, "price": NUMBERS, "weight": 80 - 2 * X[:, 1]}, ("price", "weight"))


class TestOfClasses(TrainerContract):
    trainer = SklearnTrainer(estimator="SGDClassifier", values={"loss": "log_loss"}, epochs=3)
    regression = None


class TestOfNumbers(TrainerContract):
    trainer = SklearnTrainer(estimator="RandomForestRegressor", values={"n_estimators": 6, "max_depth": 2}, epochs=3)

    @property
    def pipeline(self) -> Pipeline:
        return Pipeline(data=Numbers(), trainer=self.trainer, reporter=())

    @property
    def regression(self) -> Pipeline:
        return self.pipeline


@pytest.mark.parametrize(
    ("cls", "values"),
    [
        (HistGradientBoostingClassifier, {"max_iter": 5}),
        (RandomForestClassifier, {"n_estimators": 5, "max_features": "none"}),
        (SGDClassifier, {"loss": "log_loss"}),
    ],
)
def test_one_epoch_of_a_classifier_is_scikit_learns_fit(cls: Any, values: dict[str, Any]) -> None:
    pipeline = declared(SklearnTrainer(estimator=cls.__name__, values=values))
    study = pipeline.run(X, CLASSES)
    (split,) = pipeline.split(X, CLASSES)
    given = {name: None if each == "none" else each for name, each in values.items()}
    theirs = cls(**given, random_state=seed_of(pipeline)).fit(X[split.train], CLASSES[split.train])
    ours = best(study)
    numpy.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    assert ours.classes == tuple(theirs.classes_)
    numpy.testing.assert_allclose(ours.probabilities(X), theirs.predict_proba(X), rtol=1e-12)
    accuracy = theirs.score(X[split.validation], CLASSES[split.validation])
    assert ours.metrics["validation.accuracy"] == pytest.approx(accuracy)


@pytest.mark.parametrize(("cls", "values"), [(SVR, {"epsilon": 5.0, "C": 100.0}), (GradientBoostingRegressor, {})])
def test_a_regressor_learns_in_the_users_units(cls: Any, values: dict[str, Any]) -> None:
    trainer = SklearnTrainer(estimator=cls.__name__, values=values)
    pipeline = declared(trainer, Memory(target_transform="none", target_range="free"))
    (split,) = pipeline.split(X, NUMBERS)
    seed = {"random_state": seed_of(pipeline)} if "random_state" in cls().get_params() else {}
    theirs = cls(**values, **seed).fit(X[split.train], NUMBERS[split.train])
    numpy.testing.assert_allclose(best(pipeline.run(X, NUMBERS)).predict(X), theirs.predict(X), rtol=1e-12)


def test_a_target_that_is_learned_as_its_logarithm_is_predicted_in_its_units() -> None:
    trainer = SklearnTrainer(estimator="LinearRegression")
    wide = numpy.exp(X[:, 0] + 3)
    study = declared(trainer, Memory(target_transform="log")).run(X, wide)
    numpy.testing.assert_allclose(best(study).predict(X[:20]), wide[:20], rtol=0.3)
    assert best(study).metrics["validation.r2"] > 0.9


@pytest.mark.parametrize(
    ("estimator", "count"),
    [("RandomForestClassifier", "n_estimators"), ("HistGradientBoostingClassifier", "max_iter")],
)
def test_trees_that_are_grown_in_epochs_are_those_of_one_fit(estimator: str, count: str) -> None:
    values: dict[str, Any] = {count: 7}
    whole = declared(SklearnTrainer(estimator=estimator, values=values)).run(X, CLASSES)
    grown = declared(SklearnTrainer(estimator=estimator, values=values, epochs=3)).run(X, CLASSES)
    assert grown.trials[0].epochs == 3
    numpy.testing.assert_allclose(best(grown).probabilities(X), best(whole).probabilities(X), rtol=1e-12)


def test_each_epoch_is_a_pass_of_partial_fit() -> None:
    pipeline = declared(SklearnTrainer(estimator="SGDClassifier", values={"loss": "log_loss"}, epochs=4))
    study = pipeline.run(X, CLASSES)
    (split,) = pipeline.split(X, CLASSES)
    theirs = SGDClassifier(loss="log_loss", random_state=seed_of(pipeline))
    scores = []
    for _ in range(4):
        theirs.partial_fit(X[split.train], CLASSES[split.train], classes=numpy.unique(CLASSES))
        scores.append(theirs.score(X[split.validation], CLASSES[split.validation]))
    assert study.curves("validation.accuracy")[0].tolist() == pytest.approx(scores)


FILE = """
name = "grown"
reporter = []
executor = "inline"
[data]
path = "rows.csv"
target = "kind"
[trainer]
use = "sklearn"
estimator = "RandomForestClassifier"
epochs = 4
[trainer.values]
n_estimators = { int = [4, 12] }
max_depth = { choice = ["none", 2] }
min_samples_leaf = 2
[search]
strategy = "coarse-to-fine"
pruner = "successive-halving"
trials = 8
round = 4
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{a:.4f},{b:.4f},{'red' if c > 0 else 'blue'},{kind}" for (a, b, c, _), kind in zip(X, CLASSES, strict=True)
    ]
    (tmp_path / "rows.csv").write_text("\n".join(["a,b,color,kind", *rows]))
    (tmp_path / "p.toml").write_text(FILE)
    return tmp_path / "p.toml"


def test_a_file_is_searched_pruned_and_its_model_opened_again(file: Path) -> None:
    study = searched(file, "runs")
    assert {trial.state for trial in study.trials} == {"finished", "pruned"}
    assert best(study).values.keys() == {"trainer.values.n_estimators", "trainer.values.max_depth"}
    model = open_run("runs/grown").model()
    new = [{"a": 1.5, "b": 0.1, "color": "red"}, {"a": -2.0, "b": None, "color": "blue"}]
    numpy.testing.assert_array_equal(model.probabilities(new), best(study).probabilities(new))
    assert model.predict(new).tolist() == ["high", "low"]


@pytest.mark.thorough
def test_processes_and_a_stop_between_rungs_change_no_bit(file: Path) -> None:
    whole = outcome(searched(file, "whole"))
    for settings in ([], ["executor=processes", "executor.workers=2"]):
        stopped = searched(file, f"stopped{len(settings)}", *settings, stop_after=3)
        assert stopped.interrupted
        assert outcome(searched(file, f"stopped{len(settings)}", *settings)) == whole


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("trainer.estimator=RandomForestClasifier", "did you mean 'RandomForestClassifier'?"),
        ("trainer.estimator=os.system", "there is no 'os.system' that a file can name"),
        ("trainer.values.n_estimator=3", "has no parameter 'n_estimator'; did you mean 'n_estimators'?"),
        ("trainer.values.max_depth=0", "values.max_depth: The 'max_depth' parameter of RandomForestClassifier must be"),
        ("trainer.values.min_samples_leaf={int=[0, 3]}", "values.min_samples_leaf: The 'min_samples_leaf' parameter"),
        ("trainer.values.random_state=3", "values.random_state: the seed is the trial's own; leave it out"),
        ("optimizer=adam", "optimizer: trainer 'sklearn' does not read [optimizer]; remove the table"),
    ],
)
def test_a_mistake_is_reported_before_anything_runs(file: Path, setting: str, told: str) -> None:
    with pytest.raises(Mistakes) as caught:
        load(file, [setting])
    assert told in str(caught.value)


def test_an_estimator_that_is_fitted_at_once_has_no_epochs() -> None:
    with pytest.raises(ValueError, match="SVC has neither partial_fit nor a number of trees"):
        SklearnTrainer(estimator="SVC", epochs=2)


def test_a_regressor_for_classes_is_refused_when_the_data_is_read() -> None:
    told = "RandomForestRegressor is for regression, but the target makes this a classification; there is RandomForestC"
    with pytest.raises(Problem, match=told):
        declared(SklearnTrainer(estimator="RandomForestRegressor")).run(X, CLASSES)


def test_a_metric_of_probabilities_needs_an_estimator_that_has_them() -> None:
    trainer = SklearnTrainer(estimator="LinearSVC")
    assert declared(trainer).run(X, CLASSES).best is not None
    study = declared(trainer, search=Search(metric="validation.log_loss")).run(X, CLASSES)
    assert "LinearSVC predicts no probabilities, which the metric 'log_loss' measures" in (study.trials[0].reason or "")


def test_classes_of_other_libraries_are_listed_by_a_subclass(tmp_path: Path) -> None:
    code = tmp_path / "mine.py"
    code.write_text(
        "from caviar_plugins import SklearnTrainer\n"
        "from sklearn.linear_model import LogisticRegression\n\n"
        "class Mine(LogisticRegression):\n    pass\n\n"
        'class WithMine(SklearnTrainer, interface=2):\n    name = "mine"\n    others = (Mine,)\n'
    )
    (tmp_path / "p.toml").write_text('data = "digits"\ntrainer = { use = "mine", estimator = "Mine" }\n')
    assert load(tmp_path / "p.toml", code=code).trainer.estimator == "Mine"  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore:trial 0 has won")
def test_without_skops_the_search_works_and_the_missing_model_names_the_command(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "skops", None)
    study = declared(SklearnTrainer(estimator="LogisticRegression")).run(X, CLASSES)
    assert study.trials[0].metrics["validation.accuracy"] > 0.8
    assert "pip install 'caviar-ml[skops]'" in caplog.text
    with pytest.raises(Problem, match="pip install 'caviar-ml\\[skops\\]'"):
        best(study).predict(X)


def declared(trainer: SklearnTrainer, data: Memory | None = None, search: Search | None = None) -> Pipeline:
    return Pipeline(
        data=data or Memory(),
        transform=(),
        trainer=trainer,
        search=search or Search(trials=1, baselines=False),
        executor=Inline(),
        reporter=(),
    )


def seed_of(pipeline: Pipeline) -> int:
    """The random_state of trial 0."""
    return Random(pipeline.seed).child("trial", 0).child("random_state").key % 2**32


def searched(file: Path, runs: str, *settings: str, stop_after: int = 100) -> Study:
    """The study, which ends as with Ctrl-C after some trials; the same call goes on with it."""
    ended: list[object] = []

    def count(trial: object) -> None:
        ended.append(trial)
        if len(ended) == stop_after:
            raise KeyboardInterrupt

    return load(file, settings).run(runs=runs, on_trial=count)


def outcome(study: Study) -> list[object]:
    """All that may not depend on where and in how many goes a study was made."""
    trials = [(trial.state, trial.values, trial.epochs, trial.metrics) for trial in study.trials]
    return [*trials, best(study).trial, best(study).weights["model"].tobytes()]


def best(study: Study) -> Any:
    assert study.best is not None, study
    return study.best
