"""Trainings of every bundled part, for comparing what comes out on one backend and on another."""

from __future__ import annotations

from typing import Any

import numpy
from caviar import Backend, Data, Pipeline
from caviar.plugin import Table
from caviar.testing.work import EVERY, Bench, FewRows
from caviar_plugins import (
    GELU,
    L2,
    MLP,
    SGD,
    Absolute,
    Adam,
    AdamW,
    BatchNorm,
    BinaryCrossEntropy,
    Cosine,
    Exponential,
    Huber,
    InverseTime,
    LayerNorm,
    LeakyReLU,
    Lion,
    NoNormalizer,
    Parametric,
    PopulationTrainer,
    QuantileLoss,
    RMSprop,
    Sigmoid,
    SiLU,
    SoftmaxCrossEntropy,
    Squared,
    Step,
    Tanh,
    Warmup,
)

NORMALIZERS = (BatchNorm(), BatchNorm(corrected=True), BatchNorm(place="after-activation"), NoNormalizer())
OPTIMIZERS = (
    *(Adam(beta1=0.8), AdamW(decay=0.3, beta2=0.9), RMSprop(momentum=0.5)),
    *(SGD(momentum=0.9), SGD(momentum=0.9, nesterov=True)),
)


class Prices(Data):
    """Two targets."""

    def read(self) -> Table:
        random = numpy.random.default_rng(0)
        x = random.normal(0.0, 1.0, (90, 4))
        noise = random.normal(0.0, 0.1, 90)
        return Table({"x": x, "low": x[:, 0] - x[:, 1] + noise, "high": 3 + x[:, 2] * x[:, 3]}, ("low", "high"))


class TwoKinds(Data):
    """Two classes."""

    def read(self) -> Table:
        table = FewRows().read()
        return Table({"x": table.columns["x"], "label": table.columns["label"] > 0}, ("label",))


def small(trainer: PopulationTrainer | None = None, **fields: Any) -> Pipeline:
    trainer = trainer or PopulationTrainer(epochs=3, batch_size=16)
    declared = {"data": FewRows(), "trainer": trainer, "reporter": (), **fields}
    return Pipeline(**declared)


PARTS = {
    "activations": [
        small(model=MLP(activation=each)) for each in (GELU(), SiLU(), Tanh(), Sigmoid(), LeakyReLU(), Parametric())
    ],
    "dropout": [small(model=MLP(dropout=0.3)), small(model=MLP(layers=0))],
    "normalizers": [
        small(normalizer=each)
        for each in (LayerNorm(), BatchNorm(), BatchNorm(corrected=True, estimate="exact", place="after-activation"))
    ],
    "optimizers": [small(optimizer=each) for each in (SGD(momentum=0.9, nesterov=True), RMSprop(), AdamW(), Lion())],
    "penalties": [small(regularizer=(L2(1e-3, on=("weights", "gamma")),)), small(PopulationTrainer(clip=0.1))],
    "schedules": [
        small(schedule={"learning_rate": each})
        for each in (Cosine(), Exponential(), InverseTime(), Step(every=2), Warmup(length=2, then=Cosine()))
    ]
    + [
        small(
            model=MLP(dropout=0.3),
            optimizer=AdamW(decay=0.3),
            regularizer=(L2(1e-3),),
            schedule=dict.fromkeys(("dropout", "decay", "strength"), each),
        )
        for each in (Exponential(), Warmup(length=2))
    ],
    "batch sizes": [small(schedule={"batch_size": Exponential(0.9)})],
    "losses": [
        small(PopulationTrainer(loss=SoftmaxCrossEntropy(class_weights=(1.0, 2.0, 3.0)))),
        small(PopulationTrainer(loss=BinaryCrossEntropy(class_weights=(1.0, 2.0))), data=TwoKinds()),
        *(
            small(PopulationTrainer(loss=each), data=Prices())
            for each in (Squared(), Absolute(), Huber(), QuantileLoss(0.8))
        ),
    ],
    "endings": [
        small(PopulationTrainer(epochs=4, keep="best", patience=1)),
        small(PopulationTrainer(epochs=4, keep="best", average=0.9), normalizer=BatchNorm()),
    ],
}


def everything(pipeline: Pipeline, backend: Backend) -> dict[str, Any]:
    """State, metrics, weights and predictions of a training."""
    bench = Bench(pipeline.model_copy(update={"backend": backend}))
    step = bench.advance(bench.start(EVERY), EVERY, bench.epochs)
    weights = bench.weights(step.state, EVERY)
    found = {"metrics": step.metrics.values, **bench.fetched(step.state), **weights}
    return {**found, "predicted": bench.predict(weights, EVERY, bench.rows)}
