"""What comparing a million rows takes, besides training."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy

from benchmarks.environment import unbiased
from benchmarks.estimates.tree import used

_FILE = """
reporter = []
executor = "inline"
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 1 }
search = { trials = 4, baselines = false }
data = { use = "table", path = "old.csv", target = "y", test = 0.1 }
"""
_PROGRAM = """
import json, sys, time
from pathlib import Path
from tempfile import TemporaryDirectory

from caviar.engine.baselines.judge import judge_for
from caviar.engine.revalidation.data_moved import data_moved
from caviar.engine.revalidation.finished import read_finished
from caviar.engine.revalidation.metric_moved import deployed
from caviar.engine.revalidation.revalidate import unseen
from caviar.engine.revalidation.today import old_rows, replaced, todays_rows
from caviar.engine.revalidation.training import Judged

times, began = {}, time.process_time()
def lap(name):
    global began
    times[name] = round(time.process_time() - began, 1)
    began = time.process_time()

run = read_finished(Path("runs/rows"))
lap("open")
with TemporaryDirectory() as folder:
    new = todays_rows(run, replaced(run, Path("new.csv")), Path(folder))
    lap("read today's rows")
    judge, new = Judged(new).judge, new.without_inputs()
    old = old_rows(run, new, True, Path(folder))
lap("read the old rows")
rows = unseen(old, new)
lap("find added rows")
moved = data_moved(run, old, new, rows)
lap("compare columns and classify")
deployed(run.model, new, judge, rows)
lap("deployed model")
print("TIMES " + json.dumps([times, moved.answer.answer, [each.column for each in moved.shifts]]))
"""


def million(folder: Path) -> Iterator[str]:
    """Two files of a million rows with 20 numbers and 4 columns of words, one of which moved in two columns."""
    (folder / "rows.toml").write_text(_FILE)
    _write(folder / "old.csv", 1, 0.0)
    _write(folder / "new.csv", 2, 0.1)
    subprocess.run(["pipe", "run", "rows.toml", "--quiet"], cwd=folder, env=unbiased(), check=True)
    (folder / "measure.py").write_text(_PROGRAM)
    usage = used([sys.executable, "measure.py"], folder, unbiased())
    times, answer, columns = json.loads(usage.output.split("TIMES ")[1])
    yield f"{usage.seconds:.0f} s, {usage.processor:.0f} processor seconds, {usage.memory / 1e6:.0f} MB at most"
    yield f"moved: {answer} ({', '.join(columns)})"
    yield from (f"{name}: {seconds} s" for name, seconds in times.items())


def _write(file: Path, seed: int, shift: float, rows: int = 1_000_000) -> None:
    random = numpy.random.default_rng(seed)
    numbers = random.normal(size=(rows, 20))
    y = (numbers[:, 0] + random.normal(size=rows) > 0).astype(int)
    numbers[:, 0] += 2 * shift
    words = [random.choice([f"w{k}" for k in range(many)], rows) for many in (3, 10, 50, 2000)]
    words[0][random.uniform(size=rows) < shift] = "w0"
    with file.open("w") as target:
        target.write(",".join([*(f"x{k}" for k in range(20)), *(f"c{k}" for k in range(4)), "y"]) + "\n")
        for start in range(0, rows, 10_000):
            part = range(start, start + 10_000)
            target.writelines(
                ",".join([*(f"{each:.4f}" for each in numbers[k]), *(each[k] for each in words), str(y[k])]) + "\n"
                for k in part
            )
