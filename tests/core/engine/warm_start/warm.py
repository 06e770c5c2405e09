"""A finished run, others that start from it, and what they took."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from caviar import Trial, load
from caviar.engine.study import Run, run
from caviar.plugin import EarlierTrial
from caviar_plugins import SQLite

from tests.core.engine.search.rungs import PLUGINS

PIPELINE = """
name = "first"
reporter = []
executor = "inline"
[data]
path = "blobs.npz"
[model]
units = { int = [4, 9] }
[optimizer]
learning_rate = { log = [1e-3, 1.0] }
[trainer]
epochs = 2
batch_size = 32
[search]
baselines = false
trials = 12
round = 6
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a pipeline, its data, and a finished run of it."""
    folder = tmp_path_factory.mktemp("warm")
    draw = numpy.random.default_rng(0)
    y = numpy.arange(90) % 3
    numpy.savez(folder / "blobs.npz", X=draw.normal(0, 1.2, (90, 4)) + y[:, None], y=y)
    (folder / "p.toml").write_text(PIPELINE)
    (folder / "plugins.py").write_text(PLUGINS)
    run(load(folder / "p.toml"), folder / "runs")
    return folder


def started(file: Path, *settings: str, text: str = PIPELINE) -> Run:
    """A run that starts from the first one."""
    source = f'strategy.use = "coarse-to-fine"\nstart_from = "{file.parent / "runs" / "first"}"'
    file.write_text(text.replace("[search]", f"[search]\n{source}").replace('"first"\nrep', '"next"\nrep'))
    return run(load(file, settings), file.parent / "runs")


def note(done: Run) -> str:
    """What is told of the only source."""
    (line,) = (each for each in done.info.notes if each.startswith("start_from "))
    return line.partition(": ")[2]


def earlier(file: Path, name: str = "next") -> tuple[EarlierTrial, ...]:
    with SQLite().read(file.parent / "runs" / name) as ledger:
        study = ledger.study()
        assert study is not None
        return study.earlier


def trials(file: Path, name: str) -> tuple[Trial, ...]:
    with SQLite().read(file.parent / "runs" / name) as ledger:
        return ledger.trials()
