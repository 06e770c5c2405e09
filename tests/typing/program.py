"""What programs and plugins may write, for a type checker: the test beside it runs mypy over this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
from caviar import Activation, Data, Optimizer, Pipeline, Sampler, Search, Study, Transform
from caviar.plugin import Array, Table, Tunable, namespace, setting, tunable
from caviar_plugins import L2, MLP, Adam, BatchNorm, Choice, Cosine, Int, LayerNorm, Log, LogInt, Memory, Ordinal


class OneFile(Data):
    """A field without a default behind those that Data has."""

    path: Path
    separator: str = ","

    def read(self) -> Table:
        return Table({"x": numpy.zeros(3), "y": numpy.zeros(3)}, ("y",))


class Softplus(Activation):
    """What `xp` gives is an array; what operators give is said to be one."""

    sharpness: Tunable[float] = tunable(default=1.0, gt=0, search=Log(0.1, 10.0))

    def forward(self, z: Array) -> tuple[Array, Any]:
        return namespace(z).logaddexp(0.0, self.sharpness * z), z

    def backward(self, gradient: Array, cache: Any) -> Array:
        xp = namespace(cache)
        dz: Array = gradient / (1 + xp.exp(-cache))
        return dz


class Sign(Optimizer):
    learning_rate: Tunable[float] = tunable(default=1e-3, gt=0)
    quick: bool = setting(default=False)

    def init(self, parameters: Array, layout: Any) -> dict[str, Array]:
        return {"m": namespace(parameters).zeros_like(parameters)}

    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Any) -> None:
        parameters -= self.learning_rate * namespace(gradients).sign(gradients)


class Squared(Sampler):
    low: float
    high: float

    def from_unit(self, u: Array) -> Array:
        xp = namespace(u)
        return xp.square(xp.sqrt(xp.asarray(self.low, dtype=xp.float64)) + u * (self.high - self.low))

    def to_unit(self, value: Array) -> Array:
        coordinates: Array = (value - self.low) / (self.high - self.low)
        return coordinates


class Clip(Transform):
    def fit(self, table: Table) -> dict[str, Array]:
        return {}

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        xp = namespace(numpy.zeros(1))
        return table.with_columns({name: xp.clip(each, -1, 1) for name, each in table.columns.items()})


def search(study: Study, X: Any, y: Any) -> Study:
    """As docs/python.md has it, with lists where tuples are kept."""
    pipeline = Pipeline(
        data=OneFile(Path("a.csv")),
        model=MLP(units=[LogInt(8, 64), 32], activation=Choice([Softplus(Log(0.5, 2.0)), Softplus()])),
        normalizer=Choice([BatchNorm(), LayerNorm()]),
        optimizer=Choice((Adam(learning_rate=Log(1e-4, 1.0)), Sign(Squared(1e-4, 1e-2)))),
        schedule={"learning_rate": Choice([Cosine(), Cosine(final=0.1)])},
        regularizer=[L2(Log(1e-4, 1.0))],
        transform=[Clip()],
        search=Search(
            start_from=study, tiers=[1, 2], where=["validation.accuracy > 0.5"], points=[{"model.layers": 2}]
        ),
        reporter=[],
    )
    Search(start_from=[study, "runs/before", Path("runs/more")])
    MLP(units=Int(4, 8))
    MLP(units=Ordinal([16, 32]), dropout=0.5)
    MLP(units=(8, 8))
    Memory(test=0.2, task="regression")
    return pipeline.run(X, y)


def width(model: MLP) -> int:
    """A field reads as its value."""
    return model.units if isinstance(model.units, int) else len(model.units)
