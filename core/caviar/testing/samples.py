"""Rows that fit a description of inputs, for the kit of models."""

from __future__ import annotations

from typing import Self

import numpy
from pydantic import PrivateAttr

from caviar.interfaces.data import Data
from caviar.values.arrays import Array
from caviar.values.inputs import Inputs
from caviar.values.table import Table


def samples(inputs: Inputs, rows: int, seed: int = 0) -> Array:
    """Rows (rows, inputs.width): numbers around 0, flags of 0 and 1, and levels, some rows having none of them."""
    random = numpy.random.default_rng(seed)
    x: Array = random.normal(0.0, 1.0, (rows, inputs.width))
    for column in inputs.columns:
        own = x[:, column.offset : column.stop]
        if column.kind == "flag":
            own[...] = own > 0
        elif column.kind == "category":
            level = random.integers(-1, column.levels, rows)[:, None]
            own[...] = level == numpy.arange(column.levels) if column.shape else level
    return x


class Samples(Data):
    """Rows that fit some inputs, of three classes that differ in every number."""

    _inputs: Inputs = PrivateAttr(default=Inputs.block(4))

    @classmethod
    def of(cls, inputs: Inputs) -> Self:
        """Rows for these inputs."""
        data = cls()
        data._inputs = inputs
        return data

    def read(self) -> Table:
        labels = numpy.arange(90) % 3
        x, columns, levels = samples(self._inputs, len(labels)), dict[str, Array](), dict[str, int]()
        for column in self._inputs.columns:
            block = x[:, column.offset : column.stop].reshape(-1, *column.shape)
            if column.kind == "number":
                columns[column.name] = block + labels.reshape(-1, *[1] * len(column.shape))
            else:
                columns[column.name] = block.astype(bool if column.shape or column.kind == "flag" else numpy.int64)
            if column.levels:
                levels[column.name] = column.levels
        return Table({**columns, "label": labels}, ("label",), levels=levels)
