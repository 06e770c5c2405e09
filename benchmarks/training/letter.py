"""64 full trials on letter in 2 processes, start-up included, against Optuna with PyTorch in 2 processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.environment import unbiased

DATA = Path(__file__).parents[2] / "pipelines" / "data" / "letter.npz"

_PIPELINE = f"""
name = "letter"
normalizer = "batchnorm"
[data]
path = "{DATA}"
target = "y"
[model]
units = {{ choice = [64, 128] }}
[optimizer]
learning_rate = {{ log = [1e-4, 1e-1] }}
[trainer]
epochs = 10
batch_size = {{ choice = [64, 128, 256] }}
[search]
strategy = "random"
trials = 64
round = 64
[executor]
use = "processes"
"""


def section(rounds: int) -> str:
    """Wall clock of both, in turn; compiled kernels are on disk, as after anyone's first run."""
    _ours(trials=2)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_ours(trials=64))
        with TemporaryDirectory() as folder:
            journal = str(Path(folder) / "journal")
            theirs.append(_seconds(["-m", "benchmarks.training.optunas", journal, str(DATA)]))
    quick, slow = median(ours), median(theirs)
    return (
        "## 64 trials on letter\n\n10 epochs each, units 64 or 128, batch 64, 128 or 256, 2 processes, wall clock with "
        f"start-up, median of {rounds}:\ncaviar {quick:.1f} s, Optuna + PyTorch {slow:.1f} s: "
        f"{slow / quick:.1f} times as fast (target: at least 4)."
    )


def _ours(trials: int) -> float:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "letter.toml"
        file.write_text(_PIPELINE)
        words = ["run", str(file), "--runs", folder, "--workers", "2", "--set", f"search.trials={trials}"]
        return _seconds(["-m", "caviar", *words])


def _seconds(words: list[str]) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True, env=unbiased())
    return perf_counter() - began
