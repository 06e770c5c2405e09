"""Caviar's own training steps: a population of the trainer's, without the evaluation after an epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
from caviar import Pipeline
from caviar.engine.training.bind import bind_population
from caviar.engine.training.malloc import keep_freed_memory
from caviar.engine.training.variants import compiled, plain
from caviar.plugin import Dataset, Inputs, Population, Random, Split, Task, TrainerContext, lay_out
from caviar_plugins import L2, MLP, Adam, BatchNorm, NumPy, PopulationTrainer, SoftmaxCrossEntropy
from caviar_plugins.trainers.epoch import train_epoch
from threadpoolctl import threadpool_limits

from benchmarks.training.shapes import SMALL as SMALL
from benchmarks.training.shapes import Shape


def population(shape: Shape, members: int, form: str, extra: str) -> tuple[Population, Dataset, TrainerContext]:
    """`form`: compiled, plain, or plain-optimizer (the rest compiled). `extra`: nothing, l2, dropout or clip."""
    x, y = shape.data()
    task = Task("classification", ("y",), tuple(range(shape.classes)))
    split = Split(numpy.arange(shape.rows), numpy.arange(shape.batch), numpy.arange(0))
    data = Dataset(x, y[:, None], y[:, None], split, task, "", Inputs.block(shape.inputs))
    clip = 1.0 if extra == "clip" else 0.0
    pipeline = Pipeline(
        model=MLP(layers=2, units=shape.units, dropout=0.2 if extra == "dropout" else 0.0),
        normalizer=BatchNorm(),
        optimizer=Adam(),
        regularizer=(L2(1e-4),) if extra == "l2" else (),
        trainer=PopulationTrainer(batch_size=shape.batch, loss=SoftmaxCrossEntropy(), clip=clip),
        transform=(),
        backend=NumPy(),
    )

    def choose(kind: type[Any]) -> type[Any]:
        return plain(kind) if form == "plain" or (form == "plain-optimizer" and kind is Adam) else compiled(kind)

    bound = bind_population(
        range(members), [pipeline] * members, [{}] * members, Random(1), lambda array: array, form=choose
    )
    return bound, data, TrainerContext(NumPy(), task, Random(1), {}, lambda: None, inputs=data.inputs)


def contender(shape: Shape, members: int, form: str = "compiled", extra: str = "") -> Callable[[], int]:
    """Trains an epoch; returns steps times members."""
    keep_freed_memory()
    threadpool_limits(1)
    bound, data, context = population(shape, members, form, extra)
    trainer = bound.parts["trainer"]
    state = trainer.start(bound, data, context)
    slots = bound.parts["model"].layout(data.inputs, shape.classes, bound.parts["normalizer"])
    layouts = lay_out(slots[0]), lay_out(slots[1])
    epochs = iter(range(1, 1_000_000))

    def run() -> int:
        with numpy.errstate(all="ignore"):
            train_epoch(state, bound, layouts, data, trainer.loss, context, next(epochs))
        return shape.steps * members

    return run


def predictor(shape: Shape, rows: int) -> Callable[[], int]:
    """Predicts so many rows with a folded network; returns how many times it did."""
    keep_freed_memory()
    threadpool_limits(1)
    bound, data, context = population(shape, 1, "compiled", "")
    trainer = bound.parts["trainer"]
    weights = trainer.finish(trainer.start(bound, data, context), bound, data, context).weights
    predict = trainer.predictor(weights, bound, context)
    x = numpy.resize(data.x, (rows, shape.inputs))
    repeats = 100 if rows == 1 else 1

    def run() -> int:
        for _ in range(repeats):
            predict(x)
        return repeats

    return run
