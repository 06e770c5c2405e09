"""CSV: a table with a header row; numbers in every column but the target, which may hold words."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from caviar import Array, Data, DataError, Table, setting

MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?"))


class CSV(Data):
    """UTF-8, separated by commas. A target of words or few whole numbers gives classes, any other a regression."""

    path: Path = setting(default=...)
    target: str = setting(default=...)

    def read(self) -> Table:
        header = self._header(next(self._rows(), None))
        if self.target not in header:
            near = get_close_matches(self.target, header, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(header)}"
            raise DataError(f"{self.path}:1: there is no column '{self.target}' to predict; {hint}")
        return self.read_rows()

    def read_rows(self) -> Table:
        rows = self._rows()
        header = self._header(next(rows, None))
        lines, cells = [], []
        for line, row in rows:
            if len(row) != len(header):
                raise DataError(
                    f"{self.path}:{line}: {_count(len(row), 'cell')} where the header names "
                    f"{_count(len(header), 'column')}; a text with a comma in it needs quotes"
                )
            lines.append(line)
            cells.append(row)
        if not cells:
            raise DataError(f"{self.path}:1: there are no rows below the header")
        columns = {
            name: (self._labels if name == self.target else self._numbers)(name, lines, column)
            for name, column in zip(header, zip(*cells, strict=True), strict=True)
        }
        return Table(columns, (self.target,) if self.target in columns else ())

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, each with the number of the line on which it begins."""
        line = 1
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, strict=True)
                for row in reader:
                    if row:
                        yield line, row
                    line = reader.line_num + 1
        except FileNotFoundError:
            raise DataError(f"{self.path}: there is no such file") from None
        except OSError as error:
            raise DataError(f"{self.path}: cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError:
            line = _first_undecodable(self.path.read_bytes())  # the reader is some lines behind what was decoded
            raise DataError(f"{self.path}:{line}: not in UTF-8; save the file as UTF-8") from None
        except csv.Error as error:
            raise DataError(f"{self.path}:{line}: {error}; is a quote left open?") from error

    def _header(self, first: tuple[int, list[str]] | None) -> list[str]:
        if first is None:
            raise DataError(f"{self.path}:1: the file is empty; a header row with the names of the columns is expected")
        line, row = first
        names = [name.strip() for name in row]
        if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
            raise DataError(f"{self.path}:{line}: one column only; cells must be separated by commas")
        for place, name in enumerate(names, start=1):
            if not name:
                raise DataError(f"{self.path}:{line}: column {place} has no name; give it one")
            if name in names[: place - 1]:
                raise DataError(f"{self.path}:{line}: two columns are named '{name}'; rename one")
        return names

    def _numbers(self, name: str, lines: Sequence[int], cells: Sequence[str]) -> Array:
        import numpy

        return numpy.asarray([self._number(name, *each) for each in zip(lines, cells, strict=True)], numpy.float64)

    def _number(self, name: str, line: int, cell: str) -> float:
        if cell.strip().lower() in MISSING:
            raise DataError(
                f"{self.path}:{line}: column '{name}' has no value; fill it in or remove the row "
                "(filling in by itself comes with the transform 'impute')"
            )
        number = _as_number(cell)
        if number is None:
            raise DataError(
                f"{self.path}:{line}: column '{name}' holds {cell!r} where a number is expected; "
                "only the target may hold words so far: remove the column or number its words"
            )
        return number

    def _labels(self, name: str, lines: Sequence[int], cells: Sequence[str]) -> Array:
        """Whole numbers, else numbers, else words, whichever fits all cells."""
        import numpy

        words = [cell.strip() for cell in cells]
        for line, word in zip(lines, words, strict=True):
            if word.lower() in MISSING:
                raise DataError(f"{self.path}:{line}: the target '{name}' has no value; fill it in or remove the row")
        numbers = [_as_number(word) for word in words]
        if None in numbers:
            return numpy.asarray(words, dtype=object)
        if all(word.lstrip("+-").isdecimal() and len(word) < 19 for word in words):  # int64 holds any 18 digits
            return numpy.asarray([int(word) for word in words], numpy.int64)
        return numpy.asarray(numbers, numpy.float64)


def _first_undecodable(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return 1 + content.count(b"\n", 0, error.start)
    return 1


def _as_number(cell: str) -> float | None:
    """A finite number; Python's 1_000 is no number to other programs."""
    from math import isfinite

    try:
        number = float(cell)
    except ValueError:
        return None
    return number if isfinite(number) and "_" not in cell else None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
