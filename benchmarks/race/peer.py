"""`python -m benchmarks.race.peer FOLDER TASK SEED DEADLINE`: Optuna's TPE and Hyperband over a PyTorch loop.

A loop as good as a plain one gets: tensors made once, each epoch's rows put in order at once, fused Adam, one thread a
process, a penalty on weights alone; the weights of the best epoch of all trials are kept. The processes share a journal
file, as Optuna recommends, and no coordinator. Runs in the peers' environment, without Caviar.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.race.setting import DECAY, EPOCHS, PROCESSES, SPACE, STRENGTH


def main() -> None:
    folder, task, seed, deadline = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    spawn = get_context("spawn")
    seeds = [seed * PROCESSES + each for each in range(PROCESSES)]
    workers = [spawn.Process(target=_work, args=(folder, task, each, deadline)) for each in seeds]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(any(worker.exitcode for worker in workers))


def _work(folder: Path, task: str, seed: int, deadline: float) -> None:
    """Searches until the deadline; writes the best validation score, its test error and the number of trials."""
    import numpy
    import optuna
    import torch
    from optuna.storages.journal import JournalFileBackend

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with numpy.load(folder / "parts.npz") as file:
        data = {name: torch.from_numpy(file[name]) for name in file.files}
    study = optuna.create_study(
        study_name="race",
        storage=optuna.storages.JournalStorage(JournalFileBackend(str(folder / "journal"))),
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.HyperbandPruner(min_resource=1, max_resource=EPOCHS, reduction_factor=3),
        direction="maximize",
        load_if_exists=True,
    )
    search = _Search(data, _LEARNING[task](data), deadline)
    study.optimize(search.objective, callbacks=[search.stop])
    (folder / f"found-{seed}").write_text(json.dumps([search.best, search.error(), search.ended]))


@dataclass(frozen=True)
class _Learning:
    """`outputs` of the network; `score` is to be maximized and 1 for perfect predictions."""

    outputs: int
    criterion: Any
    score: Callable[[Any, Any], float]


def _classes(data: dict[str, Any]) -> _Learning:
    from torch import nn

    outputs = int(max(truth.max() for name, truth in data.items() if name.startswith("y_"))) + 1
    return _Learning(outputs, nn.CrossEntropyLoss(), lambda found, y: float((found.argmax(1) == y).double().mean()))


def _numbers(data: dict[str, Any]) -> _Learning:
    from torch import nn

    loss = nn.MSELoss()

    def r2(found: Any, y: Any) -> float:
        residuals, spread = found[:, 0].double() - y, y.double() - y.double().mean()
        return float(1 - (residuals @ residuals) / (spread @ spread))

    return _Learning(1, lambda found, y: loss(found[:, 0], y), r2)


_LEARNING = {"classification": _classes, "regression": _numbers}


class _OutOfTime(Exception):
    pass


class _Search:
    """The objective, and the best network so far."""

    def __init__(self, data: dict[str, Any], learning: _Learning, deadline: float) -> None:
        self._data, self._learning, self._deadline = data, learning, deadline
        self._network: Any = None
        self.best, self.ended = -inf, 0

    def stop(self, study: Any, _: Any) -> None:
        """Ends the search after a trial if the time is over."""
        self.ended += 1
        if monotonic() >= self._deadline:
            study.stop()

    def error(self) -> float:
        """The best network's on the test part; 1 if no epoch has ended."""
        return 1 - self._score(self._network, "test") if self._network is not None else 1.0

    def objective(self, trial: Any) -> float:
        import optuna

        try:
            return self._trained(trial)
        except _OutOfTime:
            raise optuna.TrialPruned from None

    def _trained(self, trial: Any) -> float:
        import optuna
        import torch

        values = {path: _suggested(trial, path, *each) for path, each in SPACE.items()}
        x, y = self._data["x_train"], self._data["y_train"]
        model = network(
            x.shape[1], values["model.layers"], values["model.units"], values["model.dropout"], self._learning.outputs
        )
        batch = values["trainer.batch_size"]
        weights = [each for each in model.parameters() if each.ndim == 2]
        others = [each for each in model.parameters() if each.ndim < 2]
        optimizer = torch.optim.Adam(
            [{"params": weights, "weight_decay": values[STRENGTH]}, {"params": others}],
            lr=values["optimizer.learning_rate"],
            fused=True,
        )
        schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, values[DECAY])
        score = -inf
        for epoch in range(EPOCHS):
            model.train()
            order = torch.randperm(len(x))
            for rows, truth in zip(x[order].split(batch), y[order].split(batch), strict=True):
                if monotonic() >= self._deadline:
                    raise _OutOfTime
                if len(rows) == 1:  # batch normalization needs two
                    continue
                optimizer.zero_grad()
                self._learning.criterion(model(rows), truth).backward()
                optimizer.step()
            schedule.step()
            score = self._score(model, "held")
            self._keep(score, model)
            trial.report(score, epoch + 1)
            if epoch + 1 < EPOCHS and trial.should_prune():
                raise optuna.TrialPruned
        return score

    def _score(self, model: Any, part: str) -> float:
        import torch

        model.eval()
        with torch.inference_mode():
            return self._learning.score(model(self._data[f"x_{part}"]), self._data[f"y_{part}"])

    def _keep(self, score: float, model: Any) -> None:
        from copy import deepcopy

        if score > self.best:
            self.best, self._network = score, deepcopy(model)


def _suggested(trial: Any, path: str, sampler: str, ends: list[Any]) -> Any:
    """One of our ranges in Optuna's words."""
    if sampler == "choice":
        return trial.suggest_categorical(path, ends)
    suggest = trial.suggest_int if "int" in sampler else trial.suggest_float
    return suggest(path, *ends, log="log" in sampler)


def network(inputs: int, layers: int, units: int, dropout: float, outputs: int) -> Any:
    from torch import nn

    parts: list[Any] = []
    for _ in range(layers):
        parts += [nn.Linear(inputs, units, bias=False), nn.BatchNorm1d(units), nn.ReLU()]
        parts += [nn.Dropout(dropout)] if dropout else []
        inputs = units
    return nn.Sequential(*parts, nn.Linear(inputs, outputs))


if __name__ == "__main__":
    main()
