"""Small trainings on any backend, for comparing what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy
from caviar import Backend, Optimizer, Pipeline
from caviar.engine.training.bind import bind_population
from caviar.engine.training.variants import VariantChoice, variant_for
from caviar.plugin import Dataset, Inputs, Population, Random, Split, Task, TrainerContext
from caviar_plugins import L2, MLP, Accuracy, Adam, BatchNorm, PopulationTrainer, SoftmaxCrossEntropy

RATES = (0.003, 0.01, 0.05)


def trained(
    backend: Backend, members: Sequence[int], dtype: Literal["float32", "float64"] = "float64", **given: Any
) -> dict[str, Any]:
    """The state after some epochs, as NumPy's arrays, with the metrics beside it."""
    epochs = given.pop("epochs", 2)
    population, data, context = prepared(backend, members, dtype, **given)
    trainer = population.parts["trainer"]
    with numpy.errstate(all="ignore"):
        step = trainer.advance(trainer.start(population, data, context), population, data, context, epochs)
    state = {name: backend.fetch(array) for name, array in step.state.items()}
    return {**state, "metrics": step.metrics.values}


def prepared(
    backend: Backend,
    members: Sequence[int],
    dtype: Literal["float32", "float64"],
    *,
    seed: int = 0,
    inputs: int = 5,
    units: tuple[int, ...] = (8, 6),
    classes: int = 3,
    batch: int = 16,
    rows: int = 70,
    normalizer: Any = None,
    optimizer: Optimizer | None = None,
    loss: SoftmaxCrossEntropy | None = None,
    rates: tuple[float, ...] = RATES,
    nudged: bool = False,
    clip: float = 0.0,
    form: VariantChoice | None = None,
    **model: Any,
) -> tuple[Population, Dataset, TrainerContext]:
    random = numpy.random.default_rng(seed)
    x = random.normal(0.3, 2.0, (rows, inputs)).astype(dtype)
    if nudged:  # each number by one unit in the last place, up or down
        x = numpy.nextafter(x, numpy.where(numpy.random.default_rng(0).random(x.shape) < 0.5, -1e9, 1e9).astype(dtype))
    y = random.integers(0, classes, (rows, 1))
    task = Task("classification", ("y",), tuple(range(classes)))
    split = Split(numpy.arange(rows - 9), numpy.arange(rows - 9, rows), numpy.arange(0))
    codes = backend.send(y)
    data = Dataset(backend.send(x), codes, codes, split, task, "", Inputs.block(inputs))
    pipelines = [
        Pipeline(
            model=MLP(units=units, **model),
            normalizer=normalizer or BatchNorm(averaging=0.8),
            optimizer=(optimizer or Adam()).model_copy(update={"learning_rate": rates[member]}),
            regularizer=(L2(1e-3),),
            trainer=PopulationTrainer(batch_size=batch, dtype=dtype, loss=loss or SoftmaxCrossEntropy(), clip=clip),
            transform=(),
            backend=backend,
        )
        for member in members
    ]
    values: list[dict[str, Any]] = [{} for _ in members]
    bound = bind_population(members, pipelines, values, Random(seed), backend.send, form=form or variant_for(backend))
    metrics = {"accuracy": Accuracy()}
    return bound, data, TrainerContext(backend, task, Random(seed), metrics, lambda: None, inputs=data.inputs)
