"""Tables: named columns of equal length, between a data plugin, the transforms and the trainer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from caviar.values.arrays import Array

EXACT_WHOLE = (1 << 53) - 1
"""Whole numbers beyond this may be rounded in float64, where 2^53 and 2^53 + 1 are one number."""


@dataclass(frozen=True)
class Table:
    """Columns by name, each (rows,) or, for blocks such as an image's pixels, (rows, width); NumPy arrays.

    Numbers are of any numeric dtype, missing as NaN; flags are booleans; words are object arrays of str, missing as
    None. `target` names the columns to predict. `test` marks the rows that the data itself sets aside for the test
    part (None: none). `rounded` names the columns of floats whose source has whole numbers beyond `EXACT_WHOLE`.
    """

    columns: Mapping[str, Array]
    target: tuple[str, ...]
    test: Array | None = None
    rounded: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that are not targets, in their order."""
        return tuple(name for name in self.columns if name not in self.target)

    def with_columns(self, columns: Mapping[str, Array]) -> Table:
        """The same table with other columns."""
        return replace(self, columns=columns)

    def take(self, rows: Array) -> Table:
        """Some rows, without the mark of the test part."""
        return Table({name: column[rows] for name, column in self.columns.items()}, self.target)
