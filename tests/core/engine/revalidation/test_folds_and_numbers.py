"""Revalidations of runs with folds and of regressions: the same four answers."""

from __future__ import annotations

from pathlib import Path

import caviar
import numpy
import pytest
from caviar_plugins import Adam, Inline, Log, Memory, PopulationTrainer, Standardize

pytest.importorskip("scipy", reason="a revalidation needs SciPy")


def rows(seed: int, count: int, shift: float = 0.0) -> tuple[numpy.ndarray, numpy.ndarray]:
    random = numpy.random.default_rng(seed)
    X = random.normal(size=(count, 3)).astype("float32")
    return X + numpy.float32(shift), (2 * X[:, 0] - X[:, 1] + 0.3 * random.normal(size=count)).astype("float64")


@pytest.mark.parametrize("folds", [None, 2])
def test_a_regression_is_tested_again(tmp_path: Path, folds: int | None) -> None:
    pipeline = caviar.Pipeline(
        data=Memory(folds=folds, test=0.25, task="regression"),
        transform=(Standardize(),),
        optimizer=Adam(learning_rate=Log(1e-3, 1e-1)),
        trainer=PopulationTrainer(epochs=4),
        search=caviar.Search(trials=4, baselines=False),
        executor=Inline(),
        reporter=(),
    )
    X, y = rows(1, 400)
    study = pipeline.run(X, y, runs=tmp_path)
    same = caviar.retest(study, X, y, seeds=2)
    assert same is not None
    assert same.data_moved.answer == same.system_moved.answer == "no"
    assert "its weights are the same, bit for bit" in " ".join(same.system_moved.details)
    assert same.rows == (300 if folds else 180)
    other = caviar.retest(study, *rows(2, 300, shift=1.0), seeds=2)
    assert other is not None
    assert other.exit_code == caviar.Revalidation.DATA_MOVED
    assert other.metric_moved.answer == "yes"
    assert {each.column for each in other.shifts} == {"x0", "x1", "x2"} or {each.what for each in other.shifts} == {
        "values"
    }
    assert not any(each.column == "y" for each in other.shifts)


def test_the_mean_of_folds_is_not_compared_with_the_model_of_each(tmp_path: Path) -> None:
    pipeline = caviar.Pipeline(
        data=Memory(folds=3, task="regression"),
        trainer=PopulationTrainer(epochs=4),
        search=caviar.Search(trials=1, baselines=False),
        executor=Inline(),
        reporter=(),
    )
    study = pipeline.run(*rows(1, 200), runs=tmp_path)
    found = caviar.retest(study, *rows(2, 300), seeds=2)
    assert found is not None
    assert found.metric_moved.answer == "cannot tell"
    assert "the mean of all" in found.metric_moved.text
