"""The rows of a new file in blocks, laid out as the training file was, or else as the file itself shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from caviar.plugin import Block, ColumnKind, Table

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.dialect import Dialect
from caviar_plugins.tables.engine import Connection, connected, scratch
from caviar_plugins.tables.new_rows import Rule, columns_of, rules
from caviar_plugins.tables.reading import readings
from caviar_plugins.tables.source import Layout, as_text, is_text, names_of, opened, typed_source
from caviar_plugins.tables.text_blocks import Source, text_blocks
from caviar_plugins.tables.text_cells import text_cells
from caviar_plugins.tables.typed_cells import typed_cells

ROWS = 50_000
"""Of a file that says itself what its columns hold, in a block."""
_MEMORY = "2GB"  # for such a file; more is spilled to the disk


@dataclass(frozen=True)
class Kept:
    """What is known of the training file; what is None is looked for in the new one."""

    layout: Layout
    decimal: str | None
    missing: tuple[str, ...]
    columns: Mapping[str, str]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class _Plan:
    """How the new file is read: `others` are columns that the model does not know."""

    layout: Layout
    rules: Mapping[int, Rule]
    others: tuple[str, ...]
    notes: tuple[str, ...]


def new_blocks(path: Path, kept: Kept, columns: Mapping[str, ColumnKind], limit: int) -> Iterator[Block]:
    """The `columns` of all rows; the first `limit` bytes show how the file is laid out. Raises DataError."""
    plan = _plan(path, kept, columns, limit)
    notes = plan.notes
    with scratch() as folder, connected(folder) as connection:
        parts = _typed(connection, path, kept, folder) or _texts(connection, path, plan, kept, folder)
        for cells, first, stop, share in parts:
            found = columns_of(cells, plan.rules, first, stop)
            where = _placed(cells, first)
            yield Block(Table(found, (), notes=notes), where, plan.others, share)
            notes = ()


def _counted(path: Path, before: int) -> Callable[[int], str]:
    return lambda row: f"{path}: row {before + row + 1}"


def _placed(cells: Cells, first: int) -> Callable[[int], str]:
    return lambda row: cells.where(first + row)


def _typed(
    connection: Connection, path: Path, kept: Kept, folder: Path
) -> Iterator[tuple[Cells, int, int, float]] | None:
    """Cells with the rows of a block and the share of the file, for a file that says what its columns hold."""
    source = typed_source(path, folder)
    if source is None:
        return None
    connection.execute(f"SET memory_limit = '{_MEMORY}'")
    cells, rows = typed_cells(connection, source, path, kept.missing, None)
    return ((cells, start, min(start + ROWS, rows), min(start + ROWS, rows) / rows) for start in range(0, rows, ROWS))


def _texts(
    connection: Connection, path: Path, plan: _Plan, kept: Kept, folder: Path
) -> Iterator[tuple[Cells, int, int, float]]:
    layout = plan.layout
    text, _, _ = as_text(path, layout, (), folder)
    source, place, before = Source(text, folder), folder / "blocks", 0
    place.mkdir()
    dialect = Dialect(layout.separator or ",", layout.quote or '"', layout.skip or 0, layout.header is not False)
    for lines in text_blocks(source, layout.encoding or "utf-8", dialect, place):
        cells = text_cells(connection, lines, kept.missing, place)
        if text != path:  # a copy as text, whose lines nobody knows
            cells = replace(cells, where=_counted(path, before))
        if cells.rows:
            yield cells, 0, cells.rows, source.share
        before += cells.rows


def _plan(path: Path, kept: Kept, columns: Mapping[str, ColumnKind], limit: int) -> _Plan:
    layout = _layout(path, kept, tuple(columns), limit)
    words = [name for name, kind in columns.items() if kind == "words"]
    with opened(path, layout, kept.missing, limit, tuple(columns)) as file:
        cells, found = file.cells, replace(file.layout, encoding=_encoding(path, kept, file.layout))
        decimal = kept.decimal if found.separator == kept.layout.separator else None
        read = readings(cells, kept.columns, decimal, found.separator or ",", words, targets=None)
        known = {*columns, *kept.targets, "", *(name for name, kind in kept.columns.items() if kind == "ignore")}
        others = tuple(name for name in cells.names if name not in known)
        return _Plan(found, rules(cells, read, columns, kept.columns), others, _notes(path, kept, found, read.decimal))


def _layout(path: Path, kept: Kept, columns: Sequence[str], limit: int) -> Layout:
    """The layout of training where it shows the model's columns, else an open one; the encoding is always open."""
    ours = replace(kept.layout, encoding=None)
    fresh = Layout(table=kept.layout.table)
    if set(columns) <= set(names_of(path, ours, limit, columns)):
        return ours
    there = set(names_of(path, fresh, limit, columns))
    return fresh if there & set(columns) or len(there) > 1 else ours


def _encoding(path: Path, kept: Kept, found: Layout) -> str | None:
    """What the first rows show; what was kept, where they hold plain letters alone."""
    if found.encoding != "utf-8" or kept.layout.encoding in (None, "utf-8"):
        return found.encoding
    with scratch() as folder:
        plain = next(iter(Source(path, folder)), b"").isascii()
    return kept.layout.encoding if plain else found.encoding


def _notes(path: Path, kept: Kept, found: Layout, decimal: str) -> tuple[str, ...]:
    """What differs from the training file, where both are texts."""
    if not is_text(path):
        return ()
    pairs = {
        "separator": (kept.layout.separator, found.separator),
        "decimal": (kept.decimal, decimal),
        "encoding": (kept.layout.encoding, found.encoding),
    }
    differ = [f"{key} {new!r} instead of {old!r}" for key, (old, new) in pairs.items() if old not in (None, new)]
    return (f"{path}: written otherwise than the training file, and read so: {', '.join(differ)}",) if differ else ()
