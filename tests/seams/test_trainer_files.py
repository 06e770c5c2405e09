"""A third party's trainer that keeps files of each trial, holds something open while it trains, and may end early.

It proves the seam of `TrainerContext.folder`, `Trainer.leave` and of an `Advance` without a row.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar import Study, Trial, load

TRAINER = '''
import os
from typing import ClassVar

import numpy
from caviar.plugin import Advance, Finish, Metrics, Trainer, Tunable, tunable
from caviar_plugins import Uniform
from pydantic import PrivateAttr


class Keeper(Trainer, interface=2):
    """Writes what happens to each trial into its folder; the score is its level, less what epochs are to come."""

    name = "keeper"
    uses = frozenset()
    needs_data = False

    level: Tunable[float] = tunable(default=0.5, search=Uniform(0.0, 1.0), tier=1)
    trouble: str = ""
    _open: dict[int, object] = PrivateAttr(default_factory=dict)

    def declared_metrics(self):
        return {"validation.score": "maximize"}

    def fuse_key(self, values, floats):
        return ""

    def start(self, population, data, context):
        return {"epoch": numpy.zeros(len(population), dtype=int)}

    def advance(self, state, population, data, context, until):
        rows, done = [], int(state["epoch"][0])
        levels = self.level.astype(float)[:, 0]
        for epoch in range(done + 1, until + 1):
            if self.trouble == "ends" and epoch == 3:
                over = (True,) * len(population)
                none = numpy.zeros((len(population), 0))
                return Advance(state, _metrics(none, epoch), (None,) * len(population), over)
            for trial in population.trials:
                if trial not in self._open:
                    self._open[trial] = True
                    _note(context, trial, "opened")
                _note(context, trial, f"epoch {epoch}")
                if self.trouble == "raises" and trial == 1:
                    raise ValueError("trial 1 cannot")
                if self.trouble == "parts" and trial == 1:
                    (context.folder(trial) / "checkpoint.safetensors").write_bytes(b"kept until it has ended")
            rows.append(levels)
        state["epoch"] = numpy.full(len(population), until)
        over = tuple(self.trouble == "parts" and trial == 0 for trial in population.trials)
        return Advance(state, _metrics(numpy.stack(rows, axis=1), done + 1), (None,) * len(population), over)

    def finish(self, state, population, data, context):
        return Finish({"epoch": state["epoch"]}, _metrics(self.level.astype(float), int(state["epoch"][0])))

    def leave(self, population, context):
        for trial in self._open:
            _note(context, trial, "closed")


def _metrics(values, first):
    return Metrics(("validation.score",), first, values[:, :, None])


def _note(context, trial, text):
    with open(context.folder(trial) / "notes.txt", "a") as file:
        print(text, file=file)
'''

FILE = """
name = "keeper"
reporter = []
trainer = { use = "keeper", epochs = 4 }
search = { trials = 2, round = 2, tiers = [1] }
executor = "inline"
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("keeper.py").write_text(TRAINER)
    Path("p.toml").write_text(FILE)
    return tmp_path / "runs" / "keeper"


def searched(*settings: str) -> Study:
    return load("p.toml", settings, "keeper.py").run(runs="runs")


def notes(run: Path, trial: int, training: str = "") -> list[str]:
    return (run / "trials" / str(trial) / training / "notes.txt").read_text().splitlines()


EPOCHS = [f"epoch {epoch}" for epoch in (1, 2, 3, 4)]


@pytest.mark.parametrize("executor", ["inline", pytest.param("processes", marks=pytest.mark.thorough)])
def test_each_trial_has_a_folder_and_is_left_once_in_each_segment(run: Path, executor: str) -> None:
    searched(f"executor={executor}", "search.pruner=successive-halving")
    parts = ([EPOCHS[0]], EPOCHS[1:3], EPOCHS[3:])  # the rungs are 1 and 3
    whole = [note for part in parts for note in ("opened", *part, "closed")]
    assert sorted((notes(run, 0), notes(run, 1)), key=len, reverse=True) == [whole, whole[:3]]


def test_a_trainer_is_left_where_a_training_raises(run: Path) -> None:
    study = searched("trainer.trouble=raises", "trainer.population=1")
    assert [trial.state for trial in study.trials] == ["finished", "failed"]
    assert notes(run, 1) == ["opened", "epoch 1", "closed"]


def test_a_trainer_is_left_where_a_run_is_interrupted(run: Path) -> None:
    def stop(trial: Trial) -> None:
        raise KeyboardInterrupt

    settings = ["trainer.population=1"]
    assert load("p.toml", settings, "keeper.py").run(runs="runs", on_trial=stop).interrupted
    assert notes(run, 0) == ["opened", *EPOCHS, "closed"]
    assert not (run / "trials" / "1").exists()


def test_a_population_that_shrinks_is_left_and_bound_again(run: Path) -> None:
    searched("trainer.trouble=parts")
    assert notes(run, 0) == ["opened", EPOCHS[0], "closed"]
    assert notes(run, 1) == ["opened", EPOCHS[0], "closed", "opened", *EPOCHS[1:], "closed"]


def test_only_a_checkpoint_is_removed_when_the_trial_has_ended(run: Path) -> None:
    searched("trainer.trouble=parts")
    assert [file.name for file in (run / "trials" / "1").iterdir()] == ["notes.txt"]


def test_a_training_may_end_before_an_epoch(run: Path) -> None:
    study = searched("trainer.trouble=ends")
    assert [(trial.state, trial.epochs) for trial in study.trials] == [("finished", 2)] * 2
    assert {len(curve) for curve in study.curves().values()} == {2}
    assert [trial.objective for trial in study.trials] == pytest.approx(
        [trial.values["trainer.level"] for trial in study.trials], rel=1e-6
    )
