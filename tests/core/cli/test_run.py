"""`pipe run`: what it came to is on standard output, all else on standard error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

FILE = """
data = "digits"
model.units = { int = [4, 8] }
trainer.epochs = 1
executor.workers = 1
search = { baselines = false, strategy = "loud", trials = 2 }
"""
CODE = """
import caviar
from caviar_plugins import RandomSearch, SGD

print("imported")


class Loud(RandomSearch):
    def propose(self, space, history, count, random):
        print("proposing")
        return super().propose(space, history, count, random)


class Shouting(SGD):
    def update(self, *known):
        print("training", flush=True)
        super().update(*known)
"""


def pipe(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "p.toml").write_text(FILE)
    (folder / "code.py").write_text(CODE)
    command = [sys.executable, "-m", "caviar", "run", "p.toml", "--code", "code.py", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=True)


def test_the_table_is_on_standard_output_and_progress_on_standard_error(tmp_path: Path) -> None:
    done = pipe(tmp_path)
    assert "Best: trial" in done.stdout
    assert "Best: trial" not in done.stderr
    assert "p: 2 trials of 1 epoch, in runs/p" in done.stderr
    assert "p: 2 trials" not in done.stdout


def test_json_is_all_there_is_on_standard_output_whatever_plugins_print(tmp_path: Path) -> None:
    done = pipe(tmp_path, "--json", "--set", "optimizer=shouting")
    assert json.loads(done.stdout)["finished"] == 2
    for printed in ("imported", "proposing", "training", "Best: trial"):
        assert printed in done.stderr


FAILING = """
import caviar


class Mine(caviar.Metric):
    \"\"\"Always fails.\"\"\"

    task = "classification"
    goal = "minimize"
    worst = float("inf")

    def measure(self, prediction, truth):
        raise ValueError("no")
"""


def test_the_next_command_after_a_failed_run_has_the_code_file_of_the_metric_and_works(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FAILING)
    (tmp_path / "p.toml").write_text(
        'data = "digits"\nmodel.units = 4\ntrainer.epochs = 1\nexecutor = "inline"\nsearch.metric = "validation.mine"\n'
    )
    command = [sys.executable, "-m", "caviar"]
    run = [*command, "run", "p.toml", "--code", "mine.py"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if "pipe results" in line)
    assert line.split()[:5] == ["pipe", "results", "runs/p", "--code", "mine.py"]
    again = [*command, *line.split()[1:5]]
    shown = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert shown.returncode == 0, shown.stderr
