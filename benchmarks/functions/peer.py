"""The same training searched by Optuna or Rustuna: `peer.py STORAGE SAMPLER TRIALS WORKERS`, in an empty folder.

It is started by the Python that has them, and imports only the one whose storage is named. It starts the workers
itself, each of which has its share of the trials; with 0 it does them all.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def train(trial: Any) -> float:
    x = trial.suggest_float("x", -5, 5)
    rate = trial.suggest_float("rate", 1e-4, 1.0, log=True)
    return float((x - 1) ** 2 + (rate - 0.01) ** 2)


def main(name: str, sampler: str, trials: int, workers: int) -> None:
    library = import_module(name.split("-")[0])
    study = library.create_study(
        study_name="functions",
        storage=_STORAGES[name](),
        sampler=getattr(library.samplers, sampler)(),
        load_if_exists=True,
    )
    if not workers:
        study.optimize(train, n_trials=trials)
        return
    shares = [trials // workers + (worker < trials % workers) for worker in range(workers)]
    started = [subprocess.Popen([sys.executable, __file__, name, sampler, str(share), "0"]) for share in shares]
    codes = [process.wait() for process in started]
    if any(codes):
        raise SystemExit("a worker failed")


def _optuna_journal() -> Any:
    import optuna
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.storages.JournalStorage(JournalFileBackend("journal"))


def _optuna_sqlite() -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.storages.RDBStorage("sqlite:///study.sqlite")


def _rustuna_journal() -> Any:
    from rustuna.storages import JournalFileStorage

    return JournalFileStorage("journal")


def _rustuna_sqlite() -> Any:
    from rustuna.storages import SQLite3Storage

    return SQLite3Storage("study.sqlite")


_STORAGES: dict[str, Callable[[], Any]] = {
    "optuna-journal": _optuna_journal,
    "optuna-sqlite": _optuna_sqlite,
    "rustuna-journal": _rustuna_journal,
    "rustuna-sqlite": _rustuna_sqlite,
}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
