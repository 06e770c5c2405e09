"""Tables: named columns of equal length, between a data plugin, the transforms and the trainer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from caviar.values.arrays import Array

EXACT_WHOLE = (1 << 53) - 1
"""Whole numbers beyond this may be rounded in float64, where 2^53 and 2^53 + 1 are one number."""


@dataclass(frozen=True)
class Table:
    """Columns by name, NumPy arrays: each (rows,) or, for a block such as an image's pixels, ``(rows, *shape)``.

    Numbers are of any numeric dtype, missing as NaN; flags are booleans; words are object arrays of str, missing as
    None; dates are datetime64[s] in UTC, missing as NaT. `target` names the columns to predict. `test` marks the rows
    that the data itself sets aside for the test part (None: none). `rounded` names the columns of floats whose source
    has whole numbers beyond `EXACT_WHOLE`.

    `levels` names the columns that are categories and says how many values each has: a column of flags (rows, levels),
    of which a row sets one or none, or one of codes (rows,), whole numbers from 0 to levels - 1, or -1 where a row has
    none of the values.

    `notes` are sentences for the user about how it was read. `numbers` are those of the rows in their file, from 0;
    None where they are 0, 1, 2, ….
    """

    columns: Mapping[str, Array]
    target: tuple[str, ...]
    test: Array | None = None
    rounded: tuple[str, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    numbers: Array | None = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that are not targets, in order."""
        return tuple(name for name in self.columns if name not in self.target)

    def with_columns(self, columns: Mapping[str, Array], levels: Mapping[str, int] | None = None) -> Table:
        """The same table with other columns; `levels` None: a category whose name is still there is still one."""
        kept = {name: count for name, count in self.levels.items() if name in columns} if levels is None else levels
        return replace(self, columns=columns, levels=kept)

    def take(self, rows: Array) -> Table:
        """Some of the rows, without the mark of the test part."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Table(columns, self.target, levels=self.levels)
