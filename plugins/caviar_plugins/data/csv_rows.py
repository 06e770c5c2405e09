"""The rows of a CSV file with their lines: a slow, exact parser that reports its mistakes.

Training reads with a fast parser; if that fails, this one reports where and why.
"""

from __future__ import annotations

import csv
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from io import StringIO
from itertools import islice
from os import stat_result
from pathlib import Path
from typing import NoReturn, TextIO

from caviar.plugin import DataError

_LONGEST_CELL = 1 << 30  # characters; Python's own limit, 131,072, is less than texts may have
_SHOWN = 20  # names of columns in a message


@dataclass(frozen=True)
class Rows:
    """A file as its reader sees it, whole or as far as its first `limit` bytes hold complete rows."""

    path: Path
    separator: str = ","
    limit: int | None = None

    @cached_property
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
            self.fail(line, f'one column only; if its cells are separated by "{mark}", set separator = "{mark}"')
        seen = set[str]()
        for place, name in enumerate(names, start=1):
            if not name:
                numbers = "; pandas writes row numbers so, which to_csv(…, index=False) leaves out" * (place == 1)
                self.fail(line, f"column {place} has no name; give it one{numbers}")
            if name in seen:
                self.fail(line, f"two columns are named '{name}'; rename one")
            seen.add(name)
        return names

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header, each with the number of its first line. Raises DataError."""
        lines = self._lines()
        width = len(self.header)
        next(lines)
        for line, row in lines:
            if len(row) != width:
                what = f"{_count(len(row), 'cell')} where the header names {_count(width, 'column')}"
                self.fail(line, f"{what}; a text with '{self.separator}' in it needs quotes")
            yield line, row

    def line_of(self, number: int) -> int:
        """The line of a row, counted from 0 below the header."""
        return next(line for place, (line, _) in enumerate(self.rows()) if place == number)

    def find(self, name: str, what: str) -> None:
        """Raises DataError if there is no such column."""
        if name not in self.header:
            plain = {each.casefold(): each for each in self.header}
            near = get_close_matches(name.casefold(), plain, n=1)
            others = f", … ({len(plain):,} in all)" if len(self.header) > _SHOWN else ""
            there = f"there are {', '.join(self.header[:_SHOWN])}{others}"
            hint = f"did you mean '{plain[near[0]]}'?" if near else there
            self.fail(1, f"there is no column '{name}' {what}; {hint}")

    def fail(self, line: int, text: str) -> NoReturn:
        """A mistake at a line."""
        raise DataError(f"{self.path}:{line}: {text}")

    @cached_property
    def cut(self) -> bool:
        """Whether the file goes on behind the limit."""
        return self.limit is not None and self.size > self.limit

    @property
    def size(self) -> int:
        """Bytes of the file. Raises DataError."""
        return self._status.st_size

    @property
    def changed(self) -> int:
        """When the file was changed, in nanoseconds. Raises DataError."""
        return self._status.st_mtime_ns

    @cached_property
    def _status(self) -> stat_result:
        with self._told():
            return self.path.stat()

    @cached_property
    def holds_a_row(self) -> bool:
        """Whether there is a complete row below the header. Raises DataError."""
        return len(list(islice(self._lines(), 2))) == 2

    def estimate(self, rows: int, last: int) -> int:
        """The rows of the whole file, of which so many are here and the last begins at a line."""
        lines = self._content.splitlines(keepends=True)
        header, before = len(lines[0]), sum(map(len, lines[: last - 1]))
        if rows == 1:
            return max(1, round(self.size / len(self._content)))
        return round((rows - 1) * (self.size - header) / (before - header))

    @cached_property
    def _content(self) -> bytes:
        """The bytes up to the limit."""
        with self._told(), self.path.open("rb") as file:
            return file.read(self.limit)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns errors of the system about the file into a DataError."""
        try:
            yield
        except FileNotFoundError:
            raise DataError(f"{self.path}: there is no such file") from None
        except OSError as error:
            raise DataError(f"{self.path}: cannot be read: {error.strerror or error}") from error

    def _open(self) -> TextIO:
        """The text; where it is cut at a limit, the last letter may be lacking bytes and is left out."""
        if not self.cut:
            return self.path.open(encoding="utf-8-sig", newline="")
        return StringIO(getincrementaldecoder("utf-8-sig")().decode(self._content), newline="")

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Complete rows that are not blank, each with the number of the line on which it begins."""
        return _without_last(self._parsed()) if self.cut else self._parsed()

    def _parsed(self) -> Iterator[tuple[int, list[str]]]:
        """The same, and the row that a limit cuts."""
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
        line = 1
        try:
            with self._told(), self._open() as text:
                reader = csv.reader(text, delimiter=self.separator, strict=True)
                for row in reader:
                    if row:
                        yield line, row
                    line = reader.line_num + 1
        except UnicodeDecodeError:  # the reader is some lines behind what was decoded
            content = self._content if self.cut else self.path.read_bytes()
            self.fail(_first_undecodable(content), "not in UTF-8; save the file as UTF-8")
        except csv.Error as error:
            if not self.cut or reader.line_num < len(
                self._content.splitlines()
            ):  # else a cell goes on behind the limit
                self.fail(line, f"{error}; is a quote left open?")


def _without_last(lines: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    before = None
    for each in lines:
        if before is not None:
            yield before
        before = each


def _first_undecodable(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return 1 + content.count(b"\n", 0, error.start)
    return 1


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
