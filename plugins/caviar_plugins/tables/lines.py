"""The rows of a text with their lines: a slow, exact parser that reports what is wrong with them.

A fast parser reads tables; where it gives up, this one says where and why, or writes the rows so that it can go on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NoReturn

from caviar.plugin import DataError

from caviar_plugins.tables.dialect import Dialect
from caviar_plugins.tables.missing import MISSING, is_missing, longest_code
from caviar_plugins.tables.plain import PlainText

_LONGEST_CELL = 1 << 30  # characters; Python's own limit, 131,072, is less than texts may have
_LONGEST_NAME = 1000  # characters
_LONGEST_SHOWN = 60  # characters of a name or a cell in a message
_SHOWN = 20  # names of columns in a message


@dataclass(frozen=True)
class Lines:
    """The rows of a text that is laid out as its dialect says; `names` are its columns where they stand elsewhere."""

    text: PlainText
    dialect: Dialect
    names: Sequence[str] = ()

    @cached_property
    def header(self) -> list[str]:
        """The columns' names, without the spaces around them; '' for the nameless first. Raises DataError."""
        if self.names:
            return list(self.names)
        first = next(self._lines(), None)
        if first is None:
            self.fail(1, "the file is empty; a header row with the names of the columns is expected")
        line, row = first
        if not self.dialect.header:
            return [f"column{place}" for place in range(1, len(row) + 1)]
        names = [name.strip() for name in row]
        seen = set[str]()
        for place, name in enumerate(names, start=1):
            if not name and (place > 1 or len(names) == 1):
                self.fail(line, f"column {place} has no name; give it one")
            if "\0" in name or len(name) > _LONGEST_NAME:
                odd = "a NUL character in its name" if "\0" in name else f"a name of {len(name):,} characters"
                self.fail(line, f"column {place} has {odd}; is this a table, and in which encoding?")
            if name in seen:
                self.fail(line, f"two columns are named '{shortened(name)}'; rename one")
            seen.add(name)
        return names

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header, each with the number of its first line. Raises DataError."""
        lines = self._lines()
        width = len(self.header)
        if self.dialect.header:
            next(lines)
        for line, row in lines:
            if len(row) != width:
                what = f"{_count(len(row), 'cell')} where the header names {_count(width, 'column')}"
                self.fail(line, f"{what}; a text with '{self.dialect.separator}' in it needs quotes")
            yield line, row

    def line_of(self, number: int) -> int:
        """The line of a row, counted from 0 below the header."""
        return self.text.above + next(islice(self.rows(), number, None))[0]

    def find(self, name: str, what: str) -> None:
        """Raises DataError if there is no such column."""
        missing_name(name, what, self.header, f"{self.text.path}:{self.dialect.skip + 1}")

    def fail(self, line: int, text: str) -> NoReturn:
        """A mistake at a line."""
        raise DataError(f"{self.text.path}:{self.text.above + line}: {text}")

    def holds_a_row(self) -> bool:
        """Whether there is a row below the header. Raises DataError."""
        return len(list(islice(self._lines(), 1 + self.dialect.header))) == 1 + self.dialect.header

    def written(self, target: Path, missing: Sequence[str], by_cell: bool = False) -> Path:
        """The rows below the header, trimmed, in a file with commas and quotes; nothing where a cell has no value.

        `by_cell`: each cell is on a line of its own. Raises DataError.
        """
        plain, longest, own = frozenset(MISSING), longest_code(missing), len(missing) > 0
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for _, row in self.rows():
                cells = [
                    ""
                    if len(cell) <= longest and (cell.lower() in plain or (own and is_missing(cell, missing)))
                    else cell
                    for cell in map(str.strip, row)
                ]
                if by_cell:
                    file.write("".join([f'"{cell}"\n' if '"' not in cell else _quoted(cell) for cell in cells]))
                else:
                    writer.writerow(cells)
        return target

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, each with the number of the line on which it begins."""
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
        mark, line = self.dialect, self.dialect.skip + 1
        try:
            with self.text.file.open(encoding="utf-8-sig", newline="") as text:
                for _ in range(mark.skip):
                    text.readline()
                reader = csv.reader(text, delimiter=mark.separator, quotechar=mark.quote, strict=True)
                for row in reader:
                    if row:
                        yield line, row
                    line = mark.skip + reader.line_num + 1
        except csv.Error as error:
            self.fail(line, f"{error}; is a quote left open?")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"\n'


def missing_name(name: str, what: str, names: Sequence[str], where: str) -> None:
    """Raises DataError, with the nearest name, if there is no column of a name."""
    if name in names:
        return
    plain = {each.casefold(): each for each in names}
    near = get_close_matches(name.casefold(), plain, n=1)
    others = f", … ({len(plain):,} in all)" if len(names) > _SHOWN else ""
    there = f"there are {', '.join(map(shortened, names[:_SHOWN]))}{others}"
    hint = f"did you mean '{plain[near[0]]}'?" if near else there
    raise DataError(f"{where}: there is no column '{name}' {what}; {hint}")


def shortened(text: str) -> str:
    """A name or a cell as a message shows it: a file that is no table may have one of thousands of characters."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
