"""The rows of a CSV file with their lines: slow, exact, and the place where its mistakes are told.

Reading for training takes a fast parser; whenever that stumbles, this one says where and why.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from caviar import DataError


@dataclass(frozen=True)
class Rows:
    """A file as its reader sees it."""

    path: Path
    separator: str = ","

    def header(self) -> list[str]:
        """The columns' names, without the spaces around them. Raises DataError."""
        first = next(self._lines(), None)
        if first is None:
            self.fail(1, "the file is empty; a header row with the names of the columns is expected")
        line, row = first
        names = [name.strip() for name in row]
        other = next((mark for mark in ";\t," if mark != self.separator and mark in names[0]), None)
        if len(names) == 1 and other:
            mark = "\\t" if other == "\t" else other
            self.fail(line, f'one column only; if its cells are separated by "{mark}", say separator = "{mark}"')
        for place, name in enumerate(names, start=1):
            if not name:
                self.fail(line, f"column {place} has no name; give it one")
            if name in names[: place - 1]:
                self.fail(line, f"two columns are named '{name}'; rename one")
        return names

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header, each with the number of its first line. Raises DataError."""
        lines = self._lines()
        width = len(self.header())
        next(lines)
        for line, row in lines:
            if len(row) != width:
                what = f"{_count(len(row), 'cell')} where the header names {_count(width, 'column')}"
                self.fail(line, f"{what}; a text with '{self.separator}' in it needs quotes")
            yield line, row

    def line_of(self, number: int) -> int:
        """The line of a row, counted from 0 below the header."""
        return next(line for place, (line, _) in enumerate(self.rows()) if place == number)

    def find(self, name: str, names: list[str], what: str) -> None:
        """Makes sure that there is such a column."""
        if name not in names:
            plain = {each.casefold(): each for each in names}
            near = get_close_matches(name.casefold(), plain, n=1)
            hint = f"did you mean '{plain[near[0]]}'?" if near else f"there are {', '.join(names)}"
            self.fail(1, f"there is no column '{name}' {what}; {hint}")

    def fail(self, line: int, text: str) -> NoReturn:
        """A mistake at a line."""
        raise DataError(f"{self.path}:{line}: {text}")

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, each with the number of the line on which it begins."""
        line = 1
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, delimiter=self.separator, strict=True)
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
            self.fail(line, "not in UTF-8; save the file as UTF-8")
        except csv.Error as error:
            self.fail(line, f"{error}; is a quote left open?")


def _first_undecodable(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return 1 + content.count(b"\n", 0, error.start)
    return 1


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
