"""A store of a third party keeps a study as well as the bundled one: rows only, in lines of JSON.

Weights, training states, which of them are kept, and what is read of the rows are the engine's, so the store is
json_lines.py alone, written with names of `caviar.plugin`. A study that it keeps is killed in the middle and resumed,
and comes to the same trials, curves, weights and winner.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from caviar import load, open_run
from caviar.testing import StoreContract

from tests.seams import json_lines
from tests.seams.json_lines import JSONLines

SOURCE = Path(json_lines.__file__)

PIPELINE = """
name = "p"
reporter = []
executor = "inline"
data = "digits"
model.units = { choice = [3, 5] }
optimizer.learning_rate = { log = [1e-4, 1.0] }
trainer = { epochs = 4, batch_size = 64, population = 2 }
search = { baselines = false, trials = 8, round = 4, pruner = "median" }
store = { use = "sqlite", keep = 3 }
"""

DIES = '''

class Dies(JSONLines, interface=5):
    """Its process is killed when half of a line is written, or when all of it is and nothing is said of it."""

    name = "dies"
    call: int = 0
    after: bool = False

    def open(self, folder: Path) -> Ledger:
        import signal

        ledger, done = super().open(folder), []
        commit = ledger.commit

        def killed(changes, durable=True):
            done.append(changes)
            fatal = len(done) == self.call
            if fatal and not self.after:
                line = line_of(changes)
                os.pwrite(ledger._file, line[: len(line) // 2], ledger._whole())
            if not fatal or self.after:
                commit(changes, durable)
            if fatal:
                os.kill(os.getpid(), signal.SIGKILL)

        ledger.commit = killed
        return ledger
'''

# Forks that do not live beyond one commit, each in a folder of its own; prints the folders of those that were killed.
KILLED = """
import os, sys
from caviar import load

load("p.toml", code="plugins.py").run(runs="loads the libraries")
for after in ("true", "false"):
    code, call = -9, 0
    while code == -9:
        call += 2
        folder = f"dies {after} {call}"
        child = os.fork()
        if not child:
            settings = ["store.use=dies", f"store.after={after}", f"store.call={call}"]
            load("p.toml", settings, "plugins.py").run(runs=folder)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == -9:
            print(folder)
sys.exit(code)
"""


class TestJSONLines(StoreContract):
    store = JSONLines()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "p.toml").write_text(PIPELINE)
    (tmp_path / "plugins.py").write_text(SOURCE.read_text() + DIES)
    return tmp_path


def ran(home: Path, into: str, store: str) -> tuple[Any, ...]:
    """Every bit of the run, finished or resumed: its trials, curves, winner, and the files of weights by checksum."""
    code = home / "plugins.py"
    load(home / "p.toml", [f"store.use={store}"], code).run(runs=home / into)
    found = open_run(home / into / "p", code)
    curves = {trial: curve.tolist() for trial, curve in found.curves().items()}
    files = sorted(file.name for file in (found.folder / "models").iterdir())
    weights = {name: array.tolist() for name, array in found.model().weights.items()}
    return found.trials, curves, found.best, files, weights


def test_a_store_of_a_third_party_is_two_hundred_lines_of_public_names() -> None:
    text = SOURCE.read_text()
    modules = {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert {name for name in modules if str(name).startswith("caviar")} == {"caviar.plugin"}
    assert len(text.splitlines()) <= 200


def test_a_study_in_lines_of_json_that_is_killed_at_any_commit_comes_to_the_bits_of_one_in_sqlite(home: Path) -> None:
    whole = ran(home, "whole", "sqlite")
    assert {trial.state.value for trial in whole[0]} >= {"finished", "pruned"}
    assert ran(home, "lines", "json-lines") == whole
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=home,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert killed.returncode == 0, killed.stderr
    folders = killed.stdout.splitlines()
    assert len(folders) > 6
    for folder in folders:
        assert ran(home, folder, "json-lines") == whole, folder


def test_a_line_that_was_changed_is_reported(tmp_path: Path) -> None:
    from caviar.plugin import Changes, StoreError, Trial

    with JSONLines().open(tmp_path) as ledger:
        ledger.commit(Changes(trials={0: Trial(0, 0, (0.5,), {})}))
    file = tmp_path / "study.jsonl"
    file.write_text(file.read_text().replace("0.5", "0.6"))
    with JSONLines().open(tmp_path) as ledger, pytest.raises(StoreError, match="line 1 is damaged"):
        ledger.trials()
