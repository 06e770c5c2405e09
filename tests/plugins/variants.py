"""Networks trained a few steps with plain parts or with compiled ones, as the tests of variants compare them."""

from __future__ import annotations

from typing import Any, Literal

import numpy
from caviar import Pipeline
from caviar.engine.training.bind import bind_population
from caviar.engine.training.variants import VariantChoice
from caviar.plugin import Array, Dataset, Inputs, Population, Random, Split, Task, TrainerContext
from caviar_plugins import (
    GELU,
    L2,
    MLP,
    SELU,
    SGD,
    Adam,
    AdamW,
    BatchNorm,
    LayerNorm,
    LeakyReLU,
    Lion,
    Mish,
    NoNormalizer,
    NumPy,
    PopulationTrainer,
    ReLU,
    RMSprop,
    Sigmoid,
    SiLU,
    SoftmaxCrossEntropy,
    Tanh,
)

RATES = (0.003, 0.01, 0.05)
OPTIMIZERS: dict[str, Any] = {
    "adam": lambda rate, average: Adam(rate, beta1=average),
    "adamw": lambda rate, average: AdamW(rate, decay=average, beta1=average),
    "lion": lambda rate, average: Lion(rate / 10, decay=average, beta1=average),
    "rmsprop": lambda rate, average: RMSprop(rate, beta2=average, momentum=average / 2),
    "sgd": lambda rate, average: SGD(rate, momentum=average),
    "nesterov": lambda rate, average: SGD(rate, momentum=average, nesterov=True),
}
ACTIVATIONS = (ReLU(), LeakyReLU(0.1), GELU(), SiLU(), SELU(), Mish(), Sigmoid(), Tanh())
NORMALIZERS = (
    BatchNorm(),
    BatchNorm(corrected=True),
    BatchNorm(place="after-activation"),
    LayerNorm(),
    LayerNorm(place="after-activation"),
    NoNormalizer(),
)


def trained(form: VariantChoice, members: list[int], seed: int = 0, epochs: int = 2, **given: Any) -> dict[str, Array]:
    """The state after some epochs, with the metrics beside it."""
    population, data, context = prepared(form, members, seed, **given)
    trainer = population.parts["trainer"]
    with numpy.errstate(all="ignore"):
        state = trainer.start(population, data, context)
        step = trainer.advance(state, population, data, context, epochs)
    return {**step.state, "metrics": step.metrics.values}


def prepared(
    form: VariantChoice,
    members: list[int],
    seed: int,
    *,
    inputs: int = 5,
    units: tuple[int, ...] = (8, 6),
    classes: int = 3,
    batch: int = 16,
    rows: int = 70,
    dtype: Literal["float32", "float64"] = "float32",
    normalizer: Any = None,
    optimizer: str = "adam",
    rates: tuple[float, ...] = RATES,
    nudged: bool = False,
    smoothing: list[float] | None = None,
    **model: Any,
) -> tuple[Population, Dataset, TrainerContext]:
    random = numpy.random.default_rng(seed)
    x = random.normal(0.3, 2.0, (rows, inputs)).astype(dtype)
    if nudged:  # each number by one unit in the last place, up or down
        x = numpy.nextafter(x, numpy.where(numpy.random.default_rng(0).random(x.shape) < 0.5, -1e9, 1e9).astype(dtype))
    y = random.integers(0, classes, (rows, 1))
    task = Task("classification", ("y",), tuple(range(classes)))
    split = Split(numpy.arange(rows - 9), numpy.arange(rows - 9, rows), numpy.arange(0))
    data = Dataset(x, y, y, split, task, "", Inputs.block(inputs))
    pipelines = [
        Pipeline(
            model=MLP(units=units, **model),
            normalizer=normalizer or BatchNorm(averaging=0.8),
            optimizer=OPTIMIZERS[optimizer](rates[member], min(0.8 + member / 20, 0.95)),
            regularizer=(L2(1e-3),),
            trainer=PopulationTrainer(
                batch_size=batch,
                dtype=dtype,
                loss=SoftmaxCrossEntropy(smoothing=smoothing[member] if smoothing else 0.0),
                clip=0.1 + member,
            ),
            transform=(),
            backend=NumPy(),
        )
        for member in members
    ]
    values: list[dict[str, Any]] = [{} for _ in members]
    bound = bind_population(members, pipelines, values, Random(seed), lambda array: array, form=form)
    return bound, data, TrainerContext(NumPy(), task, Random(seed), {}, lambda: None, inputs=data.inputs)
