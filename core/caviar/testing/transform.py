"""The laws of transforms."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.transform import Transform
from caviar.testing.described import transformed
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import described
from caviar.values.arrays import Array
from caviar.values.head import ColumnHead, ColumnKind, Head
from caviar.values.table import Table


def mixed_table(rows: int = 40) -> Table:
    """Numbers with missing values, whole, mostly zeros, constant; words, flags, codes, images, and a target."""
    random = numpy.random.default_rng(2)
    gaps = random.normal(5.0, 3.0, rows)
    gaps[::7] = numpy.nan
    return Table(
        {
            "gaps": gaps,
            "count": random.integers(0, 50, rows),
            "paid": random.choice([0.0, 0.0, 0.0, 20.0, 35.5], rows),
            "owed": random.choice([0.0, 0.0, 0.0, -1.0, 2.5], rows),
            "constant": numpy.full(rows, 0.1),
            "word": numpy.array(["red", "green", "blue", None] * (rows // 4), dtype=object),
            "flag": numpy.arange(rows) % 3 == 0,
            "pixels": random.integers(0, 256, (rows, 2, 3)).astype(numpy.uint8),
            "price": random.normal(100.0, 20.0, rows),
            "code": random.integers(-1, 4, rows),
        },
        ("price",),
        levels={"code": 4},
    )


class TransformContract(StatedInterface):
    """Set `transform`, and `table` if it needs other columns."""

    kind = "transform"
    transform: ClassVar[Transform]
    table: ClassVar[Table] = mixed_table()

    def test_targets_are_never_touched(self) -> None:
        changed = self.transform.apply(self.table, self.transform.fit(self.table))
        assert changed.target == self.table.target
        for name in self.table.target:
            _same(changed.columns[name], self.table.columns[name])

    def test_what_it_learns_is_arrays_of_numbers(self) -> None:
        for name, array in self.transform.fit(self.table).items():
            assert isinstance(name, str)
            assert isinstance(array, numpy.ndarray)
            assert array.dtype.kind in "biuf"

    def test_its_description_computes_what_apply_computes(self) -> None:
        learned = self.transform.fit(self.table)
        with described():
            operations = self.transform.description(learned)
        columns = dict(self.table.columns)
        for each in operations:
            columns = transformed(columns, each)
        changed = self.transform.apply(self.table, learned)
        assert columns.keys() == changed.columns.keys()
        for name, column in changed.columns.items():
            _same(columns[name], column)

    def test_its_arguments_are_left_as_they_were(self) -> None:
        columns = {name: column.copy() for name, column in self.table.columns.items()}
        learned = self.transform.fit(self.table)
        kept = {name: array.copy() for name, array in learned.items()}
        self.transform.apply(self.table, learned)
        for name, column in columns.items():
            _same(self.table.columns[name], column)
        for name, array in kept.items():
            _same(learned[name], array)

    def test_the_order_of_what_it_learned_does_not_matter(self) -> None:
        learned = self.transform.fit(self.table)
        every = self.transform.apply(self.table, learned)
        turned = self.transform.apply(self.table, dict(reversed(learned.items())))  # a saved model has another order
        assert tuple(turned.columns) == tuple(every.columns)
        for name in turned.columns:
            _same(turned.columns[name], every.columns[name])

    def test_a_row_does_not_depend_on_the_rows_beside_it(self) -> None:
        learned = self.transform.fit(self.table)
        rows = numpy.arange(3, 9)
        few = self.transform.apply(self.table.take(rows), learned)
        every = self.transform.apply(self.table, learned)
        assert tuple(few.columns) == tuple(every.columns)
        for name in few.columns:
            _same(few.columns[name], every.columns[name][rows])

    def test_it_foresees_the_columns_it_leaves(self) -> None:
        changed = self.transform.apply(self.table, self.transform.fit(self.table))
        foreseen, found = self.transform.foresee(head_of(self.table)).features, head_of(changed).features
        assert [(each.kind, each.shape, each.levels, each.missing) for each in foreseen] == [
            (each.kind, each.shape, each.levels, each.missing) for each in found
        ]

    def test_targets_may_be_absent_when_it_is_applied(self) -> None:
        learned = self.transform.fit(self.table)
        features = {name: self.table.columns[name] for name in self.table.features}
        changed = self.transform.apply(Table(features, ()), learned)
        every = self.transform.apply(self.table, learned)
        for name in changed.columns:
            _same(changed.columns[name], every.columns[name])


def head_of(table: Table) -> Head:
    """The head of a table, as a reader that saw every row would return it."""
    features = {name: table.columns[name] for name in table.features}
    heads = tuple(_described(name, column, table.levels.get(name)) for name, column in features.items())
    return Head(heads, (), table.rows)


def _described(name: str, column: Array, levels: int | None) -> ColumnHead:
    if column.dtype.kind == "O":
        words = {cell for cell in column if cell is not None}
        return ColumnHead(name, "words", distinct=len(words), missing=any(cell is None for cell in column))
    kind: ColumnKind = "flags" if column.dtype.kind == "b" else "numbers"
    numbers = column[column == column] if column.ndim == 1 and kind == "numbers" else None
    counts = None if numbers is None else numpy.unique(numbers, return_counts=True)[1]
    return ColumnHead(
        name,
        kind,
        column.shape[1:],
        distinct=None if counts is None else len(counts),
        commonest=None if counts is None else int(counts.max(initial=0)),
        missing=bool((column != column).any()),
        gaps=0 if numbers is None else len(column) - len(numbers),
        levels=levels,
    )


def _same(found: Array, expected: Array) -> None:
    assert found.dtype == expected.dtype
    numpy.testing.assert_array_equal(found, expected)
