"""What strategies see of a study's trials."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from caviar import History, TrialState, load
from caviar.engine.study import run
from caviar.registry import index

from tests.core.engine.test_rungs import PIPELINE, PLUGINS
from tests.core.engine.test_where import SPY


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    draw = numpy.random.default_rng(0)
    y = numpy.arange(90) % 3
    numpy.savez(tmp_path / "blobs.npz", X=draw.normal(0, 1.2, (90, 4)) + y[:, None], y=y)
    (tmp_path / "plugins.py").write_text(PLUGINS + SPY)
    (tmp_path / "p.toml").write_text(PIPELINE)
    yield tmp_path / "p.toml"
    index.forget("caviar_code_")


def test_of_pruned_trials_the_objective_is_where_the_curve_ended(file: Path) -> None:
    settings = ["search.strategy=spy", "search.pruner=brackets", "search.round=8"]
    done = run(load(file, settings, file.parent / "plugins.py"), file.parent / "runs")
    code = str(file.parent / "plugins.py")
    (spied,) = (module for module in sys.modules.values() if getattr(module, "__file__", None) == code)
    history: History = spied.SEEN[-1]
    pruned = [row for row, state in enumerate(history.states) if state is TrialState.PRUNED]
    assert 0 < len(pruned) < len(history) == 8
    for row, trial in enumerate(done.summary.trials[:8]):
        end = history.curves[row, trial.epochs - 1]
        assert history.objectives[row] == (end if row in pruned else trial.objective)
        assert numpy.isnan(history.curves[row, trial.epochs :]).all()
    assert history.violations is None
