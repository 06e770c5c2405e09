"""CSV: a table of numbers, flags and words below a header row; cells may be missing."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from caviar.plugin import Array, Data, Head, Table, setting
from pydantic import ValidationInfo, field_validator

from caviar_plugins.data.csv_cells import BadCell, describe, is_missing
from caviar_plugins.data.csv_rows import Rows

HEAD = 1 << 21
"""Bytes that `pipe check` looks at; a file that is no longer is known wholly."""
COPIES = 3
"""How many times the file's size reading it takes: the bytes, and the cells as text with their places."""


class CSV(Data, interface=1):
    """UTF-8. A target of words, true and false or few whole numbers gives classes, any other a regression.

    Missing are empty cells, NA, N/A, NaN, null, none and ?. `words` lists columns whose numbers are names, such as
    postal codes; `ignore` columns that must not be learned from, such as row numbers.
    """

    path: Path = setting(default=...)
    target: str = setting(default=..., also=("y", "target_column", "label_column"))
    separator: str = setting(default=",", also=("sep", "delimiter"))
    words: tuple[str, ...] = setting(default=(), also=("categorical", "categories"))
    ignore: tuple[str, ...] = setting(default=(), also=("drop", "exclude"))

    @field_validator("separator")
    @classmethod
    def _one_letter(cls, separator: str) -> str:
        if len(separator) != 1 or separator in '"\r\n':
            raise ValueError("must be one character, such as ';'")
        return separator

    @field_validator("ignore")
    @classmethod
    def _keeps_the_target(cls, ignore: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("target") in ignore:
            raise ValueError("cannot contain the target, which is to be predicted")
        return ignore

    def read(self) -> Table:
        self.head()  # what it refuses is refused here in the same words
        table = self.read_rows()
        gap = _first_gap(table.columns[self.target])
        if gap is not None:
            _lacks_target(self._rows, self._rows.line_of(gap), self.target)
        return table

    def read_rows(self, words: Collection[str] = ()) -> Table:
        from caviar_plugins.data.csv_columns import read_columns

        columns, rounded = read_columns(self._rows, {*self.words, *words}, set(self.ignore))
        return Table(columns, (self.target,) if self.target in columns else (), rounded=rounded)

    def columns(self) -> tuple[str, ...]:
        return tuple(self._rows.header)

    def head(self) -> Head:
        whole = self._rows
        return _head(self.path, self.separator, self.target, self.words, self.ignore, whole.size, whole.changed)

    @property
    def _rows(self) -> Rows:
        return Rows(self.path, self.separator)


@lru_cache(maxsize=4)
def _head(
    path: Path, separator: str, target: str, words: tuple[str, ...], ignored: tuple[str, ...], size: int, changed: int
) -> Head:
    """The head from the first rows of a file of this size and time; advice, check and run ask one after the other."""
    source = Rows(path, separator, HEAD)
    if source.cut and not source.holds_a_row:
        source = Rows(path, separator)
    for listed, what in ((target,), "to predict"), (words, "to read as words"), (ignored, "to ignore"):
        for name in listed:
            source.find(name, what)
    if not source.holds_a_row:
        source.fail(1, "there are no rows below the header")
    lines, rows = zip(*source.rows(), strict=True)
    columns = {}
    for name, cells in zip(source.header, zip(*rows, strict=True), strict=True):
        if name in ignored:
            continue
        try:
            columns[name] = describe(name, cells, name in words, source.cut)
        except BadCell as bad:
            source.fail(lines[bad.place], bad.text)
    truth = columns.pop(target)
    if truth.missing:
        place = source.header.index(target)
        _lacks_target(
            source, next(line for line, row in zip(lines, rows, strict=True) if is_missing(row[place])), target
        )
    count = source.estimate(len(rows), lines[-1]) if source.cut else len(rows)
    return Head(tuple(columns.values()), (truth,), count, exact=not source.cut, seen=len(rows), reading=COPIES * size)


def _lacks_target(source: Rows, line: int, target: str) -> NoReturn:
    source.fail(line, f"the target '{target}' has no value; fill it in or remove the row")


def _first_gap(column: Array) -> int | None:
    """The place of the first missing value."""
    import numpy

    empty = numpy.asarray([each is None for each in column]) if column.dtype.kind == "O" else column != column
    places = numpy.flatnonzero(empty)
    return int(places[0]) if len(places) else None
