"""The cells of a text, without the codes for missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from caviar_plugins.tables import wide
from caviar_plugins.tables.cells import Cells, CellType
from caviar_plugins.tables.engine import Connection
from caviar_plugins.tables.floats import are_plain, may_be_floats
from caviar_plugins.tables.lines import Lines
from caviar_plugins.tables.missing import is_missing, present
from caviar_plugins.tables.sql import one_file, quoted, trimmed

_LONGEST_LINE = 1 << 30  # bytes
_MANY = 200  # columns


def text_cells(
    connection: Connection, lines: Lines, missing: Sequence[str], folder: Path, floats: Collection[str] = ()
) -> Cells:
    """The cells of a text; those of the columns `floats` are numbers where all of them are. Raises DataError."""
    names, first = lines.header, int(lines.dialect.header)
    types: list[CellType] = ["text"] * len(names)
    where = lambda row: f"{lines.text.path}:{lines.line_of(row)}"  # noqa: E731
    if len(names) > wide.COLUMNS:
        rows = wide.stored(connection, lines, missing, folder / "rows.csv", _LONGEST_LINE)
        return Cells(connection, names, types, rows, 0, where, lines.text.cut, wide=True)
    numbers = {place for place, name in enumerate(names) if name in floats} if not missing else set[int]()
    if numbers and 1 < len(names) <= _MANY and (found_rows := _at_once(connection, lines, numbers)) is not None:
        kinds: list[CellType] = ["number" if place in numbers else "text" for place in range(len(names))]
        return Cells(connection, names, kinds, found_rows, 0, where, lines.text.cut)
    # A single column may have blank lines, which the fast parser takes for rows; hundreds take it too long to trim.
    found = _fast(connection, lines, missing) if 1 < len(names) <= _MANY else None
    if found is None:
        file = lines.written(folder / "rows.csv", missing)
        layout = {"delim": "','", "quote": "'\"'", "escape": "'\"'", "new_line": r"'\n'"}
        found, first = _loaded(connection, file, layout, len(names), None), 0
    return Cells(connection, names, types, found - first, first, where, lines.text.cut)


def _at_once(connection: Connection, lines: Lines, numbers: Collection[int]) -> int | None:
    """The number of rows, some of whose cells are numbers; None where text must be looked at."""
    import duckdb

    head = lines.dialect.header
    load = partial(_loaded, connection, lines.text.file, _layout(lines), len(lines.header), ())
    try:
        if load(most=" LIMIT 1") and head and not _begins_with_header(connection, lines, ()):
            return None
        rows = load(numbers, head)
    except duckdb.Error:  # a cell that is no number, or a row that is too long
        return None
    return rows if may_be_floats(lines.text.file) and are_plain(connection, numbers) else None


def _fast(connection: Connection, lines: Lines, missing: Sequence[str]) -> int | None:
    """The number of rows, header included; None where the file is not as the fast parser expects it."""
    import duckdb

    try:
        rows = _loaded(connection, lines.text.file, _layout(lines), len(lines.header), missing)
    except duckdb.Error:
        return None
    if not lines.dialect.header:
        return rows
    if not _begins_with_header(connection, lines, missing):
        return None
    connection.execute("DELETE FROM t WHERE rowid = 0")
    return rows


def _begins_with_header(connection: Connection, lines: Lines, missing: Sequence[str]) -> bool:
    """Whether duckdb sees the same header: with line ends of several kinds, all of the file may be one to it."""
    shown = connection.execute("SELECT * FROM t WHERE rowid = 0").fetchone()
    return bool(shown == tuple(None if is_missing(name, missing) else name for name in lines.header))


def _layout(lines: Lines) -> dict[str, str]:
    mark = lines.dialect
    return {
        "delim": quoted(mark.separator),
        "quote": quoted(mark.quote),
        "escape": quoted(mark.quote),
        **_line_break(lines.text.file),
        "skip": str(mark.skip),
    }


def _loaded(
    connection: Connection,
    file: Path,
    layout: dict[str, str],
    width: int,
    missing: Sequence[str] | None,
    numbers: Collection[int] = (),
    header: bool = False,
    most: str = "",
) -> int:
    """Fills the table; the number of its rows. With `missing` None the cells need no preparation.

    Without its first row where that is the `header`; no more than `most` says.
    """
    types = {place: "DOUBLE" if place in numbers else "VARCHAR" for place in range(width)}
    columns = ", ".join(f"'c{place}': '{kind}'" for place, kind in types.items())
    options = ", ".join(f"{key}={value}" for key, value in layout.items())
    rest = f"header={str(header).lower()}, auto_detect=false, null_padding=false, strict_mode=true"
    options += f", {rest}, max_line_size={_LONGEST_LINE}"
    source = f"read_csv({one_file(file)}, columns={{{columns}}}, {options})"
    if missing is None:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM {source}")
        return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])
    plain = {place: f"c{place}" for place in numbers}
    cells = ", ".join(f"{plain.get(place) or trimmed(f'c{place}')} AS c{place}" for place in range(width))
    wanted = ", ".join(f"{plain.get(place) or present(f'c{place}', missing)} AS c{place}" for place in range(width))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT {wanted} FROM (SELECT {cells} FROM {source}{most})")
    return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])


def _line_break(file: Path) -> dict[str, str]:
    """duckdb finds pairs of both characters by itself; where it is told of them, it reads no row."""
    with file.open("rb") as text:
        start = text.read(1 << 16)
    if b"\r\n" in start:
        return {}
    return {"new_line": r"'\r'" if b"\r" in start and b"\n" not in start else r"'\n'"}
