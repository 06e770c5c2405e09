"""A file as a table in the database, by its suffix: what is known of it, and its cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from caviar.plugin import DataError

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.convert import ARROW, DATABASES, SHEETS, arrow_as_parquet, excel_as_text, sqlite_as_text
from caviar_plugins.tables.dialect import Dialect, sniffed
from caviar_plugins.tables.engine import connected, scratch
from caviar_plugins.tables.lines import Lines
from caviar_plugins.tables.plain import PACKED, plain_text
from caviar_plugins.tables.sql import one_file
from caviar_plugins.tables.text_cells import text_cells
from caviar_plugins.tables.typed_cells import typed_cells

TEXTS, PARQUET, JSON = ("csv", "tsv", "txt"), ("parquet",), ("jsonl", "ndjson")
SUFFIXES = (*TEXTS, *PARQUET, *JSON, *DATABASES, *SHEETS, *ARROW)
"""Of the files that are read."""
_ROWS = 20_000  # that are looked at where a file says itself what its columns hold


@dataclass(frozen=True)
class Layout:
    """How a text is read: everything None is looked for."""

    separator: str | None = None
    quote: str | None = None
    skip: int | None = None
    header: bool | None = None
    encoding: str | None = None
    table: str | None = None


PLAIN = Layout(",", '"', 0, True, "utf-8")
"""What need not be said."""


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
    path: Path,
    layout: Layout,
    missing: Sequence[str],
    limit: int | None,
    known: Sequence[str],
    floats: Collection[str] = (),
) -> Iterator[Opened]:
    """A file, whole or its first `limit` bytes; `known` are names that are columns, `floats` likely numbers.

    Raises DataError.
    """
    with scratch() as folder:
        if (source := typed_source(path, folder)) is not None:
            with connected(folder) as connection:
                rows = None if limit is None else _ROWS
                cells, count = typed_cells(connection, source, path, missing, rows)
                yield Opened(cells, replace(PLAIN, table=layout.table), count, str(path))
            return
        lines, dialect, encoding, size = _lines(path, layout, limit, known, folder)
        with connected(folder) as connection:
            cells = text_cells(connection, lines, missing, folder, floats)
            found = Layout(dialect.separator, dialect.quote, dialect.skip, dialect.header, encoding, layout.table)
            count, start = _estimated(lines, size, cells.rows), f"{path}:{dialect.skip + 1}"
            if lines.text.path != path:  # a copy as text, whose lines nobody knows
                cells, start = replace(cells, where=lambda row: f"{path}: row {row + 1}"), str(path)
            yield Opened(cells, found, count, start)


def names_of(path: Path, layout: Layout, limit: int, known: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of a file's columns, among which are the `known` ones. Raises DataError."""
    with scratch() as folder:
        if (source := typed_source(path, folder)) is not None:
            with connected(folder) as connection:
                return tuple(typed_cells(connection, source, path, (), 0)[0].names)
        return tuple(_lines(path, layout, limit, known, folder)[0].header)


def lines_of(path: Path, layout: Layout, known: Sequence[str]) -> list[int] | None:
    """The line on which each row begins; None where rows have no lines. Raises DataError."""
    with scratch() as folder:
        if typed_source(path, folder) is not None:
            return None
        lines = _lines(path, layout, None, known, folder)[0]
        return [line for line, _ in lines.rows()] if lines.text.path == path else None


def typed_source(path: Path, folder: Path) -> str | None:
    """What duckdb selects from, where the file says itself what its columns hold. Raises DataError."""
    suffix = _suffix(path)
    if suffix in (*PARQUET, *JSON) and not path.is_file():
        raise DataError(f"{path}: there is no such file")
    if suffix in PARQUET:
        return f"read_parquet({one_file(path)})"
    if suffix in JSON:
        return f"read_json({one_file(path)}, format='newline_delimited')"
    if suffix in ARROW:
        return f"read_parquet({one_file(arrow_as_parquet(path, folder / 'table.parquet'))})"
    return None


def is_text(path: Path) -> bool:
    """Whether a file is one of text with separators, packed or not."""
    return _suffix(path) in TEXTS


def _suffix(path: Path) -> str:
    packed = path.suffix.lower() in PACKED
    return (Path(path.stem) if packed else path).suffix.lower().removeprefix(".")


def _lines(
    path: Path, layout: Layout, limit: int | None, known: Sequence[str], folder: Path
) -> tuple[Lines, Dialect, str, int]:
    path, layout, known = as_text(path, layout, known, folder)
    for most in (limit, None):
        text = plain_text(path, layout.encoding, most, folder)
        dialect = sniffed(text.file, layout.separator, layout.quote, layout.skip, layout.header, known)
        lines = Lines(text, dialect)
        if not text.cut or lines.holds_a_row():
            break
    return lines, dialect, text.encoding, text.size


def as_text(path: Path, layout: Layout, known: Sequence[str], folder: Path) -> tuple[Path, Layout, Sequence[str]]:
    """A file of text for what is none, with its layout; any other file is its own. Raises DataError."""
    suffix = _suffix(path)
    if suffix in DATABASES:
        return sqlite_as_text(path, layout.table, folder / "rows.csv"), PLAIN, ()
    if suffix in SHEETS:
        text = excel_as_text(path, layout.table, folder / "rows.csv")
        return text, replace(layout, separator=",", quote='"', encoding="utf-8"), known
    return path, layout, known


def _estimated(lines: Lines, size: int, rows: int) -> int:
    """The rows of the whole text, of whose first rows so many are known."""
    if not lines.text.cut:
        return rows
    with lines.text.file.open("rb") as file:
        above = sum(len(file.readline()) for _ in range(lines.dialect.skip + lines.dialect.header))
    seen = lines.text.file.stat().st_size
    return round(rows * (size - above) / (seen - above))
