"""The networks that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy


@dataclass(frozen=True)
class Shape:
    """Two hidden layers; `rows` as in the data set it stands for, shortened where that changes nothing."""

    inputs: int
    units: int
    classes: int
    batch: int
    rows: int

    @property
    def name(self) -> str:
        return f"{self.inputs}-{self.units}-{self.units}-{self.classes}, batch {self.batch}"

    @property
    def steps(self) -> int:
        """Mini-batches in an epoch."""
        return -(-self.rows // self.batch)

    def data(self) -> tuple[Any, Any]:
        """Rows like standardized ones and classes, always the same."""
        random = numpy.random.default_rng(0)
        x = random.standard_normal((self.rows, self.inputs)).astype(numpy.float32)
        return x, random.integers(0, self.classes, self.rows)


SMALL = Shape(20, 64, 2, 64, 6400)
LETTER = Shape(16, 128, 26, 128, 12800)
FASHION = Shape(784, 128, 10, 64, 12800)
SHAPES = (SMALL, LETTER, FASHION)
