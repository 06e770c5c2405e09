"""The best epoch of each member: which numbers are kept under which names."""

from __future__ import annotations

import numpy
from caviar import Metric
from caviar.plugin import Array, Random, Task, TrainerContext
from caviar_plugins import AUC, Accuracy, NumPy, PopulationTrainer
from caviar_plugins.trainers import best

METRICS: dict[str, Metric] = {"accuracy": Accuracy(), "auc": AUC()}
CONTEXT = TrainerContext(
    NumPy(),
    Task("classification", ("y",), ("a", "b")),
    Random(1),
    METRICS,
    lambda: None,
    "validation.accuracy",
    "maximize",
)


def test_the_best_epochs_metrics_keep_their_names_whatever_order_they_were_measured_in() -> None:
    trainer = PopulationTrainer(keep="best")
    state: dict[str, Array] = {
        "epoch": numpy.ones(2, dtype=numpy.int64),
        "parameters": numpy.zeros((2, 3), dtype=numpy.float32),
        "statistics": numpy.zeros((2, 0), dtype=numpy.float32),
    }
    measured = {
        "validation.auc": numpy.array([0.1, 0.2]),
        "validation.loss": numpy.array([0.3, 0.4]),
        "validation.accuracy": numpy.array([0.5, 0.6]),
        "train.loss": numpy.array([0.7, 0.8]),
    }
    state |= best.begin(trainer, state, CONTEXT)
    best.note(trainer, state, measured, CONTEXT, 1)
    _, metrics = best.restore(trainer, state, CONTEXT)
    assert metrics is not None
    assert [metrics.last(member) for member in (0, 1)] == [
        {name: values[member] for name, values in measured.items()} for member in (0, 1)
    ]
