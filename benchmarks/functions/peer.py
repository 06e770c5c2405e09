"""The same training searched by Optuna with its journal file: `peer.py SAMPLER TRIALS WORKERS`, in an empty folder.

It is started by the Python that has Optuna, and imports nothing else. It starts the workers itself, each of which has
its share of the trials.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

_NAME = "functions"


def train(trial: Any) -> float:
    x = trial.suggest_float("x", -5, 5)
    rate = trial.suggest_float("rate", 1e-4, 1.0, log=True)
    return float((x - 1) ** 2 + (rate - 0.01) ** 2)


def main(sampler: str, trials: int, workers: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(JournalFileBackend("journal"))
    if workers:
        optuna.create_study(study_name=_NAME, storage=storage)
        shares = [trials // workers + (worker < trials % workers) for worker in range(workers)]
        started = [subprocess.Popen([sys.executable, __file__, sampler, str(share), "0"]) for share in shares]
        codes = [process.wait() for process in started]
        if any(codes):
            raise SystemExit("a worker failed")
        return
    study = optuna.load_study(study_name=_NAME, storage=storage, sampler=getattr(optuna.samplers, sampler)())
    study.optimize(train, n_trials=trials)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
