"""One race of either side: its processes are started and timed from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from benchmarks.environment import unbiased
from benchmarks.race.rows import Rows
from benchmarks.race.setting import pipeline

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Race:
    """The winner's validation score and test error, 1 - accuracy or 1 - R2; how many trials have ended.

    `seconds`: until all of the side's processes had ended.
    """

    validation: float
    error: float
    trials: int
    seconds: float


def ours(rows: Rows, seed: int, seconds: float, recipe: str = "", ensemble: int = 0) -> Race:
    """`pipe run` as a user starts it; it reads the files and tests its winner within the time. 1 without a winner."""
    with TemporaryDirectory() as name:
        file = written(Path(name), rows, seed, seconds, recipe, ensemble)
        done, took = _timed([sys.executable, "-m", "caviar", "run", str(file), "--runs", name, "--json"])
    found = json.loads(done)
    if found["best"] is None:  # no epoch has ended
        return Race(-inf, 1.0, 0, took)
    answer = found.get("ensemble") or found["best"]  # what `pipe predict` predicts with
    metrics, score = answer["metrics"], "accuracy" if rows.task == "classification" else "r2"
    ended = found["finished"] + found["pruned"] + found["diverged"]
    return Race(metrics[f"validation.{score}"], 1 - metrics[f"test.{score}"], ended, took)


def peer(rows: Rows, seed: int, seconds: float, python: str) -> Race:
    """Optuna and PyTorch on the same rows, read, split and standardized for it before the clock starts."""
    with TemporaryDirectory() as name:
        write_parts(written(Path(name), rows, seed, seconds), rows)
        words = [python, "-m", "benchmarks.race.peer", name, rows.task, str(seed), str(monotonic() + seconds)]
        _, took = _timed(words)
        found = [json.loads(file.read_text()) for file in Path(name).glob("found-*")]
    validation, error, _ = max(found, key=itemgetter(0))
    return Race(validation, error, sum(trials for *_, trials in found), took)


def _timed(words: Sequence[str]) -> tuple[str, float]:
    began = monotonic()
    environment = unbiased() | {
        "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    }
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    seconds = monotonic() - began
    if done.returncode and not done.stdout:
        raise RuntimeError(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout, seconds


def written(folder: Path, rows: Rows, seed: int, seconds: float, recipe: str = "", ensemble: int = 0) -> Path:
    """The pipeline file. A recipe gets the number of epochs that `pipe init --effort quick` writes for so many rows."""
    file = folder / "race.toml"
    own = ', target_transform = "none"' if rows.task == "regression" and not recipe else ""  # the peer has no other
    file.write_text(pipeline(rows.keys + own, seed, seconds, recipe, ensemble), encoding="utf-8")
    if recipe:
        epochs = _epochs(file)
        file.write_text(pipeline(rows.keys, seed, seconds, recipe, epochs=epochs), encoding="utf-8")
    return file


def _epochs(file: Path) -> int:
    """Those of a table of 2,000 rows or more: for fewer `pipe init` counts on folds, which no race has."""
    from caviar import load
    from caviar.cli.scaffold.efforts import EFFORTS

    data = load(file).data
    assert data is not None
    return EFFORTS["quick"].epochs_for(data.head())


def write_parts(file: Path, rows: Rows) -> None:
    """What a run of this file learns from, validates and tests on, as arrays; numbers to predict are standardized."""
    import numpy
    from caviar import load
    from caviar.engine.data.resolve import resolve_run

    found = resolve_run(load(file))[0].datasets[0]
    parts = {"train": found.split.train, "held": found.split.validation, "test": found.split.test}
    truth = found.truth[:, 0]
    if rows.task == "regression":
        truth = (truth - truth[parts["train"]].mean()) / truth[parts["train"]].std()
    arrays: dict[str, Any] = {f"x_{name}": found.x[part] for name, part in parts.items()}
    arrays |= {f"y_{name}": truth[part] for name, part in parts.items()}
    numpy.savez(file.with_name("parts.npz"), **arrays)
