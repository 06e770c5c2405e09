"""A model that cannot be saved at the end takes nothing of the study with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Pipeline, Problem, Search, TrialState
from caviar.cli.main import app
from caviar.engine.analysis.results import model_of, read_results
from caviar.engine.model.on_disk import NotAModel
from caviar.registry.code import with_code
from caviar.registry.index import using
from caviar_plugins import MLP, Inline, LogInt, Memory, PopulationTrainer
from typer.testing import CliRunner, Result

PLUGINS = """
from caviar_plugins import MLP

class Fragile(MLP):
    def folded(self, *parts):
        raise ZeroDivisionError("no fold")
"""
PIPELINE = """
executor = "inline"
[data]
path = "blobs.npz"
test = 0.2
[model]
use = "fragile"
units = { log-int = [4, 8] }
[trainer]
epochs = 1
[search]
baselines = false
trials = 2
"""


class Fragile(MLP):
    """Trains, and cannot predict."""

    def folded(self, *parts: Any) -> Any:
        raise ZeroDivisionError("no fold")


def pipe(*words: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


def test_a_command_reports_a_model_that_cannot_be_saved_and_keeps_the_results(
    put: Callable[[str, str], Path],
) -> None:
    file = put(PIPELINE, PLUGINS)
    for _ in range(2):  # the second run has nothing to train and says the same
        done = pipe("run", file, "--code", file.parent / "plugins.py", "--runs", file.parent / "runs")
        out, err = done.stdout, done.stderr
        assert done.exit_code == 1
        assert "has won, but its model (model 'fragile' of " in err
        assert "was not saved: model 'fragile' of plugins.py " in err
        assert " failed: ZeroDivisionError: no fold at " in err
        assert "all trials are kept" in err
        assert "2 finished" in out
        assert "No model was saved" in out
    with using(with_code(file.parent / "plugins.py")):
        found = read_results(file.parent / "runs" / "p")
        assert [trial.state for trial in found.trials] == [TrialState.FINISHED] * 2
        with pytest.raises(
            NotAModel,
            match=r"missing; `pipe run` of its pipeline writes it, or reports why it cannot; 2 of 2 trials are done",
        ):
            model_of(file.parent / "runs" / "p")


def test_a_program_gets_its_study_with_the_reason() -> None:
    x = numpy.random.default_rng(0).normal(size=(90, 4))
    pipeline = Pipeline(
        model=Fragile(units=LogInt(4, 8)),
        trainer=PopulationTrainer(epochs=1),
        search=Search(baselines=False, trials=2),
        data=Memory(test=0.2),
        executor=Inline(),
        reporter=(),
    )
    with pytest.warns(UserWarning, match=r"has won, but its model .* was not saved: .* ZeroDivisionError: no fold"):
        study = pipeline.run(x, x[:, 0] > 0)
    assert [trial.state for trial in study.trials] == [TrialState.FINISHED] * 2
    assert study.best is not None
    assert study.best.metrics["validation.accuracy"] == study.trials[study.best.trial].metrics["validation.accuracy"]
    assert "best trial" in repr(study)
    with pytest.raises(Problem, match="ZeroDivisionError: no fold"):
        study.best.predict(x)


def test_a_file_that_cannot_be_written_at_the_end_keeps_the_results(put: Callable[[str, str], Path]) -> None:
    file = put(PIPELINE.replace("fragile", "mlp"), PLUGINS)
    (file.parent / "p" / "models" / "best.safetensors").mkdir(parents=True)
    done = pipe("run", file, "--runs", file.parent)
    assert done.exit_code == 1
    assert "best.safetensors: a folder, not a file; move it away; all trials are kept" in done.stderr
