"""`positive` and `threshold`, from the file to the saved model, its predictions and what is told of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import load, open_run
from caviar.cli.main import app
from caviar.cli.preview.preview import preview
from caviar.engine.data.resolve import resolve_run
from caviar.engine.model.evaluation_file import read_evaluation
from caviar.engine.model.on_disk import best_file, decision_in, open_model
from caviar.engine.study import Run, run
from sklearn.metrics import average_precision_score, confusion_matrix, f1_score, precision_score, recall_score
from typer.testing import CliRunner

FILE = """reporter = []
executor = "inline"
[data]
path = "f.csv"
target = "label"
test = 0.3
positive = "fraud"
threshold = "f1"
[trainer]
epochs = 3
[optimizer]
learning_rate = 0.01
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    generator, folder = numpy.random.default_rng(2), tmp_path_factory.mktemp("fraud")
    fraud = generator.random(900) < 0.1
    amount = generator.normal(size=900) + 1.5 * fraud
    rows = [f"{a:.5f},{'fraud' if f else 'ok'}" for a, f in zip(amount, fraud, strict=True)]
    (folder / "f.csv").write_text("amount,label\n" + "\n".join(rows) + "\n")
    (folder / "f.toml").write_text(FILE)
    return folder


@pytest.fixture(scope="module")
def done(folder: Path) -> Run:
    return run(load(folder / "f.toml"), folder)


def judged(folder: Path) -> tuple[Any, Any, Any]:
    """Of the test rows: the truth, the probabilities of fraud, and what is called fraud."""
    work, _, _ = resolve_run(load(folder / "f.toml"))
    data, model = work.datasets[0], open_model(best_file(folder / "f"))
    rows = data.split.test
    probabilities = model.first.predict_inputs(data.x[rows])
    return data.truth[rows, 0], probabilities[:, 1], model.task.decided(probabilities)


def test_metrics_of_the_test_rows_are_scikit_learns_of_the_positive_class(folder: Path, done: Run) -> None:
    truth, probability, called = judged(folder)
    assert done.model is not None
    found = done.model.metrics
    assert found["test.precision"] == pytest.approx(precision_score(truth, called))
    assert found["test.recall"] == pytest.approx(recall_score(truth, called))
    assert found["test.f1"] == pytest.approx(f1_score(truth, called))
    assert found["test.average_precision"] == pytest.approx(average_precision_score(truth, probability))


def test_the_decision_is_saved_and_told(folder: Path, done: Run) -> None:
    truth, _, called = judged(folder)
    decision = decision_in(folder / "f")
    assert decision is not None
    assert decision == done.summary.decision
    assert decision.classes == ("ok", "fraud")
    assert decision.chosen_by == "f1"
    assert [list(row) for row in decision.confusion["test"]] == confusion_matrix(truth, called).tolist()
    told = CliRunner().invoke(app, ["results", str(folder / "f")]).stdout
    assert "average_precision, f1, precision, recall: of fraud" in told
    assert f"fraud is predicted where its probability is at least {decision.threshold:.4g}" in told
    assert "truly fraud" in told
    assert max(map(len, told.splitlines())) <= 80
    found = json.loads(CliRunner().invoke(app, ["results", str(folder / "f"), "--json"]).stdout)["decision"]
    assert (found["positive"], found["threshold"]) == ("fraud", decision.threshold)
    assert found["confusion"]["test"] == confusion_matrix(truth, called).tolist()


def test_the_curve_over_the_threshold_is_kept_for_reports_and_is_that_of_the_rows(folder: Path, done: Run) -> None:
    truth, probability, _ = judged(folder)
    facts = open_run(folder / "f").facts()
    assert facts.evaluation is not None
    assert facts.decision is not None
    assert facts.decision.threshold is not None
    curves, threshold = facts.evaluation.thresholds, facts.decision.threshold
    assert curves.keys() == {"validation", "test"}
    place, called = curves["test"].thresholds.index(threshold), probability >= threshold
    assert curves["test"].precision[place] == pytest.approx(precision_score(truth, called))
    assert curves["test"].recall[place] == pytest.approx(recall_score(truth, called))
    validation = curves["validation"]
    assert validation.f1[validation.thresholds.index(threshold)] == pytest.approx(max(validation.f1))


