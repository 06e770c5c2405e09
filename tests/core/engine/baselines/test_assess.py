"""The assessment of a winner: baselines on its rows, as scikit-learn and NumPy compute them."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Search, Standing, StoreError, Study, open_run
from caviar.engine.baselines.assess import _KINDS, _made
from caviar.engine.baselines.boosting import boosting
from caviar.engine.baselines.fit import NO_TIME, Clock, Fit, OutOfTime, Rows
from caviar.engine.baselines.judge import judge_for
from caviar.engine.data.frames import table_of
from caviar.engine.data.resolve import resolve_run
from caviar.engine.model.folds import Folds
from caviar.engine.study import run
from caviar.plugin import Array, Changes, Random, Reporter, RunInfo, Trial, hook
from caviar.values.dataset import Dataset
from caviar_plugins import MLP, Adam, Inline, Log, Memory, PopulationTrainer
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

RANDOM = numpy.random.default_rng(3)
X = RANDOM.normal(size=(600, 4))
NOISY = X @ [1.0, -2.0, 0.5, 0.0] + RANDOM.normal(size=600)
CLASSES = numpy.select([NOISY > 1.5, NOISY < -0.5], ["high", "low"], "middle")
SKEWED = numpy.exp(NOISY)


def pipeline(**search: Any) -> Pipeline:
    return Pipeline(
        name="assessed",
        data=Memory(test=0.25, folds=search.pop("folds", None)),
        model=MLP(units=4),
        optimizer=Adam(learning_rate=Log(1e-2, 1e-1)),
        trainer=PopulationTrainer(epochs=3),
        search=Search(trials=2, **search),
        executor=Inline(),
        reporter=(),
    )


def rows_of(given: Pipeline, y: Array) -> Dataset:
    """The prepared rows of a run, with their parts."""
    held: Any = given.data
    work, _, _ = resolve_run(given.model_copy(update={"data": held.holding(table_of(X, y))}))
    return work.datasets[0]


@pytest.fixture(scope="module")
def classified() -> Study:
    return pipeline().run(X, CLASSES)


def baseline(study: Study, name: str) -> Standing:
    assert study.assessment is not None
    found = study.assessment.baseline(name)
    assert found is not None, study.assessment
    return found


@pytest.mark.parametrize("part", ["validation", "test"])
def test_the_constant_is_scikit_learns_dummy_on_the_same_rows(classified: Study, part: str) -> None:
    data, found = rows_of(pipeline(), CLASSES), baseline(classified, "constant")
    train, rows = data.split.train, getattr(data.split, part)
    dummy = DummyClassifier(strategy="prior").fit(data.x[train], data.truth[train, 0])
    truth = data.truth[rows, 0]
    assert found.metrics[f"{part}.accuracy"] == pytest.approx(dummy.score(data.x[rows], truth))
    assert found.metrics[f"{part}.log_loss"] == pytest.approx(
        metrics.log_loss(truth, dummy.predict_proba(data.x[rows]), labels=range(3))
    )
    assert found.metrics[f"{part}.auc"] == 0.5


@pytest.mark.parametrize(("metric", "strategy"), [("r2", "mean"), ("mae", "median")])
def test_of_mean_and_median_the_constant_is_the_one_that_the_metric_wants(metric: str, strategy: str) -> None:
    given = pipeline(metric=f"validation.{metric}")
    data, found = rows_of(given, SKEWED), baseline(given.run(X, SKEWED), "constant")
    dummy = DummyRegressor(strategy=strategy).fit(X[data.split.train], data.truth[data.split.train, 0])
    told, truth = dummy.predict(X[data.split.test]), data.truth[data.split.test, 0]
    assert found.metrics["test.mae"] == pytest.approx(metrics.mean_absolute_error(truth, told))
    assert found.metrics["test.r2"] == pytest.approx(metrics.r2_score(truth, told))


def test_boosting_is_scikit_learns_with_its_defaults_on_the_prepared_rows(classified: Study) -> None:
    data, found = rows_of(pipeline(), CLASSES), baseline(classified, "boosting")
    train, test = data.split.train, data.split.test
    seed = Random(1).child("baselines").child("boosting").key % 2**32
    truth = HistGradientBoostingClassifier(random_state=seed).fit(data.x[train], data.truth[train, 0])
    assert found.metrics["test.accuracy"] == truth.score(data.x[test], data.truth[test, 0])
    assert found.note == ""


def test_the_linear_model_is_as_good_as_scikit_learns(classified: Study) -> None:
    data, found = rows_of(pipeline(), CLASSES), baseline(classified, "linear")
    truth = LogisticRegression().fit(data.x[data.split.train], data.truth[data.split.train, 0])
    likely = metrics.log_loss(data.truth[data.split.test, 0], truth.predict_proba(data.x[data.split.test]))
    assert found.metrics["test.log_loss"] == pytest.approx(likely, rel=0.05)
    given = pipeline()
    numbers, found = rows_of(given, NOISY), baseline(given.run(X, NOISY), "linear")
    line = LinearRegression().fit(X[numbers.split.train], numbers.truth[numbers.split.train, 0])
    score = line.score(X[numbers.split.test], numbers.truth[numbers.split.test, 0])
    assert found.metrics["test.r2"] == pytest.approx(score, abs=0.02)


def test_an_interval_covers_rows_as_wide_as_the_binomial_has_it(classified: Study) -> None:
    assert classified.assessment is not None
    winner, rows = classified.assessment.winner, classified.assessment.rows
    for part in ("validation", "test"):
        share, (low, high) = winner.metrics[f"{part}.accuracy"], winner.intervals[f"{part}.accuracy"]
        assert low < share < high
        assert high - low == pytest.approx(2 * 1.96 * (share * (1 - share) / rows[part]) ** 0.5, rel=0.2)


def test_a_lead_is_paired_so_that_it_is_narrower_than_two_intervals(classified: Study) -> None:
    assert classified.assessment is not None
    linear, winner = baseline(classified, "linear"), classified.assessment.winner
    ahead = winner.metrics["test.accuracy"] - linear.metrics["test.accuracy"]
    low, high = linear.lead["test"]
    assert low <= ahead <= high
    ours, theirs = (each.intervals["test.accuracy"] for each in (winner, linear))
    assert high - low < 0.9 * ((ours[1] - ours[0]) ** 2 + (theirs[1] - theirs[0]) ** 2) ** 0.5


def test_the_same_seed_gives_the_same_assessment(classified: Study) -> None:
    assert pipeline().run(X, CLASSES).assessment == classified.assessment


def test_without_baselines_there_are_the_winners_intervals_alone() -> None:
    found = pipeline(baselines=False).run(X, CLASSES).assessment
    assert found is not None
    assert found.baselines == ()
    assert list(found.winner.intervals) == ["validation.accuracy", "test.accuracy"]


def test_with_folds_the_validation_metrics_are_means_over_them_and_rows_are_resampled_in_the_test_part() -> None:
    found = pipeline(folds=3).run(X, CLASSES).assessment
    assert found is not None
    constant = found.baseline("constant")
    assert constant is not None
    share = (CLASSES == "high").mean(), (CLASSES == "low").mean(), (CLASSES == "middle").mean()
    assert constant.metrics["validation.accuracy"] == pytest.approx(max(share), abs=0.01)
    assert list(constant.intervals) == ["test.accuracy"]
    assert list(constant.lead) == ["test"]


def test_reporters_hear_of_each_baseline_before_it_is_trained_and_what_a_run_recorded_is_not_trained_again(
    tmp_path: Path,
) -> None:
    heard = list[str]()

    class Hearing(Reporter):
        @hook
        def before_baseline(self, run: RunInfo, name: str) -> None:
            heard.append(f"{run.name} {name}")

        @hook
        def after_run(self) -> None:
            heard.append("end")

    given = pipeline().model_copy(update={"data": Memory(test=0.25).holding(table_of(X, CLASSES))})
    first, again = (run(given, tmp_path, watchers=[Hearing()]).summary.assessment for _ in range(2))
    assert heard == ["assessed constant", "assessed linear", "assessed boosting", "end", "end"]
    assert again == first == open_run(tmp_path / "assessed").assessment
    assert again is not None


def test_with_another_threshold_it_is_made_again_and_covers_the_classes_that_it_gives(tmp_path: Path) -> None:
    """So it is where the winner has been trained further since."""
    rare, found = numpy.where(NOISY > 2.5, "yes", "no"), []
    for threshold in (0.5, 0.02):
        given = pipeline(baselines=False, metric="validation.accuracy")
        held: Any = given.data
        data = held.model_copy(update={"threshold": threshold})
        study = given.model_copy(update={"data": data}).run(X, rare, runs=tmp_path)
        assert study.assessment is not None
        assert study.best is not None
        winner = study.assessment.winner
        assert winner.metrics["test.accuracy"] == study.best.metrics["test.accuracy"]
        low, high = winner.intervals["test.accuracy"]
        rows, share = study.assessment.rows["test"], winner.metrics["test.accuracy"]
        assert high - low == pytest.approx(4 * (share * (1 - share) / rows) ** 0.5, rel=0.3)
        found.append(winner.metrics["test.accuracy"])
    assert found[1] < found[0]


def test_a_damaged_one_is_made_again(tmp_path: Path) -> None:
    given = pipeline(baselines=False)
    first = given.run(X, CLASSES, runs=tmp_path)
    with given.store.open(tmp_path / "assessed") as ledger:
        ledger.commit(Changes(assessment="{}"))
    with pytest.raises(StoreError, match="the assessment of the winner is damaged; run again"):
        open_run(tmp_path / "assessed")
    assert given.run(X, CLASSES, runs=tmp_path).assessment == first.assessment
    assert open_run(tmp_path / "assessed").assessment == first.assessment


def test_where_scikit_learn_is_missing_a_note_names_its_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    study = pipeline().run(X, CLASSES)
    assert study.assessment is not None
    notes = {each.name: each.note for each in study.assessment.baselines if not each.metrics}
    assert notes == {"boosting": "not compared, because scikit-learn is not installed: pip install scikit-learn"}


def test_an_exception_becomes_a_note() -> None:
    def broken(rows: Rows) -> Fit:
        raise ZeroDivisionError("nothing to divide")

    work, preparations, _ = resolve_run(pipeline().model_copy(update={"data": Memory().holding(table_of(X, CLASSES))}))
    best = Trial(0, 0, (0.5,), {"optimizer.learning_rate": 0.01})
    made = _made("linear", broken, Rows(Folds(work, preparations), best, None, Clock(lambda: None)))
    assert made is not None
    assert made[0] == Standing("linear", note=made[0].note)
    assert "nothing to divide" in made[0].note


def timed_rows(left: float) -> Rows:
    """What baselines are given where `search.seconds` leaves so many seconds."""
    given = pipeline().model_copy(update={"data": Memory().holding(table_of(X, CLASSES))})
    work, preparations, _ = resolve_run(given)
    judge = judge_for(work.metrics, *work.searched, work.task.kind)
    return Rows(Folds(work, preparations), Trial(0, 0, (), {}), judge, Clock(lambda: None, time.time() + left))


@pytest.mark.parametrize(("left", "trained"), [(-1.0, []), (3600.0, ["constant", "linear", "boosting"])])
def test_what_search_seconds_leaves_no_time_for_is_not_trained_and_says_so(left: float, trained: list[str]) -> None:
    made = [_made(name, kind, timed_rows(left)) for name, kind in _KINDS.items()]
    notes = {each[0].name: each[0].note for each in made if each}
    assert [name for name, note in notes.items() if note != NO_TIME] == trained


def test_boosting_does_not_begin_what_it_cannot_end() -> None:
    with pytest.raises(OutOfTime):
        boosting(timed_rows(0.01))


def test_of_many_rows_a_part_is_drawn_at_random_and_the_same_each_time() -> None:
    given = pipeline().model_copy(update={"data": Memory().holding(table_of(X, CLASSES))})
    work, preparations, _ = resolve_run(given)
    rows = Rows(Folds(work, preparations), Trial(0, 0, (), {}), None, Clock(lambda: None))
    data = work.datasets[0]
    drawn = rows.training(data, 50)
    assert len(set(drawn.tolist())) == 50
    assert set(drawn.tolist()) <= set(data.split.train.tolist())
    assert (drawn == replace(rows).training(data, 50)).all()
    assert drawn.tolist() != data.split.train[:50].tolist()
    assert rows.training(data, 10**6) is data.split.train


def test_where_a_metric_chooses_the_threshold_it_does_so_for_baselines_too() -> None:
    rare = numpy.where(NOISY > 2.5, "rare", "usual")
    data = Memory(threshold="f1", positive="rare").holding(table_of(X, rare))
    work, preparations, _ = resolve_run(pipeline().model_copy(update={"data": data}))
    judge = judge_for(work.metrics, "validation.f1", "maximize", "classification")
    rows = Rows(Folds(work, preparations), Trial(0, 0, (), {}), judge, Clock(lambda: None))
    made = _made("boosting", boosting, rows)
    assert made is not None
    part = work.datasets[0].split.validation
    inputs, truth = work.datasets[0].x, work.datasets[0].truth[:, 0]
    train = work.datasets[0].split.train
    fitted = HistGradientBoostingClassifier(random_state=rows.random.child("boosting").key % 2**32)
    chance = fitted.fit(inputs[train], truth[train]).predict_proba(inputs[part])[:, 1]
    best = max(metrics.f1_score(truth[part], chance >= each) for each in [*chance, 0.5])
    assert metrics.f1_score(truth[part], chance >= 0.5) < best, "the threshold matters here"
    assert made[0].metrics["validation.f1"] == pytest.approx(best)
