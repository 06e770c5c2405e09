"""CSV: a table of numbers, flags and words below a header row; cells may be missing."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from pathlib import Path
from typing import NoReturn

from caviar import Array, Data, DataError, Head, Table, setting
from pydantic import ValidationInfo, field_validator

from caviar_plugins.data.csv_cells import describe, is_missing
from caviar_plugins.data.csv_rows import Rows

HEAD_ROWS = 1000
"""How many rows `pipe check` looks at."""


class CSV(Data):
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
            raise ValueError("cannot hold the target, which is what is learned")
        return ignore

    def read(self) -> Table:
        self._names()
        table = self.read_rows()
        gap = _first_gap(table.columns[self.target])
        if gap is not None:
            self._lacks_target(self._rows.line_of(gap))
        return table

    def read_rows(self, words: Collection[str] = ()) -> Table:
        from caviar_plugins.data.csv_columns import read_columns

        names = self._rows.header()
        known = {name for name in (*self.words, *words) if name in names}
        columns = {name: each for name, each in read_columns(self._rows, known).items() if name not in self.ignore}
        return Table(columns, (self.target,) if self.target in columns else ())

    def columns(self) -> tuple[str, ...]:
        return tuple(self._rows.header())

    def head(self) -> Head:
        names = self._names()
        rows = list(islice(self._rows.rows(), HEAD_ROWS + 1))
        if not rows:
            raise DataError(f"{self.path}:1: there are no rows below the header")
        place = names.index(self.target)
        for line, row in rows:
            if is_missing(row[place]):
                self._lacks_target(line)
        cells = zip(*(row for _, row in rows[:HEAD_ROWS]), strict=True)
        columns = {name: describe(name, column, name in self.words) for name, column in zip(names, cells, strict=True)}
        features = tuple(each for name, each in columns.items() if name not in (self.target, *self.ignore))
        count = len(rows) if len(rows) <= HEAD_ROWS else self._estimate()
        return Head(features, (columns[self.target],), count, exact=len(rows) <= HEAD_ROWS)

    @property
    def _rows(self) -> Rows:
        return Rows(self.path, self.separator)

    def _names(self) -> list[str]:
        """The header, which must have every column that the file of the pipeline speaks of."""
        names = self._rows.header()
        places = ((self.target,), "to predict"), (self.words, "to read as words"), (self.ignore, "to ignore")
        for listed, what in places:
            for name in listed:
                self._rows.find(name, names, what)
        return names

    def _lacks_target(self, line: int) -> NoReturn:
        self._rows.fail(line, f"the target '{self.target}' has no value; fill it in or remove the row")

    def _estimate(self) -> int:
        """Rows, from the size of the first lines and of the file."""
        with self.path.open("rb") as file:
            header, *lines = islice(file, HEAD_ROWS + 1)
        share = (self.path.stat().st_size - len(header)) / sum(map(len, lines))
        return round(len(lines) * share)


def _first_gap(column: Array) -> int | None:
    """The place of the first missing value."""
    import numpy

    empty = numpy.asarray([each is None for each in column]) if column.dtype.kind == "O" else column != column
    places = numpy.flatnonzero(empty)
    return int(places[0]) if len(places) else None
