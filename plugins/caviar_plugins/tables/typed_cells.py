"""The cells of what duckdb reads with their types: parquet, JSON lines, databases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from caviar.plugin import DataError

from caviar_plugins.tables.cells import Cells, CellType
from caviar_plugins.tables.engine import Connection
from caviar_plugins.tables.json_lines import wrong_line
from caviar_plugins.tables.missing import numeric, present
from caviar_plugins.tables.sql import trimmed
from caviar_plugins.unpacking import refuse_growth


def typed_cells(
    connection: Connection, source: str, path: Path, missing: Sequence[str], limit: int | None
) -> tuple[Cells, int]:
    """The cells of what duckdb reads with their types, and the number of all rows; `source` stands behind FROM.

    Raises DataError.
    """
    import duckdb

    try:
        if source.startswith("read_parquet"):
            held = f"parquet_metadata({source.removeprefix('read_parquet(').rpartition(',')[0]})"
            values = connection.execute(f"SELECT sum(num_values) FROM {held}").fetchone()[0]
            refuse_growth(path, int(values or 0))  # each is a byte or more
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
    elif _type(kind) == "number" and (codes := numeric(missing)):
        cell = f"CASE WHEN {cell} NOT IN ({', '.join(map(repr, codes))}) THEN {cell} END"
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
