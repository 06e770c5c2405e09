"""Flights of New York in 2013: searched on January, tested again with each later month.

`late`, by more than 15 minutes at arrival, is predicted from what is known before: carrier, airports, day and hour.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import caviar
import numpy

from benchmarks.retest.sources import Columns, columns_of

_LATE = 15  # minutes
_ROWS = 8_000  # of each month, drawn at random
_LEFT_OUT = ("month", "dep_delay", "dep_time", "arr_delay", "minute", "flight")
_FILE = """
name = "january"
reporter = []
executor = "inline"
model.units = { log-int = [8, 64] }
optimizer.learning_rate = { log = [1e-4, 1e-1] }
trainer = { epochs = 3, batch_size = 256 }
search = { trials = 24, strategy = "coarse-to-fine", metric = "validation.auc" }
data = { use = "table", path = "1.csv", target = "late", test = 0.2, positive = "yes" }
"""


def months(folder: Path) -> Iterator[str]:
    """A line for each month: what the deployed model has, what it has trained again, what moved, the exit code."""
    columns = columns_of("nycflights_arr_delay", "arr_delay")
    for month in range(1, 13):
        _write(columns, month, folder / f"{month}.csv")
    (folder / "january.toml").write_text(_FILE)
    study = caviar.load(folder / "january.toml").run(runs=folder)
    assert study.best is not None
    yield f"winner: {dict(study.best.values)}, test.auc {study.best.metrics['test.auc']:.3f}"
    yield "| month | rows | winner | deployed model | moved | trained again | largest shifts | told apart | exit | s |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for month in range(2, 13):
        began = time.monotonic()
        found = caviar.retest(study, data=folder / f"{month}.csv")
        assert found is not None
        yield _line(month, found, sum(1 for _ in (folder / f"{month}.csv").open()) - 1, time.monotonic() - began)


def _line(month: int, found: caviar.Revalidation, rows: int, seconds: float) -> str:
    shifts = list(dict.fromkeys(f"{each.column} {abs(each.size):.2f}" for each in found.shifts))[:3]
    told = "" if found.told_apart is None else f"{found.told_apart.auc:.2f}"
    now = found.metric_moved.text.partition("is ")[2].partition(" on")[0]
    again = float(numpy.mean(found.rivals[0].scores))
    ends = found.metric_moved.interval
    by = "" if ends is None else f"{found.metric_moved.answer} ({ends[0]:+.3f} to {ends[1]:+.3f})"
    cells = (month, f"{rows:,}", found.wins.answer, now, by, f"{again:.3f}", ", ".join(shifts), told)
    return f"| {' | '.join(map(str, cells))} | {found.exit_code} | {seconds:.0f} |"


def _write(columns: Columns, month: int, file: Path) -> None:
    all_rows = numpy.flatnonzero(columns["month"] == month)
    chosen = numpy.sort(numpy.random.default_rng(month).permutation(all_rows)[:_ROWS])
    names = [name for name in columns if name not in _LEFT_OUT]
    late = columns["arr_delay"][chosen] > _LATE
    with file.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([*names, "late"])
        for row, is_late in zip(chosen.tolist(), late.tolist(), strict=True):
            writer.writerow([*(columns[name][row] for name in names), "yes" if is_late else "no"])
