"""`pipe predict`: predictions alone are on standard output."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

FILE = """
data = { path = "rows.csv", target = "y" }
model = { units = 4, activation = "loud" }
trainer.epochs = 1
search.baselines = false
executor.use = "inline"
"""
CODE = """
from caviar_plugins import ReLU

print("imported")


class Loud(ReLU):
    def forward(self, *known):
        print("forward")
        return super().forward(*known)
"""


def pipe(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "caviar", *words, "--code", "code.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=True)


def test_what_plugins_print_is_not_among_the_predictions(tmp_path: Path) -> None:
    rows = [f"{number % 7},{number % 5},{'ab'[number % 2]}" for number in range(60)]
    (tmp_path / "rows.csv").write_text("\n".join(["u,v,y", *rows]))
    (tmp_path / "p.toml").write_text(FILE)
    (tmp_path / "code.py").write_text(CODE)
    pipe(tmp_path, "run", "p.toml")
    done = pipe(tmp_path, "predict", "runs/p", "rows.csv")
    assert [len(row) for row in csv.reader(done.stdout.splitlines())] == [3] * 61
    assert "imported" in done.stderr
    assert "forward" in done.stderr
