"""With folds the model of a trial is the mean of its folds' models, and no row is judged by one that has seen it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Problem, Search, Study, TrainedModel, open_run
from caviar.engine.model.decide import best_threshold
from caviar.engine.model.describe import describe
from caviar.engine.storage.fold_weights import joined, parted
from caviar.plugin import Array
from caviar_plugins import F1, MLP, Adam, Inline, Log, Memory, PopulationTrainer, SQLite, Standardize
from sklearn import metrics

RANDOM = numpy.random.default_rng(5)
X = RANDOM.normal(size=(300, 4))
NUMBERS = X[:, 0] * X[:, 1] + X[:, 2] + RANDOM.normal(scale=0.3, size=300)
COINS = numpy.where(RANDOM.random(300) < 0.3, "yes", "no")


def pipeline(data: Memory | None = None, keep: int = 16, **search: Any) -> Pipeline:
    return Pipeline(
        name="folded",
        data=data or Memory(test=0.2, folds=3, task="regression", target_transform="none", target_range="free"),
        transform=(Standardize(),),
        model=MLP(units=8),
        optimizer=Adam(learning_rate=Log(3e-3, 1e-1)),
        trainer=PopulationTrainer(epochs=4, batch_size=32),
        search=Search(**{"trials": 3, "baselines": False, **search}),
        executor=Inline(),
        store=SQLite(keep=keep),
        reporter=(),
    )


def best_of(study: Study) -> TrainedModel:
    assert study.best is not None
    return study.best


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return pipeline().run(X, NUMBERS, runs=tmp_path_factory.mktemp("runs"))


def test_it_predicts_the_mean_of_what_models_do_that_are_trained_on_each_fold_alone(
    study: Study, tmp_path: Path
) -> None:
    pandas: Any = pytest.importorskip("pandas")
    best, alone = best_of(study), list[Any]()
    for split in pipeline().split(X, NUMBERS):
        part = numpy.empty(len(X), dtype=object)
        part[split.train], part[split.validation], part[split.test] = "train", "validation", "test"
        frame = pandas.DataFrame({f"x{place}": X[:, place] for place in range(4)} | {"part": part})
        data = Memory(part="part", task="regression", target_transform="none", target_range="free")
        runs = pipeline(data).run(frame, NUMBERS, runs=tmp_path / f"alone {len(alone)}")
        alone.append(open_run(runs).model(best.trial).predict(frame.drop(columns="part")))
    assert len(best.members) == 3
    numpy.testing.assert_allclose(best.predict(X), numpy.mean(alone, axis=0), rtol=1e-5, atol=1e-6)
    assert numpy.abs(alone[0] - alone[1]).max() > 0.01


def test_its_test_metrics_are_those_of_what_it_predicts_and_validation_metrics_the_means_over_folds(
    study: Study,
) -> None:
    best, rows = best_of(study), pipeline().split(X, NUMBERS)[0].test
    assert best.metrics["test.r2"] == pytest.approx(metrics.r2_score(NUMBERS[rows], best.predict(X[rows])))
    assert best.metrics["validation.r2"] == pytest.approx(numpy.mean(validated(best)))
    assert study.assessment is not None
    assert study.assessment.winner.note == "the mean of its 3 folds' models"
    low, high = study.assessment.winner.intervals["test.r2"]
    assert low < best.metrics["test.r2"] < high


def validated(model: TrainedModel) -> list[float]:
    """R2 of each fold's validation rows as its member predicts them."""
    found = []
    for split, member in zip(pipeline().split(X, NUMBERS), model.members, strict=True):
        rows = split.validation
        answer = member.predict_inputs(member.preparation.inputs(table(X[rows]), "float32"))
        found.append(metrics.r2_score(NUMBERS[rows], answer[:, 0]))
    return found


def table(x: Array) -> Any:
    from caviar.values.table import Table

    return Table({"x": x}, ())


