"""impute: missing numbers are filled with what is usual in the training rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from caviar.plugin import Array, Head, Operation, Table, Transform, setting


class Impute(Transform, interface=2):
    """Each column's median, which a few extreme values do not move, or its mean.

    Missing words stay: `one-hot` knows them as a word of their own. A column without any value is filled with 0.
    """

    by: Literal["median", "mean"] = setting(default="median", also=("strategy",))

    def fit(self, table: Table) -> dict[str, Array]:
        # Whole numbers cannot be missing here, but new rows may lack them: every column is learned, bytes excepted.
        names = [name for name in table.features if name not in table.levels and _may_lack_values(table.columns[name])]
        return {f"fill.{name}": self._usual(table.columns[name]) for name in names}

    def apply(self, table: Table, learned: dict[str, Array]) -> Table:
        import numpy

        columns = dict(table.columns)
        for name, column in table.columns.items():
            if f"fill.{name}" in learned and column.dtype.kind == "f":
                columns[name] = numpy.where(numpy.isnan(column), learned[f"fill.{name}"], column).astype(column.dtype)
        return table.with_columns(columns)

    def foresee(self, head: Head) -> Head:
        return head.with_features(
            tuple(each if each.kind == "words" else replace(each, missing=False) for each in head.features)
        )

    def description(self, learned: dict[str, Array]) -> tuple[Operation, ...]:
        values = {key.removeprefix("fill."): value for key, value in learned.items()}
        return tuple(Operation("fill", {"value": value}, name) for name, value in values.items())

    def _usual(self, column: Array) -> Array:
        import numpy

        values = column.astype(numpy.float64)
        known = ~numpy.isnan(values).all(axis=0)
        usual = numpy.zeros(values.shape[1:])
        middle = numpy.nanmedian if self.by == "median" else numpy.nanmean
        usual[known] = middle(values[:, known] if values.ndim > 1 else values, axis=0) if known.any() else 0.0
        return usual


def _may_lack_values(column: Array) -> bool:
    """Single columns of numbers, and blocks of fractions: an image's bytes are always there."""
    return column.dtype.kind == "f" or (column.dtype.kind in "iub" and column.ndim == 1)
