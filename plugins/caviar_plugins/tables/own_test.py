"""Rows of a file of their own as the test part: its columns must be those of the file to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from caviar.plugin import Array, DataError, Head, Table

_CLASSES = 100  # more different whole numbers are no classes


def require_columns(needed: Sequence[str], there: Sequence[str], path: Path, test_path: Path) -> None:
    """Raises DataError where the test file at `test_path` lacks a column that is read of the file at `path`."""
    lacking = [name for name in needed if name not in there]
    if lacking:
        raise DataError(f"{test_path}: there is no column {lacking[0]!r}, which {path.name} has; add it there")


def head_with_test(head: Head, rows: int, exact: bool, reading: int) -> Head:
    """The head of the data with so many test rows; what columns hold is known from the others."""
    return replace(
        head,
        rows=head.rows + rows,
        exact=head.exact and exact,
        test=rows,
        seen=None if head.seen is None else head.seen + rows,
        reading=head.reading + reading,
    )


def joined(table: Table, test: Table, path: Path, test_path: Path) -> Table:
    """The rows of a table, and below them those of its test part. Raises DataError where columns do not agree."""
    import numpy

    require_columns(tuple(table.columns), tuple(test.columns), path, test_path)
    columns = {}
    for name, column in table.columns.items():
        other = _like(column, test.columns[name])
        if other is None:
            held = _held(column)
            text = f"{test_path}: column {name!r} holds {_held(test.columns[name])}, and {held} in {path.name}"
            raise DataError(f"{text}; correct the cells that make it so")
        whole = name in table.target and column.dtype.kind in "iu" and len(numpy.unique(column)) <= _CLASSES
        if whole and other.dtype.kind == "f":
            raise DataError(f"{test_path}: the target {name!r} holds fractions, and whole numbers in {path.name}")
        columns[name] = numpy.concatenate([column, other])
    numbers = [numpy.arange(each.rows) if each.numbers is None else each.numbers for each in (table, test)]
    rows = "the row" if test.rows == 1 else f"the {test.rows:,} rows"
    said = f"{rows} of {test_path.name} {'is' if test.rows == 1 else 'are'} the test part"
    return replace(
        table,
        columns=columns,
        test=numpy.arange(table.rows + test.rows) >= table.rows,
        rounded=tuple(dict.fromkeys((*table.rounded, *test.rounded))),
        notes=(*table.notes, said, *(f"{test_path.name}: {note}" for note in test.notes)),
        numbers=numpy.concatenate(numbers),
    )


def joined_lines(table: Table, found: Sequence[Sequence[int] | None]) -> Array | None:
    """The line of each row, where those of each file were `found`: one, or that of the test part second."""
    import numpy

    if any(each is None for each in found):
        return None
    numbers = numpy.arange(table.rows) if table.numbers is None else table.numbers
    test = numpy.zeros(table.rows, dtype=bool) if table.test is None else table.test
    place = numbers + numpy.where(test, len(found[0] or ()), 0)
    lines: Array = numpy.concatenate([numpy.asarray(each, dtype=numpy.int64) for each in found])[place]
    return lines


def _like(column: Array, other: Array) -> Array | None:
    """Another column as one of the same kind, with whole numbers where those of the first are; None if it is not."""
    import numpy

    if column.dtype.kind in "OM" and _is_empty(other):
        return numpy.full(len(other), None if column.dtype.kind == "O" else "NaT", dtype=column.dtype)
    if _held(column) != _held(other):
        return numpy.full(len(other), numpy.nan) if _is_empty(other) else None
    if column.dtype.kind in "iu" and other.dtype.kind == "f" and (other == numpy.floor(other)).all():
        return other.astype(column.dtype)
    return other


def _held(column: Array) -> str:
    return {"O": "words", "M": "dates"}.get(column.dtype.kind, "numbers")


def _is_empty(column: Array) -> bool:
    if column.dtype.kind == "O":
        return all(each is None for each in column)
    return bool((column != column).all())
