"""A search of scikit-learn's forests killed by SIGKILL, in a rung and between rungs, comes to the same bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.test_processes import bits, finish, rows, start, until

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
baselines = false
trials = 8
round = 4
pruner = "successive-halving"
"""


@pytest.mark.slow
def test_a_search_of_forests_that_is_killed_comes_to_the_same_bits(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(PIPELINE)
    finish(start(file, "whole", "--set", "executor=inline"))
    for enough in (1, 50):  # values of metrics: during the first rung, and after it
        killed = start(file, "killed")
        until(lambda: rows(file, "killed", "SELECT count(*) FROM metric")[0][0] >= enough, killed)  # noqa: B023
        killed.kill()
        killed.communicate()
    finish(start(file, "killed"))
    assert bits(file, "killed") == bits(file, "whole")
    assert {state for (state,) in rows(file, "killed", "SELECT state FROM trial")} == {"finished", "pruned"}
