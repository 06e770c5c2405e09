"""A search of PyTorch modules killed by SIGKILL comes to the same bits, and its best model predicts."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from tests.commands import pipe
from tests.faults.killing import check_kills
from tests.faults.test_processes import bits, finish, rows, start, until

pytestmark = [pytest.mark.peers, pytest.mark.slow]
pytest.importorskip("torch", reason="networks are of PyTorch: install '.[torch]'")

NETWORK = """
from caviar_plugins import Choice, Uniform, network
from torch import nn


class Net(nn.Module):
    def __init__(self, inputs, outputs, units, dropout):
        super().__init__()
        self.first, self.last = nn.Linear(inputs, units), nn.Linear(units, outputs)
        self.norm, self.drop = nn.BatchNorm1d(units), nn.Dropout(dropout)

    def forward(self, x):
        return self.last(self.drop(self.norm(self.first(x)).relu()))


@network
def net(inputs, outputs, units=Choice((7, 16)), dropout=Uniform(0.0, 0.5)):
    return Net(inputs, outputs, units, dropout)
"""
PIPELINE = """
name = "p"
data = "digits"
model = "net"
reporter = []
executor = { use = "processes", workers = 2 }
[optimizer]
learning_rate = { log = [1e-3, 1e-1] }
[trainer]
epochs = 4
[search]
baselines = false
trials = 8
round = 8
pruner = "successive-halving"
"""


def _written(folder: Path) -> tuple[Path, Path]:
    file, code = folder / "p.toml", folder / "net.py"
    file.write_text(PIPELINE)
    code.write_text(NETWORK)
    return file, code


def test_ten_kills_lose_no_trial_of_a_search_of_modules(tmp_path: Path) -> None:
    file, code = _written(tmp_path)
    check_kills(file, 10, "--code", str(code), "--set", "search.trials=16")


def test_a_killed_search_of_modules_comes_to_the_bits_of_one_in_other_stacks(tmp_path: Path) -> None:
    file, code = _written(tmp_path)
    named = ("--code", str(code))
    finish(start(file, "whole", *named, "--set", "executor=inline"))
    killed = start(file, "killed", *named)
    until(lambda: rows(file, "killed", "SELECT count(*) FROM metric")[0][0] >= 1, killed)
    killed.kill()
    killed.communicate()
    finish(start(file, "killed", *named))
    assert bits(file, "killed") == bits(file, "whole")
    numpy.savez(tmp_path / "new.npz", x=numpy.ones((2, 64)))
    done = pipe(tmp_path, "predict", "killed/p", "new.npz", *named)
    assert done.returncode == 0, done.stderr
