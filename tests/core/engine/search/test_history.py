"""What strategies see of a study's trials."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from caviar import TrialState, load
from caviar.engine.study import run
from caviar.plugin import History

from tests.core.engine.search.rungs import PIPELINE, PLUGINS
from tests.core.engine.search.test_where import SPY


@pytest.fixture
def file(put: Callable[[str, str], Path]) -> Path:
    return put(PIPELINE, PLUGINS + SPY)


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
