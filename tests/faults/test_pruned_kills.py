"""A pruned search killed again and again by SIGKILL, wherever it stands, comes to the bits of one that never was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.test_processes import bits, finish, rows, start, until

# Rungs after epochs 1 and 3; some run out of patience between them.
PIPELINE = """
name = "p"
data = "digits"
normalizer = "batchnorm"
reporter = []
[model]
units = { choice = [16, 24] }
dropout = { uniform = [0.0, 0.4] }
[optimizer]
learning_rate = { log = [1e-4, 1.0] }
[trainer]
epochs = 9
batch_size = 32
patience = 1
[search]
baselines = false
trials = 9
round = 9
pruner = "successive-halving"
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pruned") / "p.toml"
    file.write_text(PIPELINE)
    finish(start(file, "whole", "--set", "executor=inline"))
    return file


@pytest.mark.parametrize("executor", ["inline", "{ use = 'processes', workers = 2 }"])
def test_a_pruned_search_that_is_killed_again_and_again_comes_to_the_same_bits(file: Path, executor: str) -> None:
    into, words = executor.split()[0].strip("{") or "processes", ("--set", f"executor={executor}")
    for enough in (1, 80):  # values of metrics: during the first rung, and after it
        killed = start(file, into, *words)
        until(lambda: rows(file, into, "SELECT count(*) FROM metric")[0][0] >= enough, killed)  # noqa: B023
        killed.kill()
        killed.communicate()
    finish(start(file, into, *words))
    assert bits(file, into) == bits(file, "whole")
    states = {state for (state,) in rows(file, into, "SELECT state FROM trial")}
    assert states == {"finished", "pruned"}
