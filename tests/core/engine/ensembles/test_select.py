"""The ensemble of a study: what it predicts, when there is none, and where it is found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Search, Study, TrainedModel, open_run
from caviar.engine.analysis.results import model_of
from caviar.engine.baselines.judge import Judge
from caviar.engine.ensembles.greedy import greedy_selection
from caviar.engine.model.on_disk import NotAModel
from caviar.plugin import Array
from caviar.registry.load import load
from caviar.values.table import Table
from caviar_plugins import MLP, Adam, Inline, Log, Memory, PopulationTrainer, SQLite
from sklearn import metrics

from tests.model_dates import undated

pytestmark = pytest.mark.thorough

RANDOM = numpy.random.default_rng(5)
X = RANDOM.normal(size=(900, 6))
NOISE = RANDOM.normal(scale=0.3, size=(900, 2))
TARGETS = numpy.stack([X[:, 0] * X[:, 1] + X[:, 2], numpy.exp(X[:, 3] + 0.5 * X[:, 4] * X[:, 0])], axis=1) + NOISE
NUMBERS = TARGETS[:, 0]
CLASSES = numpy.select([NUMBERS > 0.7, NUMBERS < -0.7], ["high", "low"], "middle")
RARE = numpy.where((NUMBERS > 0.5) ^ (RANDOM.random(900) < 0.15), "yes", "no")


def pipeline(data: Memory | None = None, keep: int = 16, **search: Any) -> Pipeline:
    return Pipeline(
        name="several",
        data=data or Memory(test=0.25),
        model=MLP(units=8),
        optimizer=Adam(learning_rate=Log(3e-3, 1e-1)),
        trainer=PopulationTrainer(epochs=12, batch_size=32),
        search=Search(**{"trials": 8, "baselines": False, "ensemble": 6, **search}),
        executor=Inline(),
        store=SQLite(keep=keep),
        reporter=(),
    )


@pytest.fixture(scope="module")
def estimated(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return pipeline().run(X, NUMBERS, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return pipeline().run(X, CLASSES, runs=tmp_path_factory.mktemp("runs"))


def of(study: Study) -> TrainedModel:
    assert study.ensemble is not None
    return study.ensemble


def rows_of(part: str, y: Array) -> Array:
    (split,) = pipeline().split(X, y)
    found: Array = getattr(split, part)
    return found


def test_it_predicts_the_mean_of_its_members_by_how_often_they_were_drawn(estimated: Study) -> None:
    model, run = of(estimated), open_run(estimated)
    counts = [each.count for each in model.members]
    alone = [run.model(each.trial).predict(X[:50]) for each in model.members]
    assert len(counts) > 1
    assert max(counts) > 1
    assert sum(counts) <= 6
    numpy.testing.assert_allclose(model.predict(X[:50]), numpy.average(alone, axis=0, weights=counts), rtol=1e-6)


def test_its_first_member_is_the_winner(estimated: Study) -> None:
    assert estimated.best is not None
    assert of(estimated).trial == of(estimated).members[0].trial == estimated.best.trial


@pytest.mark.parametrize("part", ["validation", "test"])
def test_its_metrics_are_those_that_scikit_learn_finds_for_its_predictions(estimated: Study, part: str) -> None:
    model, rows = of(estimated), rows_of(part, NUMBERS)
    found = model.predict(X[rows])
    assert model.metrics[f"{part}.r2"] == pytest.approx(metrics.r2_score(NUMBERS[rows], found))
    assert model.metrics[f"{part}.mae"] == pytest.approx(metrics.mean_absolute_error(NUMBERS[rows], found))


def test_it_stands_in_the_assessment_beside_the_winner_with_intervals_and_a_lead(estimated: Study) -> None:
    assert estimated.assessment is not None
    standing, winner = estimated.assessment.ensemble, estimated.assessment.winner
    assert standing is not None
    assert standing.metrics == of(estimated).metrics
    assert standing.metrics["validation.r2"] > winner.metrics["validation.r2"]
    low, high = standing.intervals["test.r2"]
    assert low < standing.metrics["test.r2"] < high
    low, high = standing.lead["test"]
    assert low <= winner.metrics["test.r2"] - standing.metrics["test.r2"] <= high
    assert standing.note.startswith("the mean of trials ")


def test_classes_have_probabilities_a_decision_and_metrics_of_the_mean(classified: Study) -> None:
    model, rows = of(classified), rows_of("test", CLASSES)
    probabilities = model.probabilities(X[rows])
    truth = numpy.searchsorted(model.classes, CLASSES[rows])
    assert model.metrics["test.log_loss"] == pytest.approx(metrics.log_loss(truth, probabilities))
    assert model.metrics["test.accuracy"] == (model.predict(X[rows]) == CLASSES[rows]).mean()
    assert model.decision is not None
    confusion = metrics.confusion_matrix(CLASSES[rows], model.predict(X[rows]))
    assert [list(row) for row in model.decision.confusion["test"]] == confusion.tolist()


def test_classes_are_drawn_by_log_loss_where_the_searched_metric_counts_right_ones(classified: Study) -> None:
    model, run, rows = of(classified), open_run(classified), rows_of("validation", CLASSES)
    order = [model.trial, *(trial for trial in range(8) if trial != model.trial)]
    found = numpy.stack([run.model(trial).probabilities(X[rows]) for trial in order])
    truth = numpy.searchsorted(model.classes, CLASSES[rows])[:, None]

    def drawn(name: str) -> dict[int, int]:
        metric: Any = load("metric", name)
        chosen = greedy_selection(found, truth, Judge(name, metric(), metric.goal), 6)
        return {order[place]: count for place, count in chosen.items()}

    assert {each.trial: each.count for each in model.members} == drawn("log_loss")
    assert drawn("accuracy") != drawn("log_loss")


def test_a_run_gives_it_again_to_the_bit(classified: Study) -> None:
    found = open_run(classified).ensemble()
    assert found is not None
    assert found.probabilities(X).tobytes() == of(classified).probabilities(X).tobytes()
    assert (found.metrics, found.decision, found.trial) == (
        of(classified).metrics,
        of(classified).decision,
        of(classified).trial,
    )
    assert open_run(classified).model().trial == found.trial
    assert len(open_run(classified).model().members) == 1
    assert open_run(classified).assessment == classified.assessment


def test_several_targets_in_units_of_the_user_whatever_the_scale_of_each() -> None:
    data = Memory(test=0.25, target_transform={"y1": "quantile", "y2": "none"})
    study = pipeline(data).run(X, TARGETS)
    model, rows = of(study), rows_of("test", TARGETS)
    found = model.predict(X[rows])
    assert found.shape == (len(rows), 2)
    assert model.metrics["test.r2"] == pytest.approx(metrics.r2_score(TARGETS[rows], found))
    for place in range(2):
        alone = metrics.r2_score(TARGETS[rows, place], found[:, place])
        assert model.metrics[f"test.r2:y{place + 1}"] == pytest.approx(alone)


def test_it_has_a_threshold_of_its_own_where_a_metric_chooses_it() -> None:
    study = pipeline(Memory(validation=0.4, test=0.2, threshold="f1"), metric="validation.log_loss").run(X, RARE)
    (split,) = pipeline(Memory(validation=0.4, test=0.2)).split(X, RARE)
    model, rows = of(study), split.validation
    assert model.decision is not None
    assert model.decision.chosen_by == "f1"
    found = model.predict(X[rows])
    assert model.metrics["validation.f1"] == pytest.approx(metrics.f1_score(RARE[rows], found, pos_label="yes"))
    positive = model.probabilities(X[rows])[:, 1]
    assert (found == "yes").tolist() == (positive >= model.decision.threshold).tolist()


def test_with_folds_its_members_are_all_folds_models_of_each_trial_and_validation_is_out_of_fold(
    tmp_path: Path,
) -> None:
    data = Memory(test=0.25, folds=3)
    study, splits = pipeline(data).run(X, NUMBERS, runs=tmp_path), pipeline(data).split(X, NUMBERS)
    model, run = of(study), open_run(study)
    drawn = {each.trial: each.count for each in model.members}
    assert len(drawn) > 1
    assert [each.trial for each in model.members] == [trial for trial in drawn for _ in splits]
    alone = [run.model(trial).predict(X) for trial in drawn]
    expected = numpy.average(alone, axis=0, weights=[*drawn.values()])
    numpy.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-6)
    rows, by_fold = splits[0].test, []
    assert model.metrics["test.r2"] == pytest.approx(metrics.r2_score(NUMBERS[rows], model.predict(X[rows])))
    for fold, split in enumerate(splits):
        own, part = model.members[fold::3], split.validation
        inputs = own[0].preparation.inputs(Table({"x": X[part]}, ()), "float32")
        answers = [each.predict_inputs(inputs)[:, 0] for each in own]
        answer = numpy.average(answers, axis=0, weights=[*drawn.values()])
        by_fold.append(metrics.r2_score(NUMBERS[part], answer))
    assert model.metrics["validation.r2"] == pytest.approx(numpy.mean(by_fold))
    assert study.best is not None
    assert model.metrics["validation.r2"] > study.best.metrics["validation.r2"]
    assert study.assessment is not None
    assert study.assessment.ensemble is not None
    assert study.assessment.ensemble.note.endswith(", of each the mean of its 3 folds' models")


def said(study_of: Pipeline, y: Array, runs: Path) -> tuple[str, ...]:
    """The notes of a run."""
    from caviar.engine.data.frames import table_of
    from caviar.engine.study import run

    held: Any = study_of.data
    return run(study_of.model_copy(update={"data": held.holding(table_of(X, y))}), runs).summary.notes


def test_where_the_gain_is_within_its_noise_the_winner_stands_alone_and_that_is_said(tmp_path: Path) -> None:
    pure = numpy.random.default_rng(1).normal(size=900)
    (note,) = said(pipeline(Memory(validation=0.03)), pure, tmp_path)
    assert note.startswith("no ensemble: the mean of ")
    assert " in validation.r2, no more than one standard error over the validation rows, 0." in note
    assert open_run(tmp_path / "several").ensemble() is None
    with pytest.raises(NotAModel, match=r"ensemble\.safetensors: missing; `pipe run` writes it at its end where"):
        model_of(tmp_path / "several", "ensemble")
    assert model_of(tmp_path / "several").name == "best.safetensors"


def test_an_ensemble_that_does_not_meet_the_conditions_is_not_made(tmp_path: Path, estimated: Study) -> None:
    assert estimated.best is not None
    ours, alone = (each.metrics["validation.mae"] for each in (of(estimated), estimated.best))
    assert ours < alone
    bound = f"validation.mae > {(ours + alone) / 2}"
    (note,) = said(pipeline(where=(bound,)), NUMBERS, tmp_path)
    assert note.startswith("no ensemble: the mean of ")
    assert f" trials has validation.mae {ours:.4f}, not validation.mae > " in note


def test_of_one_trial_none_is_made_and_that_is_said(tmp_path: Path) -> None:
    told = "no ensemble: one trial has finished; it takes two or more"
    assert said(pipeline(trials=1), NUMBERS, tmp_path) == (told,)


def test_where_the_loss_is_searched_the_default_metric_of_the_task_selects() -> None:
    study = pipeline(metric="validation.loss").run(X, NUMBERS)
    assert study.best is not None
    assert of(study).metrics["validation.r2"] > study.best.metrics["validation.r2"]


def test_a_later_run_without_one_removes_the_earlier(tmp_path: Path) -> None:
    assert pipeline().run(X, NUMBERS, runs=tmp_path).ensemble is not None
    assert model_of(tmp_path / "several").name == "ensemble.safetensors"
    assert model_of(tmp_path / "several", "best").name == "best.safetensors"
    again = pipeline(ensemble=0).run(X, NUMBERS, runs=tmp_path)
    assert again.ensemble is None
    assert again.assessment is not None
    assert again.assessment.ensemble is None
    assert model_of(tmp_path / "several").name == "best.safetensors"


def test_the_weights_of_twice_as_many_trials_are_kept_as_are_drawn(tmp_path: Path) -> None:
    pipeline(keep=1, ensemble=3, trials=8).run(X, NUMBERS, runs=tmp_path)
    assert len([*(tmp_path / "several" / "models").glob("trial-*")]) == 6


def test_asked_for_after_the_search_it_is_the_same_and_lost_weights_are_trained_and_kept_again(tmp_path: Path) -> None:
    first = pipeline(keep=1).run(X, NUMBERS, runs=tmp_path / "at once")
    pipeline(keep=1, ensemble=0).run(X, NUMBERS, runs=tmp_path / "later")
    models = tmp_path / "later" / "several" / "models"
    assert len([*models.glob("trial-*")]) == 1
    later = pipeline(keep=1).run(X, NUMBERS, runs=tmp_path / "later")
    assert later.ensemble is not None
    file = "several/models/ensemble.safetensors"
    assert undated(tmp_path / "later" / file) == undated(tmp_path / "at once" / file)
    assert len([*models.glob("trial-*")]) == 8
    assert [trial.metrics for trial in later.trials] == [trial.metrics for trial in first.trials]


@pytest.mark.parametrize("harm", ["damaged", "missing"])
def test_a_damaged_file_of_weights_is_trained_again_to_the_same_ensemble_and_that_is_said(
    tmp_path: Path, harm: str
) -> None:
    assert said(pipeline(), NUMBERS, tmp_path) == ()
    models = tmp_path / "several" / "models"
    ensemble = models / "ensemble.safetensors"
    content, members = ensemble.read_bytes(), open_run(tmp_path / "several").ensemble()
    assert members is not None
    number = members.members[1].trial
    (weights,) = models.glob(f"trial-{number}-*")
    before = weights.read_bytes()
    if harm == "damaged":
        weights.write_bytes(before[:-1])
    else:
        weights.unlink()
    ensemble.write_bytes(content[:-1])
    with pytest.raises(NotAModel, match=r"ensemble\.safetensors: damaged"):
        open_run(tmp_path / "several").ensemble()
    (note,) = said(pipeline(), NUMBERS, tmp_path)
    assert note.startswith(f"trial {number} was trained again with the same weights as result: ")
    assert ensemble.read_bytes() == content
    assert weights.read_bytes() == before
    assert said(pipeline(), NUMBERS, tmp_path) == ()


def test_a_file_that_cannot_be_written_costs_the_ensemble_alone(tmp_path: Path) -> None:
    (tmp_path / "several" / "models" / "ensemble.safetensors").mkdir(parents=True)
    told = said(pipeline(), NUMBERS, tmp_path)
    assert told[0].startswith("no ensemble: ")
    assert "a folder, not a file" in told[0]
    assert told[1].endswith("ensemble.safetensors: cannot be removed: a folder, not a file; move it away")
    assert model_of(tmp_path / "several", "best").is_file()


def test_its_description_says_how_often_each_member_counts(estimated: Study) -> None:
    from caviar.engine.model.describe import describe

    described = describe(of(estimated)._trained)
    assert {each.trial: each.count for each in described.members} == of(estimated)._trained.drawn


def test_the_file_holds_json_without_code(estimated: Study) -> None:
    content = (Path(estimated) / "models" / "ensemble.safetensors").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    facts = json.loads(header["__metadata__"]["caviar"])
    assert [each["count"] for each in facts["members"]] == [each.count for each in of(estimated).members]
