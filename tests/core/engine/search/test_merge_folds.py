"""Folds: every row is validated once, nothing leaks, and a trial's metrics are the means over its folds."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from statistics import stdev
from typing import Any

import numpy
import pytest
from caviar import DataError, Mistakes, load
from caviar.cli.results import results
from caviar.engine.data.prepare import prepare
from caviar.engine.model.on_disk import open_model
from caviar.engine.study import run
from caviar.plugin import Random
from caviar_plugins import NPZ, Standardize

PIPELINE = """
name = "p"
reporter = []
[data]
path = "rows.npz"
test = 0.1
folds = 3
[model]
units = 4
[optimizer]
learning_rate = { log = [1e-3, 0.1] }
[trainer]
epochs = 3
batch_size = 16
[search]
baselines = false
trials = 4
"""


@pytest.fixture(params=["classification", "regression"])
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    draw = numpy.random.default_rng(0)
    x = draw.normal(5, 3, (97, 4))
    y = x.sum(axis=1) if request.param == "regression" else numpy.digitize(x[:, 0], [3, 6])
    numpy.savez(tmp_path / "rows.npz", X=x, y=y)
    (tmp_path / "p.toml").write_text(PIPELINE)
    return tmp_path / "p.toml"


def found(folder: Path) -> tuple[list[Any], ...]:
    with closing(sqlite3.connect(folder / "study.sqlite")) as database:
        return tuple(
            database.execute(query).fetchall()
            for query in (
                "SELECT number, state, epochs, objective, metrics FROM trial ORDER BY 1",
                "SELECT trial, attempt, epoch, name, value FROM metric ORDER BY 1, 2, 3, 4",
                "SELECT trial, sha256 FROM artifact ORDER BY 1",
            )
        )


def test_each_row_is_validated_once_and_transforms_see_the_training_rows_alone(file: Path) -> None:
    data = NPZ(path=file.parent / "rows.npz", folds=3, test=0.1)
    datasets, preparations = prepare(data, [Standardize()], "float64", Random(1))
    validated = numpy.concatenate([each.split.validation for each in datasets])
    tested = datasets[0].split.test
    assert sorted([*validated, *tested]) == list(range(97))
    for each in datasets:
        assert sorted([*each.split.train, *each.split.validation, *tested]) == list(range(97))
        assert each.x[each.split.train].mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert [each.task for each in preparations] == [each.task for each in datasets]


def test_folds_are_stratified(file: Path) -> None:
    datasets, _ = prepare(NPZ(path=file.parent / "rows.npz", folds=3, test=0.1), [], "float64", Random(1))
    if datasets[0].task.kind == "classification":
        counts = numpy.stack([numpy.bincount(each.truth[each.split.validation, 0]) for each in datasets])
        assert (numpy.ptp(counts, axis=0) <= 1).all()


def test_the_metrics_of_a_trial_are_the_means_over_its_folds(file: Path) -> None:
    from caviar.engine.data.resolve import resolve_run
    from caviar.values.segment import Segment

    pipeline = load(file, ["executor=inline"])
    done = run(pipeline, file.parent / "runs")
    work, _, objective = resolve_run(pipeline)
    for trial in done.summary.trials:
        segments = [Segment((trial.index,), (trial.values,), 0, 3, fold) for fold in range(3)]
        outcomes = [work.perform(each, lambda epoch: None, lambda: None).members[0] for each in segments]
        finals = [outcome.final or {} for outcome in outcomes]
        assert trial.objective == pytest.approx(sum(each[objective.metric] for each in finals) / 3, rel=1e-12)
        assert trial.over_folds(objective.metric) == pytest.approx(stdev(each[objective.metric] for each in finals))
    best = done.summary.best
    assert best is not None
    assert any(name.startswith("test.") for name in best.metrics)
    saved = open_model(file.parent / "runs" / "p" / "models" / "best.safetensors").members
    assert len(saved) == 3
    for fold, member in enumerate(saved):
        segment = Segment((best.index,), (best.values,), 0, 3, fold)
        (alone,) = work.perform(segment, lambda epoch: None, lambda: None).members
        weights = alone.weights or {}
        assert weights.keys() == member.weights.keys()
        assert all(numpy.array_equal(weights[name], member.weights[name]) for name in weights)


def test_results_tell_how_far_the_folds_lie_apart(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = run(load(file, ["executor=inline", 'reporter=["progress"]']), file.parent / "runs")
    best, metric = done.summary.best, done.info.metric
    assert best is not None
    told = f"± {best.over_folds(metric):.2g} over folds"
    assert told in capsys.readouterr().err
    results(file.parent / "runs" / "p")
    assert told in capsys.readouterr().out
    results(file.parent / "runs" / "p", json=True)
    trials = json.loads(capsys.readouterr().out)["trials"]
    assert trials[best.index]["metrics"][f"deviation.{metric}"] == best.over_folds(metric)


@pytest.mark.parametrize("settings", [["executor.workers=2"], ["executor=inline", "trainer.population=1"]])
def test_folds_give_the_same_bits_on_any_workers(file: Path, settings: list[str]) -> None:
    run(load(file, ["executor=inline"]), file.parent / "here")
    run(load(file, settings), file.parent / "there")
    assert found(file.parent / "there" / "p") == found(file.parent / "here" / "p")


def test_a_trial_that_diverges_or_fails_in_one_fold_has_done_so(tmp_path: Path) -> None:
    from caviar.engine.search.merge_folds import over_folds
    from caviar.plugin import MemberOutcome, Metrics, TrialState

    def outcome(state: TrialState, *rows: float, reason: str | None = None) -> MemberOutcome:
        values = numpy.asarray(rows)[None, :, None]
        metrics = Metrics(("loss",), 1, values) if rows else None
        return MemberOutcome(7, state, len(rows), metrics, {"loss": 0.0}, reason)

    fine = outcome(TrialState.FINISHED, 3.0, 2.0, 1.0)
    diverged = outcome(TrialState.DIVERGED, 3.0, 5.0, reason="loss was inf")
    failed = outcome(TrialState.FAILED, reason="ValueError")
    both = over_folds([fine, diverged])
    assert (both.trial, both.state, both.epoch, both.reason) == (7, TrialState.DIVERGED, 2, "in fold 2: loss was inf")
    assert both.metrics is not None
    assert both.metrics.values.ravel().tolist() == [3.0, 3.5]
    assert over_folds([fine, diverged, failed]).reason == "in fold 3: ValueError"
    assert over_folds([failed]) is failed


def test_folds_and_a_pruner_exclude_each_other(file: Path) -> None:
    with pytest.raises(Mistakes, match=r"p\.toml:7: data\.folds: a pruner decides within one training"):
        load(file, ["search.pruner=median"])


def test_more_folds_than_rows_are_reported(file: Path) -> None:
    with pytest.raises(DataError, match="97 rows leave none for the validation part; change 'folds' or 'test'"):
        prepare(NPZ(path=file.parent / "rows.npz", folds=98), [], "float64", Random(1))
