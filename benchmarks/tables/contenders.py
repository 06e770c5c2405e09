"""Each contender as the commands that a user types: Caviar's three, or one process of a peer."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import ClassVar, Protocol

import numpy
from caviar.plugin import Array

from benchmarks.environment import unset
from benchmarks.tables.peers import PREDICTED, drawn
from benchmarks.tables.sources import Task
from benchmarks.tables.splits import TEST, TRAIN

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """`predicted` for the test rows, by the name under which it is reported; `seconds` of the whole commands."""

    predicted: dict[str, Array]
    seconds: float


class Contender(Protocol):
    """Anything that learns one part and predicts the other, and the names under which its results are reported."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def run(self, folder: Path, task: Task, split: int, threads: int) -> Outcome:
        """Raises Failed."""


class Failed(Exception):
    """A command ended with an error."""


@dataclass(frozen=True)
class Caviar:
    """`pipe init` and `pipe run`, nothing edited; the run tests its winner itself, and `pipe predict` shows how.

    `models`: of those that `pipe predict --model` knows, to be compared; by default the one that it predicts with.
    """

    effort: str = ""
    models: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        name = f"caviar {self.effort}".strip()
        return tuple(f"{name}, {model}" for model in self.models) or (name,)

    def run(self, folder: Path, task: Task, split: int, threads: int) -> Outcome:
        # `init` would take the target of pol for classes. For a rare class it writes a metric and a threshold that find
        # more of it; accuracy is measured here, so the metric is "auto" (accuracy or R2) and the threshold 0.5.
        by_task = "data.task=regression" if task == "regression" else "data.threshold=0.5"
        parts = ["data.test=0.0", f"data.test_path={TEST}", "search.metric=auto", by_task]
        settings = [word for part in parts for word in ("--set", part)]
        began = monotonic()
        _pipe(folder, "init", TRAIN, "--target", "y", *(["--effort", self.effort] if self.effort else []))
        _pipe(folder, "run", f"{Path(TRAIN).stem}.toml", "--workers", str(threads), *settings)
        seconds = monotonic() - began
        return Outcome(dict(zip(self.names, self._predictions(folder), strict=True)), seconds)

    def _predictions(self, folder: Path) -> Iterator[Array]:
        for choice in [["--model", model] for model in self.models] or [[]]:
            out = folder / "predicted.csv"
            _pipe(folder, "predict", f"runs/{Path(TRAIN).stem}", TEST, "--out", out.name, *choice)
            yield _read(out)


@dataclass(frozen=True)
class OneNetwork:
    """The recipe `realmlp` as it is, one trial, from the rows that the peer `realmlp-td, given rows` has."""

    names: ClassVar[tuple[str, ...]] = ("caviar realmlp",)

    def run(self, folder: Path, task: Task, split: int, threads: int) -> Outcome:
        head, *rows = (folder / TRAIN).read_text(encoding="utf-8").splitlines()
        tested = (folder / TEST).read_text(encoding="utf-8").splitlines()[1:]
        trained, validated = drawn(len(rows), split)
        lines = [f"{head},part", *(f"{rows[row]},train" for row in trained)]
        lines += [*(f"{rows[row]},validation" for row in validated), *(f"{row},test" for row in tested)]
        (folder / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "rows.toml").write_text(
            f'recipe = "realmlp"\nseed = {split}\nsearch = {{ trials = 1, baselines = false }}\n'
            f'data = {{ path = "rows.csv", target = "y", part = "part", task = "{task}" }}\n',
            encoding="utf-8",
        )
        began = monotonic()
        _pipe(folder, "run", "rows.toml", "--workers", str(threads))
        _pipe(folder, "predict", "runs/rows", TEST, "--out", "predicted.csv")
        return Outcome({self.names[0]: _read(folder / "predicted.csv")}, monotonic() - began)


@dataclass(frozen=True)
class Peer:
    """A peer in an environment of its own."""

    name: str
    python: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def run(self, folder: Path, task: Task, split: int, threads: int) -> Outcome:
        began = monotonic()
        _command(
            [self.python, "-m", "benchmarks.tables.peers", self.name, str(folder), str(split), str(threads)], _ROOT
        )
        seconds = monotonic() - began
        return Outcome({self.name: numpy.load(folder / PREDICTED)}, seconds)


def _read(predictions: Path) -> Array:
    """The first column of `pipe predict`'s file, as numbers."""
    with predictions.open(encoding="utf-8", newline="") as file:
        return numpy.asarray([float(row[0]) for row in list(csv.reader(file))[1:]])


def _pipe(folder: Path, *words: str) -> None:
    _command([sys.executable, "-m", "caviar", *words], folder)


def _command(words: Sequence[str], folder: Path) -> None:
    done = subprocess.run(words, cwd=folder, env=unset(), capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
