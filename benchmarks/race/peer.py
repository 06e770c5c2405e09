"""`python -m benchmarks.race.peer FOLDER SPACE SEED TRIALS`: Optuna's TPE and Hyperband over a PyTorch loop.

A loop as good as a plain one gets: tensors made once, each epoch's rows put in order at once, fused Adam, one thread a
process, a penalty on weights alone. The processes share a journal file, as Optuna recommends, and no coordinator.
"""

from __future__ import annotations

import json
import sys
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.race.setting import DECAY, EPOCHS, PROCESSES, SPACES, STRENGTH, Range


def main() -> None:
    folder, space, seed, trials = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    spawn = get_context("spawn")
    seeds = [seed * PROCESSES + each for each in range(PROCESSES)]
    workers = [spawn.Process(target=_work, args=(folder, space, each, trials)) for each in seeds]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(any(worker.exitcode for worker in workers))


def _work(folder: Path, space: str, seed: int, trials: int) -> None:
    import numpy
    import optuna
    import torch
    from optuna.storages.journal import JournalFileBackend
    from optuna.study import MaxTrialsCallback
    from optuna.trial import TrialState

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with numpy.load(folder / "parts.npz") as file:
        data = {name: torch.from_numpy(file[name]) for name in file.files}

    def note(_: optuna.Study, trial: Any) -> None:
        with (folder / f"log-{seed}").open("a") as log:
            value = trial.value if trial.state == TrialState.COMPLETE else None
            log.write(json.dumps([monotonic(), value]) + "\n")

    study = optuna.create_study(
        study_name="race",
        storage=optuna.storages.JournalStorage(JournalFileBackend(str(folder / "journal"))),
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.HyperbandPruner(min_resource=1, max_resource=EPOCHS, reduction_factor=3),
        direction="maximize",
        load_if_exists=True,
    )
    ended = (TrialState.COMPLETE, TrialState.PRUNED)
    study.optimize(
        lambda trial: _objective(trial, SPACES[space], data),
        callbacks=[note, MaxTrialsCallback(trials, states=ended)],
    )


def _objective(trial: Any, space: dict[str, Range], data: dict[str, Any]) -> float:
    import optuna
    import torch

    values = {path: _suggested(trial, path, *each) for path, each in space.items()}
    x, y, x_held, y_held = (data[name] for name in ("x_train", "y_train", "x_held", "y_held"))
    model = network(
        x.shape[1], values["model.layers"], values["model.units"], values.get("model.dropout", 0.0), int(y.max()) + 1
    )
    batch = values["trainer.batch_size"]
    weights = [each for each in model.parameters() if each.ndim == 2]
    others = [each for each in model.parameters() if each.ndim < 2]
    optimizer = torch.optim.Adam(
        [{"params": weights, "weight_decay": values[STRENGTH]}, {"params": others}],
        lr=values["optimizer.learning_rate"],
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, values.get(DECAY, 1.0))
    criterion, right = torch.nn.CrossEntropyLoss(), 0.0
    for epoch in range(EPOCHS):
        model.train()
        order = torch.randperm(len(x))
        for rows, truth in zip(x[order].split(batch), y[order].split(batch), strict=True):
            optimizer.zero_grad()
            criterion(model(rows), truth).backward()
            optimizer.step()
        schedule.step()
        model.eval()
        with torch.inference_mode():
            right = float((model(x_held).argmax(1) == y_held).double().mean())
        trial.report(right, epoch + 1)
        if epoch + 1 < EPOCHS and trial.should_prune():
            raise optuna.TrialPruned
    return right


def _suggested(trial: Any, path: str, sampler: str, ends: list[Any]) -> Any:
    """One of our ranges in Optuna's words."""
    if sampler == "choice":
        return trial.suggest_categorical(path, ends)
    suggest = trial.suggest_int if "int" in sampler else trial.suggest_float
    return suggest(path, *ends, log="log" in sampler)


def network(inputs: int, layers: int, units: int, dropout: float, classes: int) -> Any:
    from torch import nn

    parts: list[Any] = []
    for _ in range(layers):
        parts += [nn.Linear(inputs, units, bias=False), nn.BatchNorm1d(units), nn.ReLU()]
        parts += [nn.Dropout(dropout)] if dropout else []
        inputs = units
    return nn.Sequential(*parts, nn.Linear(inputs, classes))


if __name__ == "__main__":
    main()
