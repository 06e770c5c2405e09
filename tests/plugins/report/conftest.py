"""A small search with a pruner, run once."""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar import load
from caviar.engine.study import run

FILE = """
data = "digits"
reporter = ["report"]
normalizer = "batchnorm"
executor = "inline"
model.units = { log-int = [4, 8] }
model.activation = { choice = ["relu", "tanh"] }
optimizer = { use = "adam", learning_rate = { log = [1e-4, 1e-1] }, beta1 = { beta = [0.5, 0.99] } }
trainer = { epochs = 3, batch_size = 256 }
search = { trials = 12, round = 6, pruner = "successive-halving" }
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run, with its report."""
    runs = tmp_path_factory.mktemp("report")
    (runs / "p.toml").write_text(FILE)
    run(load(runs / "p.toml"), runs)
    return runs / "p"
