"""SIGKILL of a run whose trials are trained by a function: nothing finished is lost, an epoch at most is repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from signal import SIGKILL

import pytest
from caviar import open_run

EPOCHS, TRIALS, WORKERS = 9, 9, 2
FUNCTION = '''
import os
from pathlib import Path
from signal import SIGKILL

import caviar
import numpy
from caviar_plugins import Log

KILLS = [int(number) for number in os.environ.get("KILLS", "").split()]


@caviar.trial(metric="score", goal="maximize", epochs=9)
def train(rate=Log(1e-2, 0.5), *, seed, folder, state=None):
    """Before an epoch ends, the run is killed where so many epochs were trained by all."""
    x, epoch = (state["x"], state["epoch"]) if state else (numpy.random.default_rng(seed).normal(size=3), 0)
    while True:
        epoch += 1
        note(folder, epoch)
        x = x - rate * x
        yield {"score": -float((x**2).sum()), "loss": 1.0}, {"x": x, "epoch": epoch}


def note(folder, epoch):
    with open(folder / "epochs.txt", "a") as file:
        print(epoch, file=file)
    run = folder.parents[1] if folder.parents[0].name == "trials" else folder.parents[2]
    with open(run / "count", "ab", buffering=0) as file:
        file.write(b".")
    for number in KILLS:
        if (run / "count").stat().st_size >= number:
            try:
                (run / f"killed{number}").touch(exist_ok=False)
            except FileExistsError:
                continue
            os.kill(COORDINATOR(), SIGKILL)
            import time
            time.sleep(60)  # a worker ends with its coordinator
'''


def run(folder: Path, executor: str, kills: str = "") -> int:
    """Runs the search until it ends; the number of times that it was killed."""
    (folder / "train.py").write_text(
        FUNCTION.replace("COORDINATOR", "os.getpid" if executor == "inline" else "os.getppid")
    )
    words = ["run", "train.py", "--quiet", "--set", "reporter=[]", "--set", f"executor={executor}"]
    words += ["--set", f"search.trials={TRIALS}", "--set", "search.round=9", "--set", "search.pruner=hyperband"]
    words += [] if executor == "inline" else ["--set", f"executor.workers={WORKERS}"]
    killed = 0
    while True:
        done = subprocess.run(
            [sys.executable, "-m", "caviar", *words],
            cwd=folder,
            env=os.environ | {"KILLS": kills},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode == 0:
            return killed
        assert done.returncode == -SIGKILL, done.stderr
        killed += 1


def trained(folder: Path) -> Counter[tuple[str, str]]:
    """How often each epoch of each trial was trained."""
    files = (folder / "runs" / "train" / "trials").rglob("epochs.txt")
    return Counter((str(file.parent.name), line) for file in files for line in file.read_text().split())


def outcome(folder: Path) -> list[object]:
    found = open_run(folder / "runs" / "train", code=folder / "train.py")
    curves = {trial: curve.tolist() for trial, curve in found.curves().items()}
    return [[(each.state, each.values, each.epochs, each.metrics) for each in found.trials], curves]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("executor", "kills"),
    [
        ("inline", "2 9 17 30"),
        pytest.param("processes", "2 9 17 30", marks=pytest.mark.slow),
        pytest.param("inline", "1 3 6 8 11 16 21 25 31 38", marks=pytest.mark.slow),
    ],
)
def test_a_killed_search_repeats_an_epoch_of_each_running_trial_at_most_and_comes_to_the_same(
    tmp_path: Path, executor: str, kills: str
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    assert run(whole, "inline") == 0
    assert set(trained(whole).values()) == {1}
    assert run(broken, executor, kills) == len(kills.split())
    assert outcome(broken) == outcome(whole)
    repeated = trained(broken) - trained(whole)
    assert trained(broken).keys() == trained(whole).keys()
    assert 0 < repeated.total() <= len(kills.split()) * (1 if executor == "inline" else WORKERS)
    assert not list(broken.rglob("checkpoint*"))