def test_another_trial_of_the_run_is_the_mean_of_its_folds_models_too(study: Study) -> None:
    other = next(trial.index for trial in study.trials if trial.index != best_of(study).trial)
    model = open_run(study).model(other)
    assert [each.trial for each in model.members] == [other] * 3
    assert len({each.preparation.learned[0]["mean.x"].tobytes() for each in model.members}) == 3
    with pytest.raises(Problem, match="this model has 3 members, each with its weights"):
        _ = model.weights
    assert len(describe(model._trained).members) == 3


def test_threshold_and_confusion_are_of_rows_that_the_predicting_model_has_not_seen() -> None:
    """Classes at random: a model that has seen the rows knows them by heart, one that has not knows nothing."""
    data = Memory(folds=3, threshold="f1", positive="yes")
    given = pipeline(data, trials=1, metric="validation.log_loss").model_copy(
        update={
            "model": MLP(units=64),
            "optimizer": Adam(learning_rate=0.01),
            "trainer": PopulationTrainer(epochs=80, batch_size=32),
        }
    )
    best = best_of(given.run(X, COINS))
    assert best.decision is not None
    assert best.decision.threshold is not None
    truth = (COINS == "yes").astype(int)
    probabilities = numpy.empty((300, 2), dtype=numpy.float32)
    for split, member in zip(given.split(X, COINS), best.members, strict=True):
        inputs = member.preparation.inputs(table(X[split.validation]), "float32")
        probabilities[split.validation] = member.predict_inputs(inputs)
    expected = best_threshold(probabilities, truth[:, None], F1())
    leaky = best_threshold(best.probabilities(X), truth[:, None], F1())
    assert best.decision.threshold == pytest.approx(expected)
    assert best.decision.threshold != pytest.approx(leaky)
    found = probabilities[:, 1] >= best.decision.threshold
    counts = metrics.confusion_matrix(truth, found)
    assert [list(row) for row in best.decision.confusion["validation"]] == counts.tolist()
    assert (best.probabilities(X).argmax(axis=1) == truth).mean() > 0.8, "it knows the rows by heart"
    assert (probabilities.argmax(axis=1) == truth).mean() < 0.7
    by_fold = [metrics.f1_score(truth[each.validation], found[each.validation]) for each in given.split(X, COINS)]
    assert best.metrics["validation.f1"] == pytest.approx(numpy.mean(by_fold))


def test_by_time_the_model_of_the_latest_fold_is_saved_alone() -> None:
    pandas: Any = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "when": numpy.arange(300)})
    given = pipeline(Memory(test=0.2, folds=3, time="when"), ensemble=3)
    study = given.run(frame, NUMBERS)
    best, (latest, *_) = best_of(study), given.split(frame, NUMBERS)
    (member,) = best.members
    mean = member.preparation.learned[0]["mean.a"]
    assert mean == pytest.approx(X[latest.train, 0].mean())
    assert best.metrics["test.r2"] == pytest.approx(
        metrics.r2_score(NUMBERS[latest.test], best.predict(frame.iloc[latest.test]))
    )
    assert study.assessment is not None
    assert study.assessment.winner.note == "the latest fold's model"


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_lost_weights_are_trained_again_on_all_folds_to_the_same_bits(tmp_path: Path, harm: str) -> None:
    first = pipeline(trials=2).run(X, NUMBERS, runs=tmp_path)
    models = tmp_path / "folded" / "models"
    (weights,) = models.glob(f"trial-{best_of(first).trial}-*")
    before, content = weights.read_bytes(), (models / "best.safetensors").read_bytes()
    if harm == "damaged":
        weights.write_bytes(before[:-1])
    else:
        weights.unlink()
    (models / "best.safetensors").unlink()
    again = pipeline(trials=2).run(X, NUMBERS, runs=tmp_path)
    assert weights.read_bytes() == before
    assert (models / "best.safetensors").read_bytes() == content
    assert best_of(again).metrics == best_of(first).metrics


def test_weights_of_folds_are_told_apart_whatever_their_names_are() -> None:
    one: Mapping[str, Array] = {"fold1.w": numpy.ones(1), "w": numpy.zeros(1)}
    assert parted(joined([one]), 1) == [one]
    many = parted(joined([one] * 11), 11)
    assert many == [one] * 11
