"""A file as a table in the database, by its suffix: what is known of it, and its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caviar.plugin import DataError

from caviar_plugins.tables.cells import Cells, text_cells
from caviar_plugins.tables.dialect import Dialect, sniffed
from caviar_plugins.tables.engine import connected, scratch
from caviar_plugins.tables.lines import Lines
from caviar_plugins.tables.plain import plain_text

TEXTS = ("csv", "tsv", "txt")
"""Suffixes of files whose cells are text, with a separator between them."""


@dataclass(frozen=True)
class Layout:
    """How a text is read: everything None is looked for."""

    separator: str | None = None
    quote: str | None = None
    skip: int | None = None
    header: bool | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Opened:
    """The cells of a file, or of its first rows.

    `rows` is the number of all, if need be an estimate, `start` where the table begins, for messages.
    """

    cells: Cells
    layout: Layout
    rows: int
    start: str

    def require_rows(self) -> None:
        """Raises DataError where there is no row."""
        if not self.cells.rows:
            raise DataError(f"{self.start}: there are no rows below the header")


@contextmanager
def opened(
    path: Path, layout: Layout, missing: Sequence[str], limit: int | None, known: Sequence[str]
) -> Iterator[Opened]:
    """A file, whole or its first `limit` bytes; `known` are names that are columns. Raises DataError."""
    with scratch() as folder:
        lines, dialect, encoding, size = _lines(path, layout, limit, known, folder)
        with connected(folder) as connection:
            cells = text_cells(connection, lines, missing, folder)
            found = Layout(dialect.separator, dialect.quote, dialect.skip, dialect.header, encoding)
            yield Opened(cells, found, _estimated(lines, size, cells.rows), f"{path}:{dialect.skip + 1}")


def names_of(path: Path, layout: Layout, limit: int) -> tuple[str, ...]:
    """The names of a file's columns. Raises DataError."""
    with scratch() as folder:
        return tuple(_lines(path, layout, limit, (), folder)[0].header)


def _lines(
    path: Path, layout: Layout, limit: int | None, known: Sequence[str], folder: Path
) -> tuple[Lines, Dialect, str, int]:
    for most in (limit, None):
        text = plain_text(path, layout.encoding, most, folder)
        dialect = sniffed(text.file, layout.separator, layout.quote, layout.skip, layout.header, known)
        lines = Lines(text, dialect)
        if not text.cut or lines.holds_a_row():
            break
    return lines, dialect, text.encoding, text.size


def _estimated(lines: Lines, size: int, rows: int) -> int:
    """The rows of the whole text, of whose first rows so many are known."""
    if not lines.text.cut:
        return rows
    with lines.text.file.open("rb") as file:
        above = sum(len(file.readline()) for _ in range(lines.dialect.skip + lines.dialect.header))
    seen = lines.text.file.stat().st_size
    return round(rows * (size - above) / (seen - above))
