"""The laws of a split, for tests of every way to split rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy
from caviar.engine.data.prepare import read_and_split
from caviar.plugin import Array, Data, Random, Table
from caviar.values.dataset import Split


class Given(Data):
    """A table from memory."""

    table: Any = None

    def read(self) -> Table:
        assert isinstance(self.table, Table)
        return self.table


def words(cells: Sequence[Any]) -> Array:
    column = numpy.empty(len(cells), dtype=object)
    column[:] = [None if cell is None else str(cell) for cell in cells]
    return column


def splits(columns: dict[str, Array], y: Array, own: Array | None = None, seed: int = 1, **fields: Any) -> Any:
    """The splits of a table with these columns."""
    table = Table({**columns, "x": numpy.arange(len(y)) * 0.5, "y": y}, ("y",), own)
    return read_and_split(Given(table=table, **fields), Random(seed))[-1].splits


def parts(split: Split) -> tuple[Array, Array, Array]:
    return split.train, split.validation, split.test


def rows_are_in_one_part_each(split: Split, rows: int) -> None:
    assert sorted(numpy.concatenate(parts(split)).tolist()) == list(range(rows))
    assert all((part[1:] > part[:-1]).all() for part in parts(split)), "rows are sorted"


def no_group_is_in_two_parts(split: Split, groups: Array) -> None:
    held = [set(groups[part].tolist()) for part in parts(split)]
    assert not held[0] & held[1]
    assert not held[0] & held[2]
    assert not held[1] & held[2]


def parts_follow_in_time(split: Split, times: Array) -> None:
    there = [times[part] for part in parts(split) if len(part)]
    assert all(early.max() < late.min() for early, late in pairwise(there))
