"""The best epoch of each member: which numbers are kept under which names."""

from __future__ import annotations

from dataclasses import replace

import numpy
import pytest
from caviar import Metric
from caviar.plugin import Array, Goal, Random, Task, TrainerContext
from caviar_plugins import AUC, Accuracy, NumPy, PopulationTrainer
from caviar_plugins.trainers import best
from caviar_plugins.trainers.evaluation import columns

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
    state |= best.begin(trainer, state, columns(CONTEXT), CONTEXT)
    best.note(trainer, state, measured, CONTEXT, 1)
    _, metrics = best.restore(trainer, state, columns(CONTEXT), CONTEXT)
    assert metrics is not None
    assert [metrics.last(member) for member in (0, 1)] == [
        {name: values[member] for name, values in measured.items()} for member in (0, 1)
    ]


@pytest.mark.parametrize("goal", ["maximize", "minimize"])
def test_the_weights_of_the_last_of_equal_epochs_are_kept_and_patience_counts_from_the_first(goal: Goal) -> None:
    sign = 1 if goal == "maximize" else -1
    trainer, context = PopulationTrainer(keep="best", patience=2), replace(CONTEXT, goal=goal)
    state: dict[str, Array] = {
        "epoch": numpy.ones(2, dtype=numpy.int64),
        "parameters": numpy.zeros((2, 3), dtype=numpy.float32),
        "statistics": numpy.zeros((2, 0), dtype=numpy.float32),
    }
    state |= best.begin(trainer, state, columns(context), context)
    # The first member is as good in epochs 2 and 3 and worse in 4, the second is best in its first.
    accuracies = [0.5, 0.9], [0.6, 0.8], [0.6, 0.8], [0.4, 0.8]
    endings = (False, False), (False, False), (False, True), (True, True)
    for epoch, accuracy in enumerate(accuracies, start=1):
        state["parameters"][...] = state["epoch"][...] = epoch
        objective = sign * numpy.array(accuracy)
        others = {name: numpy.full(2, float(epoch)) for name in ("validation.auc", "validation.loss", "train.loss")}
        best.note(trainer, state, {"validation.accuracy": objective, **others}, context, epoch)
        assert best.ended(trainer, state, context) == endings[epoch - 1]
    kept, metrics = best.restore(trainer, state, columns(context), context)
    assert kept["parameters"][:, 0].tolist() == [3.0, 1.0]
    assert metrics is not None
    assert [metrics.last(member)["train.loss"] for member in (0, 1)] == [3.0, 1.0]
