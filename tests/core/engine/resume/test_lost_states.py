"""Training states that were lost while trials waited at rungs: the search goes on, to the same bits."""

from __future__ import annotations

import json
import shutil
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from caviar import Reporter, load
from caviar.engine.storage import pending
from caviar.engine.study import Run, run
from caviar.plugin import EpochInfo, hook

from tests.commands import pipe

FILE = """
data = { path = "rows.csv", target = "y" }
reporter = []
executor = "inline"
model.units = 4
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 9, batch_size = 32 }
search = { baselines = false, trials = 9, round = 9, pruner = "successive-halving" }
"""


class Copier(Reporter):
    """Copies the run after each epoch, as a crash would leave it; the parent is where copies go."""

    name = "copier"

    @hook
    def after_epoch(self, epoch: EpochInfo) -> None:
        waiting = list(Path("runs/p/models").glob("trial-*"))
        if waiting:
            shutil.copytree("runs", Path("copies") / str(len(list(Path("copies").glob("*")))))


def results() -> list[Any]:
    trials = json.loads(pipe(Path.cwd(), "results", "runs/p", "--json").stdout)["trials"]
    return [{name: value for name, value in trial.items() if name != "seconds"} for trial in trials]


def go(*watchers: Reporter) -> Run:
    return run(load("p.toml"), Path("runs"), watchers=watchers)


def test_waiting_trials_whose_states_are_lost_begin_anew_and_change_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "SECONDS", 0.0)  # every step is on the disk at once, whatever time it takes
    rows = (f"{number % 7},{number * number % 11},{'ab'[number * 3 % 5 % 2]}" for number in range(90))
    (tmp_path / "rows.csv").write_text("\n".join(["u,v,y", *rows]))
    (tmp_path / "p.toml").write_text(FILE)
    with chdir(tmp_path):
        Path("copies").mkdir()
        go(Copier())
        whole, told = results(), 0
        assert {trial["epochs"] for trial in whole} == {1, 3, 9}, "there is something to decide at two rungs"
        for number, copy in enumerate(sorted(Path("copies").iterdir())):
            shutil.rmtree("runs")
            copy.rename("runs")
            states = sorted(Path("runs/p/models").glob("trial-*"))
            states[number % len(states)].unlink()
            done = go()
            told += any("trained from the start again, with the same result: " in note for note in done.info.notes)
            assert results() == whole
        assert told > 0
