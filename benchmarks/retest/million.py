"""What a whole retest takes of files of a million rows: processor seconds without training, and memory.

`python -m benchmarks.retest.million RUN DATA` is the process that is measured.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import caviar
from caviar.engine.revalidation.finished import read_finished
from caviar.engine.revalidation.revalidate import Watch, revalidate
from caviar.engine.revalidation.today import replaced
from caviar.engine.revalidation.training import Trainings
from caviar.values.segment import MemberOutcome
from caviar.values.trial import Trial

_ROWS = 1_000_000
_NUMBERS, _WORDS = 20, (3, 10, 50, 2000)
_FILE = """
name = "million"
reporter = []
executor = "inline"
model.units = 8
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 1, batch_size = 4096 }
search = { trials = 3, strategy = "random", baselines = false }
data = { use = "table", path = "old.csv", target = "label", test = 0.2 }
"""


def million(folder: Path) -> Iterator[str]:
    """A line for each step: processor seconds, those of training apart, and the most memory of the process so far."""
    for seed, name in enumerate(("old.csv", "new.csv")):
        _write(folder / name, seed)
    (folder / "million.toml").write_text(_FILE)
    caviar.load(folder / "million.toml").run(runs=folder / "runs")
    size = (folder / "new.csv").stat().st_size / 1e6
    yield f"{_ROWS:,} old and as many new rows, {_NUMBERS} columns of numbers, {len(_WORDS)} of words, {size:.0f} MB"
    yield "| step | processor seconds | of them training | peak of the process |"
    yield "|---|---|---|---|"
    words = [sys.executable, "-m", "benchmarks.retest.million", str(folder / "runs/million"), str(folder / "new.csv")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    yield from (done.stdout + done.stderr).splitlines()


def _write(file: Path, seed: int) -> None:
    """Normal numbers, words of equal shares, and a label that follows from two of the numbers; x0 moves by the seed."""
    import duckdb

    normal = "sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())"
    numbers = [f"round({normal}, 5) AS x{place}" for place in range(_NUMBERS)]
    words = [f"'w' || floor({many} * random())::INT AS c{place}" for place, many in enumerate(_WORDS)]
    label = "CASE WHEN x1 + x2 > 0 THEN 'yes' ELSE 'no' END AS label"
    inner = f"SELECT {', '.join([*numbers, *words])} FROM range({_ROWS})"
    moved = f"SELECT * REPLACE (round(x0 + {0.2 * seed}, 5) AS x0), {label} FROM ({inner})"
    with duckdb.connect() as connection:
        connection.execute(f"SELECT setseed({0.1 * (seed + 1)})")
        connection.execute(f"COPY ({moved}) TO '{file}' (HEADER)")


class Clock:
    """Processor seconds of each step, and those in which something was trained."""

    def __init__(self) -> None:
        self.step, self.began, self.trained = "opening the run", time.process_time(), 0.0
        self.total = self.training = 0.0

    def next(self, step: str) -> None:
        """The step before has ended: prints its line."""
        spent = time.process_time() - self.began
        print(f"| {self.step} | {spent:.1f} | {self.trained:.1f} | {_peak():.0f} MB |", flush=True)
        self.total, self.training = self.total + spent, self.training + self.trained
        self.step, self.began, self.trained = step, time.process_time(), 0.0

    def count(self, run: Any) -> Any:
        """The method, whose processor seconds are those of training."""

        def counted(
            trainings: Trainings, trials: Sequence[Trial], seeds: Sequence[int]
        ) -> Iterator[tuple[int, MemberOutcome]]:
            outcomes = run(trainings, trials, seeds)
            while True:
                began = time.process_time()
                found = next(outcomes, None)
                self.trained += time.process_time() - began
                if found is None:
                    return
                yield found

        return counted


def _peak() -> float:
    """In MB; getrusage would tell that of the process which started this one, if that was larger."""
    (line,) = (each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1e3


def main(run: Path, data: Path) -> None:
    """Retests a run, and prints what each step takes."""
    clock = Clock()
    Trainings.run = clock.count(Trainings.run)  # type: ignore[method-assign]
    finished = read_finished(run)
    found = revalidate(finished, replaced(finished, data), seeds=2, watch=Watch(step=clock.next))
    clock.next("")
    print(f"| all | {clock.total:.1f} | {clock.training:.1f} | {_peak():.0f} MB |")
    print(f"exit code {found.exit_code}; moved: {', '.join(each.column for each in found.shifts)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
