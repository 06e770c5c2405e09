"""`python -m benchmarks.training.optunas JOURNAL DATA`: what one writes with Optuna and PyTorch."""

from __future__ import annotations

import sys
from multiprocessing import get_context

_TRIALS, _PROCESSES, _EPOCHS = 64, 2, 10


def work(journal: str, data: str) -> None:
    import numpy
    import optuna
    import torch
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    from benchmarks.training.shapes import Shape
    from benchmarks.training.torches import network

    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with numpy.load(data) as file:
        x, y = file["X"].astype("f4"), numpy.unique(file["y"], return_inverse=True)[1].reshape(-1)
    order = numpy.random.default_rng(1).permutation(len(x))
    held, kept = order[: len(x) // 5], order[len(x) // 5 :]
    x = (x - x[kept].mean(0)) / x[kept].std(0)
    x_train, y_train, x_held, y_held = (torch.from_numpy(each) for each in (x[kept], y[kept], x[held], y[held]))

    def objective(trial: optuna.Trial) -> float:
        units = trial.suggest_categorical("units", [64, 128])
        batch = trial.suggest_categorical("batch", [64, 128, 256])
        model = network(Shape(x.shape[1], units, 26, batch, len(kept)))
        rate = trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True)
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
        criterion, right = torch.nn.CrossEntropyLoss(), 0.0
        for _ in range(_EPOCHS):
            model.train()
            for rows in torch.split(torch.randperm(len(kept)), batch):
                optimizer.zero_grad()
                criterion(model(x_train[rows]), y_train[rows]).backward()
                optimizer.step()
            model.eval()
            with torch.inference_mode():
                right = float((model(x_held).argmax(1) == y_held).double().mean())
        return right

    storage = JournalStorage(JournalFileBackend(journal))
    sampler = optuna.samplers.RandomSampler()
    study = optuna.create_study(
        study_name="letter", storage=storage, sampler=sampler, direction="maximize", load_if_exists=True
    )
    study.optimize(objective, n_trials=_TRIALS // _PROCESSES)


def main() -> None:
    spawn = get_context("spawn")
    workers = [spawn.Process(target=work, args=tuple(sys.argv[1:3])) for _ in range(_PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
