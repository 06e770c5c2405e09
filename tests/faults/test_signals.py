"""Signals in the middle of trainings of every kind: the run ends with 130 in the middle of an epoch, and leaves nobody.

Each training would take hours, so a run that ends has not waited for it. A second Ctrl-C changes none of that.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.test_processes import rows, until

pytestmark = pytest.mark.slow

NETWORK = """
data = "digits"
model = { layers = 3, units = 128 }
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer.epochs = 1_000_000
"""
FUNCTION = """
import time

import caviar
from caviar_plugins import Uniform


@caviar.trial(metric="loss", goal="minimize")
def train(x=Uniform(0.0, 1.0)):
    try:
        time.sleep(10_000)
    except KeyboardInterrupt:
        time.sleep(10_000)
    return x
"""
PROGRAM = """
[trainer]
use = "command"
command = ["sh", "-c", "sleep 10000 & echo '{\\"loss\\": 1}'; wait", "{x}"]
metric = "loss"
goal = "minimize"
epochs = 2
[trainer.values]
x = { uniform = [0.0, 1.0] }
"""
FOREST = """
data = "digits"
[trainer]
use = "sklearn"
estimator = "MLPClassifier"
epochs = 1
[trainer.values]
max_iter = 10_000_000
tol = 0.0
n_iter_no_change = 10_000_000
alpha = { log = [1e-6, 1e-1] }
"""
MODULE = """
from caviar_plugins import Choice, network
from torch import nn


@network
def net(inputs, outputs, units=Choice((64, 128))):
    return nn.Sequential(nn.Linear(inputs, units), nn.ReLU(), nn.Linear(units, outputs))
"""
OF_MODULES = """
data = "digits"
model = "net"
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer.epochs = 1_000_000
"""
SEARCH = """
[search]
baselines = false
trials = 4
"""
KINDS = {
    "network": ("p.toml", NETWORK + SEARCH, ()),
    "function": ("p.py", FUNCTION, ()),
    "program": ("p.toml", PROGRAM + SEARCH, ("--trust",)),
    "sklearn": ("p.toml", FOREST + SEARCH, ()),
    "module": ("p.toml", OF_MODULES + SEARCH, ("--code", "net.py")),
}


def left(tag: str) -> list[str]:
    """The processes that were started with this word in their environment."""
    found = []
    for process in (each for each in Path("/proc").iterdir() if each.name.isdecimal()):
        try:
            if tag.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:  # it has ended meanwhile
            pass
    return found


@pytest.mark.parametrize("executor", ["inline", "processes"])
@pytest.mark.parametrize(
    ("kind", "stop", "times"),
    [
        *((kind, stop, 1) for kind in KINDS for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)),
        *((kind, signal.SIGINT, 2) for kind in KINDS),
    ],
)
def test_a_signal_ends_every_kind_of_training_and_leaves_no_process(
    tmp_path: Path, kind: str, stop: signal.Signals, times: int, executor: str
) -> None:
    if kind == "module":
        pytest.importorskip("torch", reason="networks are of PyTorch: install '.[torch]'")
    if kind == "sklearn":
        pytest.importorskip("sklearn", reason="estimators are scikit-learn's: install '.[sklearn]'")
    name, text, words = KINDS[kind]
    file, tag = tmp_path / name, f"tag{uuid4().hex}"
    file.write_text(text)
    (tmp_path / "net.py").write_text(MODULE)
    command = [sys.executable, "-m", "caviar", "run", name, *words, "--set", f"executor={executor}"]
    process = subprocess.Popen(
        [*command, "--set", "reporter=[]"],
        cwd=tmp_path,
        env=os.environ | {"TAG": tag},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: rows(file, "runs", "SELECT count(*) FROM population")[0][0] >= 1, process)
    for _ in range(times):
        process.send_signal(stop)
    _, errors = process.communicate()
    assert process.returncode == 130, errors
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert left(tag) == []
