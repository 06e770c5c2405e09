"""Facts with predictions and recorded layers, of numbers that are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy
from caviar.engine.model.decide import confusion
from caviar.engine.model.evaluate import evaluated
from caviar.plugin import Array, ClassDecision, Metric, RunFacts, Task
from caviar_plugins import Accuracy

METRICS: Mapping[str, Metric] = {"accuracy": Accuracy()}


def two_classes(facts: RunFacts, rows: int = 400, threshold: float | None = 0.31) -> RunFacts:
    """The run as one of two classes, of which the second is rare."""
    draw = numpy.random.default_rng(3)
    task = Task("classification", ("state",), classes=("fine", "ill"), threshold=threshold)
    judged = {part: _classes(draw, rows) for part in ("validation", "test")}
    counts = {part: confusion(*each, task) for part, each in judged.items()}
    decision = ClassDecision(task.classes, counts, threshold, "f1" if threshold else "", ("f1",))
    best = 0 if facts.best is None else facts.best.index
    return replace(facts, decision=decision, evaluation=evaluated(best, judged, task, METRICS))


def _classes(draw: numpy.random.Generator, rows: int) -> tuple[Array, Array]:
    truth = (draw.random(rows) < 0.15).astype(int)[:, None]
    positive = 1 / (1 + numpy.exp(-(draw.normal(size=rows) * 1.1 + 3 * truth[:, 0] - 2.4)))
    return numpy.stack([1 - positive, positive], axis=1).astype(numpy.float32), truth


def numbers(facts: RunFacts, rows: int = 400, targets: tuple[str, ...] = ("price",)) -> RunFacts:
    """The run as one of numbers, whose errors grow with them."""
    draw = numpy.random.default_rng(4)
    judged = {}
    for part in ("validation", "test"):
        truth = draw.lognormal(12, 0.4, (rows, len(targets)))
        judged[part] = truth * draw.normal(1.0, 0.12, truth.shape) + 4000, truth
    best = 0 if facts.best is None else facts.best.index
    return replace(facts, decision=None, evaluation=evaluated(best, judged, Task("regression", targets), {}))


def layers(facts: RunFacts, trials: int = 3, epochs: int = 12) -> RunFacts:
    """The run with recorded layers of its best trials, the later ones with fewer layers."""
    draw, told = numpy.random.default_rng(5), {}
    best = [trial.index for trial in sorted(facts.trials, key=lambda each: -(each.objective or 0))[:trials]]
    for nth, trial in enumerate(best):
        found: dict[str, Array] = {}
        for layer in range(1, 4 - nth % 3):
            rise = numpy.linspace(0, 1, epochs)
            found[f"layer{layer}.before.mean"] = 0.4 * layer * rise + 0.05 * draw.normal(size=epochs)
            found[f"layer{layer}.before.std"] = 1 + 1.5 * rise / layer
            found[f"layer{layer}.after.mean"] = 0.1 * rise + 0.02 * draw.normal(size=epochs)
            found[f"layer{layer}.after.std"] = 1 + 0.1 * rise
            found[f"layer{layer}.dead"] = numpy.round(0.02 * layer * rise * 64) / 64
        told[trial] = found
    return replace(facts, activations=told)
