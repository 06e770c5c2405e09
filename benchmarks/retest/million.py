"""What comparing a million rows takes, besides training."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from benchmarks.environment import unbiased
from benchmarks.estimates.tree import used

_FILE = """
reporter = []
executor = "inline"
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 1 }
search = { trials = 1, baselines = false }
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
    _write(folder / "old.csv", 0.1, 0.0)
    _write(folder / "new.csv", 0.2, 0.1)
    subprocess.run(["pipe", "run", "rows.toml", "--quiet"], cwd=folder, env=unbiased(), check=True)
    (folder / "measure.py").write_text(_PROGRAM)
    usage = used([sys.executable, "measure.py"], folder, unbiased())
    times, answer, columns = json.loads(usage.output.split("TIMES ")[1])
    yield f"{usage.seconds:.0f} s, {usage.processor:.0f} processor seconds, {usage.memory / 1e6:.0f} MB at most"
    yield f"moved: {answer} ({', '.join(columns)})"
    yield from (f"{name}: {seconds} s" for name, seconds in times.items())


def _write(file: Path, seed: float, shift: float, rows: int = 1_000_000) -> None:
    """Numbers of a hump, words of 3 to 2,000 values; with a shift the first number and the first word move."""
    hump = "round((random() + random() + random() - 1.5) * 2, 4)"
    numbers = ", ".join(f"{hump} + {2 * shift if place == 0 else 0} AS x{place}" for place in range(20))
    moved = f"CASE WHEN random() < {shift} THEN 'w0' ELSE 'w' || floor(random() * 3)::INT END AS c0"
    words = ", ".join(
        f"'w' || floor(random() * {many})::INT AS c{place}" for place, many in enumerate((10, 50, 2000), 1)
    )
    chosen = f"SELECT {numbers}, {moved}, {words} FROM range({rows})"
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute(f"SELECT setseed({seed})")
        connection.execute(
            f"COPY (SELECT *, (x0 + {hump} > {2 * shift})::INT AS y FROM ({chosen})) TO '{file}' (HEADER)"
        )
