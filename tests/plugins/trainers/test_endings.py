"""When a member's training ends, which epoch counts, and gradients that are too long."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline
from caviar.engine.study import run
from caviar_plugins import MLP, SGD, Digits, Inline, Log, NumPy, PopulationTrainer
from caviar_plugins.trainers.epoch import _clip


def trials(folder: Path, **trainer: Any) -> Any:
    """Four members of very different learning rates on the digits."""
    pipeline = Pipeline(
        name="few",
        data=Digits(),
        model=MLP(layers=1, units=8),
        optimizer=SGD(Log(1e-7, 0.5)),
        trainer=PopulationTrainer(batch_size=256, **trainer),
        executor=Inline(),
        reporter=(),
    )
    search = pipeline.search.model_copy(update={"trials": 4, "round": 4})
    return run(pipeline.model_copy(update={"search": search}), folder)


def curve(done: Any, trial: int) -> list[float]:
    import sqlite3

    with closing(sqlite3.connect(done.info.folder / "study.sqlite")) as database:
        rows = database.execute(
            "SELECT value FROM metric WHERE trial = ? AND name = 'validation.accuracy' ORDER BY epoch", (trial,)
        )
        return [value for (value,) in rows]


def test_a_member_without_improvement_ends_when_patience_is_over(tmp_path: Path) -> None:
    done = trials(tmp_path, epochs=12, patience=2)
    for trial in done.summary.trials:
        seen = curve(done, trial.index)
        assert len(seen) == trial.epochs
        best = int(numpy.argmax(seen))
        assert trial.epochs == min(12, best + 1 + 2)
    assert min(trial.epochs for trial in done.summary.trials) < 12


def test_patience_gives_the_same_whatever_the_population(tmp_path: Path) -> None:
    together = trials(tmp_path / "4", epochs=12, patience=2)
    alone = trials(tmp_path / "1", epochs=12, patience=2, population=1)
    for ours, theirs in zip(together.summary.trials, alone.summary.trials, strict=True):
        assert (ours.epochs, ours.metrics, ours.objective) == (theirs.epochs, theirs.metrics, theirs.objective)


@pytest.mark.parametrize("keep", ["last", "best"])
def test_the_objective_is_that_of_the_epoch_that_is_kept(tmp_path: Path, keep: str) -> None:
    done = trials(tmp_path, epochs=6, keep=keep)
    for trial in done.summary.trials:
        seen = curve(done, trial.index)
        assert trial.objective == (seen[-1] if keep == "last" else max(seen))
        assert trial.metrics["validation.accuracy"] == trial.objective


def test_gradients_are_shortened_to_the_limit_of_their_member() -> None:
    gradients = numpy.asarray([[3.0, 4.0], [0.3, 0.4], [30.0, 40.0], [numpy.nan, 1.0]])
    _clip(gradients, numpy.asarray([[1.0], [1.0], [0.0], [1.0]]), NumPy())
    numpy.testing.assert_allclose(gradients[:3], [[0.6, 0.8], [0.3, 0.4], [30.0, 40.0]])
    assert numpy.isnan(gradients[3, 0]), "a member that diverges must be found"
