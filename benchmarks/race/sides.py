"""One race of either side: processes started, watched and timed from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from benchmarks.environment import unbiased
from benchmarks.race import rows
from benchmarks.race.setting import LONGER, TRIALS, pipeline

_STOPWATCH = Path(__file__).with_name("stopwatch.py")


@dataclass(frozen=True)
class Race:
    """`trials`: for each that ended, in order, the seconds since the start and its objective, None if it was stopped.

    `seconds`: until all of the side's processes had ended.
    """

    seconds: float
    trials: tuple[tuple[float, float | None], ...]

    def best(self, trials: int) -> float:
        """The best of the first so many."""
        return max(value for _, value in self.trials[:trials] if value is not None)

    def reached(self, level: float) -> int | None:
        """How many trials had ended when one first was as good; None if none was."""
        good = (place for place, (_, value) in enumerate(self.trials, 1) if value is not None and value >= level)
        return next(good, None)


def ours(data: Path, space: str, seed: int, trials: int = LONGER) -> Race:
    """`pipe run` as a user starts it, with a reporter that notes the time."""
    with TemporaryDirectory() as name:
        file = written(Path(name), data, space, seed, trials)
        return _race(["-m", "caviar", "run", str(file), "--runs", name, "--code", str(_STOPWATCH)], Path(name))


def peer(data: Path, space: str, seed: int, trials: int = TRIALS) -> Race:
    """Optuna and PyTorch on the same rows, read, split and standardized for it before the clock starts."""
    with TemporaryDirectory() as name:
        write_parts(written(Path(name), data, space, seed, trials))
        return _race(["-m", "benchmarks.race.peer", name, space, str(seed), str(trials)], Path(name))


def _race(words: list[str], folder: Path) -> Race:
    began = monotonic()
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, env=unbiased())
    seconds = monotonic() - began
    if done.returncode:
        raise RuntimeError(done.stderr)
    lines = [json.loads(line) for log in folder.glob("log*") for line in log.read_text().splitlines()]
    return Race(seconds, tuple((at - began, value) for at, value in sorted(lines, key=itemgetter(0))))


def written(folder: Path, data: Path, space: str, seed: int, trials: int) -> Path:
    file, arranged = folder / "race.toml", folder / "rows.npz"
    rows.write(data, arranged, seed)
    file.write_text(pipeline(arranged, space, seed, folder / "log", trials))
    return file


def write_parts(file: Path) -> None:
    """What a run of this file trains and validates on, as arrays."""
    import numpy
    from caviar import load
    from caviar.engine.data.resolve import resolve_run

    found = resolve_run(load(file, code=_STOPWATCH))[0].datasets[0]
    parts = {"train": found.split.train, "held": found.split.validation}
    arrays: dict[str, Any] = {f"x_{name}": found.x[part] for name, part in parts.items()}
    arrays |= {f"y_{name}": found.truth[part, 0] for name, part in parts.items()}
    numpy.savez(file.with_name("parts.npz"), **arrays)