def test_a_curve_that_is_not_as_it_was_written_counts_as_none(folder: Path, done: Run) -> None:
    assert done.model is not None
    trial, file = done.model.trial, folder / "f/evaluation.json"
    written, text = read_evaluation(folder / "f", trial), file.read_text()
    assert written is not None
    assert read_evaluation(folder / "f", trial + 1) is None, "it is of another trial"
    digits = [place for place, each in enumerate(text) if each in "0123456789"][::50]
    damaged = [text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :] for place in digits]
    found = list[object]()
    for content in (*damaged, "", "[1]", '{"format":2}', text[:-20], "[" * 100_000):
        file.write_text(content)
        found.append(read_evaluation(folder / "f", trial))
    file.unlink()
    assert read_evaluation(folder / "f", trial) is None
    file.write_text(text)
    assert all(each is None or each == written for each in found), "the last digits of a number may mean the same"
    assert found.count(None) > 0.9 * len(found) > 20


def test_predictions_use_the_threshold(folder: Path, done: Run) -> None:
    out = folder / "out.csv"
    CliRunner().invoke(app, ["predict", str(folder / "f"), str(folder / "f.csv"), "--out", str(out)])
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert done.summary.decision is not None
    threshold = done.summary.decision.threshold
    assert threshold is not None
    assert threshold != 0.5
    assert [row["label"] for row in rows] == [
        "fraud" if float(row["probability fraud"]) >= threshold else "ok" for row in rows
    ]
    amounts = [{"amount": 3.0}, {"amount": -3.0}]
    assert open_run(folder / "f").model().predict(amounts).tolist() == ["fraud", "ok"]


def test_without_them_the_second_class_is_positive_and_the_likelier_is_predicted(folder: Path) -> None:
    plain = load(folder / "f.toml", ["name=plain", "data.positive=auto", "data.threshold=0.5"])
    found = run(plain, folder)
    assert found.summary.decision is not None
    assert found.summary.decision.classes == ("fraud", "ok")
    assert found.summary.decision.threshold is None
    assert 'positive = "ok"' in (folder / "plain" / "pipeline.toml").read_text()


def test_another_threshold_resumes_the_same_study(folder: Path, done: Run) -> None:
    again = run(load(folder / "f.toml", ["data.threshold=0.25"]), folder)
    assert again.info.resumed == 1
    assert decision_in(folder / "f") == again.summary.decision
    assert again.summary.decision is not None
    assert again.summary.decision.threshold == 0.25
    assert run(load(folder / "f.toml"), folder).summary.decision == done.summary.decision


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("data.positive=frau", "data.positive: there is no class 'frau'; there are 'fraud', 'ok'"),
        (
            "data.threshold=auc",
            "data.threshold: must be a number or a metric of classes, accuracy, ",
        ),
    ],
)
def test_check_and_run_report_the_same_mistakes(folder: Path, setting: str, told: str) -> None:
    for foresee in (preview, resolve_run):
        with pytest.raises(Exception, match=told):
            foresee(load(folder / "f.toml", [setting]))


def test_of_more_classes_there_is_no_positive_one(folder: Path) -> None:
    text = (folder / "f.csv").read_text().replace("1,ok", "1,so-so")
    (folder / "three.csv").write_text(text)
    for setting in ("data.positive=ok", "data.threshold=0.3"):
        path = f"data.path={folder / 'three.csv'}"
        key = setting.partition("=")[0]
        given = ["data.positive=auto", "data.threshold=0.5", path, setting]
        for foresee in (preview, resolve_run):
            with pytest.raises(Exception, match=f"{key}: is for two classes, and the target has 3"):
                foresee(load(folder / "f.toml", given))
