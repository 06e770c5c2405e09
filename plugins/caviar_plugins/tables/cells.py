"""A table's cells in the database: text without the codes for missing, or typed values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from caviar.plugin import DataError

from caviar_plugins.tables.engine import Connection
from caviar_plugins.tables.json_lines import wrong_line
from caviar_plugins.tables.lines import Lines
from caviar_plugins.tables.missing import is_missing, present
from caviar_plugins.tables.sql import quoted, trimmed

CellType: TypeAlias = Literal["text", "number", "flag", "date", "nested"]
"""What the cells of a column are, before anything is made of text."""
_LONGEST_LINE = 1 << 30  # bytes
_MANY = 200  # columns


@dataclass(frozen=True)
class Cells:
    """The table `t` of a connection, whose columns are c0, c1, …; `first` is the rowid of its first row.

    `where` says where a row lies, for messages: a file and a line. `cut`: more rows follow.
    """

    connection: Connection
    names: Sequence[str]
    types: Sequence[CellType]
    rows: int
    first: int
    where: Callable[[int], str]
    cut: bool = False

    def places(self, *kinds: CellType) -> list[int]:
        """The columns whose cells are of these types."""
        return [place for place, kind in enumerate(self.types) if kind in kinds]


def text_cells(connection: Connection, lines: Lines, missing: Sequence[str], folder: Path) -> Cells:
    """The cells of a text. Raises DataError."""
    names, first = lines.header, int(lines.dialect.header)
    # A single column may have blank lines, which the fast parser takes for rows; thousands take it too long to trim.
    found = _fast(connection, lines, missing) if 1 < len(names) <= _MANY else None
    if found is None:
        file = lines.written(folder / "rows.csv", missing)
        layout = {"delim": "','", "quote": "'\"'", "escape": "'\"'", "new_line": r"'\n'"}
        found, first = _loaded(connection, file, layout, len(names), None), 0
    types: list[CellType] = ["text"] * len(names)
    where = lambda row: f"{lines.text.path}:{lines.line_of(row)}"  # noqa: E731
    return Cells(connection, names, types, found - first, first, where, lines.text.cut)


def _fast(connection: Connection, lines: Lines, missing: Sequence[str]) -> int | None:
    """The number of rows, header included; None where the file is not as the fast parser expects it."""
    import duckdb

    mark = lines.dialect
    layout = {
        "delim": quoted(mark.separator),
        "quote": quoted(mark.quote),
        "escape": quoted(mark.quote),
        "new_line": _line_break(lines.text.file),
        "skip": str(mark.skip),
    }
    try:
        rows = _loaded(connection, lines.text.file, layout, len(lines.header), missing)
    except duckdb.Error:
        return None
    if not mark.header:
        return rows
    shown = connection.execute("SELECT * FROM t WHERE rowid = 0").fetchone()
    expected = tuple(None if is_missing(name, missing) else name for name in lines.header)
    if shown != expected:
        return None
    connection.execute("DELETE FROM t WHERE rowid = 0")
    return rows


def _loaded(
    connection: Connection, file: Path, layout: dict[str, str], width: int, missing: Sequence[str] | None
) -> int:
    """Fills the table; the number of its rows. With `missing` None the cells need no preparation."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    options = ", ".join(f"{key}={value}" for key, value in layout.items())
    rest = f"auto_detect=false, header=false, null_padding=false, strict_mode=true, max_line_size={_LONGEST_LINE}"
    source = f"read_csv({quoted(str(file))}, columns={{{columns}}}, {options}, {rest})"
    if missing is None:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM {source}")
        return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])
    cells = ", ".join(f"{trimmed(f'c{place}')} AS c{place}" for place in range(width))
    wanted = ", ".join(f"{present(f'c{place}', missing)} AS c{place}" for place in range(width))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT {wanted} FROM (SELECT {cells} FROM {source})")
    return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])


def _line_break(file: Path) -> str:
    with file.open("rb") as text:
        start = text.read(1 << 16)
    for mark in (b"\r\n", b"\n", b"\r"):
        if mark in start:
            return "'" + mark.decode().replace("\r", "\\r").replace("\n", "\\n") + "'"
    return r"'\n'"


def typed_cells(
    connection: Connection, source: str, path: Path, missing: Sequence[str], limit: int | None
) -> tuple[Cells, int]:
    """The cells of what duckdb reads with their types, and the number of all rows; `source` stands behind FROM.

    Raises DataError.
    """
    import duckdb

    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        names, types = [name for name, *_ in described], [_type(kind) for _, kind, *_ in described]
        bound = "" if limit is None else f" LIMIT {limit}"
        wanted = ", ".join(_typed(name, kind, place, missing) for place, (name, kind, *_) in enumerate(described))
        raw = f"(SELECT * FROM {source}{bound})"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT {wanted} FROM {raw}")
        rows = int(connection.execute("SELECT count(*) FROM t").fetchone()[0])
        count = rows if rows != limit else int(connection.execute(f"SELECT count(*) FROM {source}").fetchone()[0])
    except duckdb.Error as error:
        wrong = wrong_line(path) if source.startswith("read_json") else ""
        raise DataError(wrong or f"{path}: damaged, or not what its name says: {_without_query(error)}") from error
    cells = Cells(connection, names, types, rows, 0, lambda row: f"{path}: row {row + 1}", count > rows)
    return cells, count


def _without_query(error: Exception) -> str:
    """What duckdb says of a file, in one line."""
    return " ".join(str(error).partition("\nLINE ")[0].split()).removeprefix("Invalid Input Error: ")[:300]


def _typed(name: str, kind: str, place: int, missing: Sequence[str]) -> str:
    cell = '"' + name.replace('"', '""') + '"'
    if _type(kind) == "text":
        cell = present(f"({trimmed(f'CAST({cell} AS VARCHAR)')})", missing)
    elif _type(kind) == "nested":
        cell = f"CASE WHEN {cell} IS NULL THEN NULL ELSE '…' END"
    elif _type(kind) == "date":
        cell = f"make_timestamp(epoch_us({cell}))" if "ZONE" in kind else f"CAST({cell} AS TIMESTAMP)"
    elif kind.startswith("DECIMAL") or kind in ("HUGEINT", "UHUGEINT", "UBIGINT"):
        cell = f"CAST({cell} AS DOUBLE)"
    return f"{cell} AS c{place}"


def _type(kind: str) -> CellType:
    if kind == "BOOLEAN":
        return "flag"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return "date"
    if kind in ("VARCHAR", "UUID") or kind.startswith("ENUM("):
        return "text"
    if (
        kind in ("FLOAT", "DOUBLE")
        or kind.startswith("DECIMAL")
        or kind.removeprefix("U").endswith("INT")
        or (kind.removeprefix("U") == "INTEGER")
    ):
        return "number"
    return "nested"
