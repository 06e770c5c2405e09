"""Resolving a run: what "auto" came to is in the resolved file, and is what a resumed study is compared by."""

from __future__ import annotations

import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from caviar import Mistakes, load
from caviar.config.declaration.dump import to_toml
from caviar.config.reading.resolved import loads
from caviar.engine.data.resolve import resolve_run
from caviar.engine.model.model_file import unpacked
from caviar.engine.storage.run_folder import pipeline_file
from caviar.engine.study import Run, run

FILE = """
data = "digits"
reporter = []
executor = "inline"
model.units = 4
trainer.epochs = 1
optimizer.learning_rate = { log = [0.001, 0.1] }
search = { baselines = false, trials = 2, strategy = "staged" }
"""


def searched(folder: Path, *settings: str) -> Run:
    (folder / "p.toml").write_text(FILE)
    return run(load(folder / "p.toml", settings), folder / "runs")


def test_the_resolved_file_says_what_every_auto_came_to(tmp_path: Path) -> None:
    searched(tmp_path)
    file = tomllib.loads((tmp_path / "runs/p/pipeline.toml").read_text())
    assert (file["backend"], file["data"]["task"]) == ("numpy", "classification")
    assert file["trainer"]["loss"]["use"] == "softmax-cross-entropy"
    assert file["search"]["metric"] == "validation.accuracy"
    assert file["search"]["strategy"]["trials"] == 2


def test_the_job_has_the_pipeline_that_is_recorded(tmp_path: Path) -> None:
    searched(tmp_path)
    work, _, _ = resolve_run(load(tmp_path / "p.toml"))
    assert to_toml(work.pipeline) == (tmp_path / "runs/p/pipeline.toml").read_text()


def test_a_study_goes_on_with_a_file_that_names_what_auto_came_to(tmp_path: Path) -> None:
    searched(tmp_path)
    settings = ("trainer.loss=softmax-cross-entropy", "data.task=classification", "backend=numpy")
    assert searched(tmp_path, *settings, "search.metric=validation.accuracy").info.resumed == 2


def test_a_model_file_names_its_loss_and_leaves_the_backend_open(tmp_path: Path) -> None:
    searched(tmp_path)
    facts, _ = unpacked((tmp_path / "runs/p/models/best.safetensors").read_bytes())
    file = tomllib.loads(facts.members[0].pipeline)
    assert (file["trainer"]["loss"]["use"], file["backend"]) == ("softmax-cross-entropy", "auto")


def test_a_run_can_be_read_where_its_backend_is_not_installed(tmp_path: Path) -> None:
    if find_spec("cupy"):
        pytest.skip("CuPy is installed here")
    text = 'backend = "cupy"\ndata = "digits"\n'
    (tmp_path / "pipeline.toml").write_text(text)
    with pytest.raises(Mistakes, match="backend"):
        loads(text, "p.toml")
    assert pipeline_file(tmp_path).backend is None
