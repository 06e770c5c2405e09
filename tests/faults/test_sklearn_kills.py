"""A search of scikit-learn's forests killed by SIGKILL comes to the same bits, and no ended trial is trained again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.killing import check_kills

PIPELINE = """
name = "p"
data = "digits"
reporter = []
executor = { use = "processes", workers = 2 }
[trainer]
use = "sklearn"
estimator = "RandomForestClassifier"
epochs = 4
[trainer.values]
n_estimators = { int = [4, 12] }
max_depth = { choice = ["none", 4] }
[search]
strategy = "coarse-to-fine"
baselines = false
trials = 8
round = 4
pruner = "hyperband"
"""


@pytest.mark.thorough
@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_a_search_of_forests_that_is_killed_comes_to_the_same_bits(tmp_path: Path, kills: int) -> None:
    (tmp_path / "p.toml").write_text(PIPELINE)
    check_kills(tmp_path / "p.toml", kills)
