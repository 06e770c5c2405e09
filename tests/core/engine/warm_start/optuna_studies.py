"""A study that Optuna wrote, and a search that starts from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from caviar import load
from caviar.engine.study import Run, run
from caviar.plugin import EarlierTrial
from caviar_plugins import SQLite

optuna: Any = pytest.importorskip("optuna", reason="the studies are Optuna's: install '.[peers]'")


PIPELINE = """
name = "p"
reporter = []
executor = "inline"
[data]
path = "blobs.npz"
[model]
units = { log-int = [4, 32] }
[optimizer]
choice = [
  { use = "adam", learning_rate = { log = [1e-3, 1.0] } },
  { use = "sgd", learning_rate = { log = [1e-3, 1.0] }, momentum = { beta = [0.5, 0.99] } },
]
[trainer]
epochs = 2
[search]
baselines = false
strategy = "coarse-to-fine"
trials = 2
START
"""


def write(storage: Any, name: str = "old", direction: str = "maximize") -> Any:
    """A study as a user's own program leaves it: other names, a pruned, a failed and an unfinished trial."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(storage=storage, study_name=name, direction=direction)

    def objective(trial: Any) -> float:
        rate = trial.suggest_float("lr", 1e-4, 1.0, log=True)
        units = trial.suggest_int("units", 4, 32)
        kind = trial.suggest_categorical("optimizer", ["Adam", "SGD", "RMSprop"])
        if kind == "SGD":
            trial.suggest_float("momentum", 0.5, 0.99)
        trial.suggest_categorical("scheduler", ["cosine", "none"])
        for step in range(3):
            trial.report(rate * step, step)
        if trial.number == 4:
            raise optuna.TrialPruned
        if trial.number == 5:
            raise ValueError
        return float(rate + units / 100)

    study.sampler = optuna.samplers.RandomSampler(seed=1)
    study.optimize(objective, n_trials=20, catch=(ValueError,))
    study.ask()
    return study


def started(folder: Path, start: str, text: str = PIPELINE) -> Run:
    (folder / "p.toml").write_text(text.replace("START", f"start_from = {start}"))
    return run(load(folder / "p.toml"), folder / "runs")


def earlier(folder: Path) -> tuple[EarlierTrial, ...]:
    with SQLite().read(folder / "runs" / "p") as ledger:
        study = ledger.study()
        assert study is not None
        return study.earlier
