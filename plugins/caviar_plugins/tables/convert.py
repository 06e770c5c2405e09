"""Files that duckdb does not read: SQLite and Excel are written as text first, Arrow as parquet."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from caviar.plugin import DataError

from caviar_plugins.unpacking import refuse_growth

DATABASES, SHEETS, ARROW = ("sqlite", "sqlite3", "db"), ("xlsx",), ("arrow", "feather")


def sqlite_as_text(path: Path, table: str | None, target: Path) -> Path:
    """The rows of a table, or of the only one there is. Raises DataError."""
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
            chosen = _one(path, "table", table, [name for (name,) in connection.execute(query)])
            escaped = chosen.replace('"', '""')
            rows = connection.execute(f'SELECT * FROM "{escaped}"')
            return _written(target, [name for name, *_ in rows.description], rows)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise DataError(f"{path}: not a SQLite database, or damaged: {error}") from None


def excel_as_text(path: Path, sheet: str | None, target: Path) -> Path:
    """The cells of a sheet, or of the first one. Raises DataError."""
    openpyxl = _needed(path, "openpyxl", "excel")
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    try:
        with import_module("zipfile").ZipFile(path) as archive:
            refuse_growth(path, sum(member.file_size for member in archive.infolist()))
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        chosen = _one(path, "sheet", sheet or book.sheetnames[0], book.sheetnames)
        rows = (row for row in book[chosen].iter_rows(values_only=True) if any(cell is not None for cell in row))
        return _written(target, None, rows)
    except (OSError, ValueError, KeyError, TypeError, import_module("zipfile").BadZipFile) as error:
        raise DataError(f"{path}: not an Excel file (.xlsx), or damaged: {error}") from None


def arrow_as_parquet(path: Path, target: Path) -> Path:
    """The table of an Arrow or Feather file. Raises DataError."""
    feather = _needed(path, "pyarrow.feather", "arrow")
    try:
        import_module("pyarrow.parquet").write_table(feather.read_table(path), target)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not an Arrow file, or damaged: {' '.join(str(error).split())}") from None
    return target


def _one(path: Path, noun: str, name: str | None, there: Sequence[str]) -> str:
    if name is None and len(there) == 1:
        return there[0]
    if name in there:
        return str(name)
    known = ", ".join(there) or "none"
    what = f"there is no {noun} '{name}'" if name is not None else f"which {noun} is meant must be said"
    raise DataError(f'{path}: {what}; set table = "…" in [data]; there are {known}')


def _written(target: Path, header: Sequence[str] | None, rows: Iterable[Sequence[Any]]) -> Path:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if header is not None:
            writer.writerow(header)
        writer.writerows([_text(cell) for cell in row] for row in rows)
    return target


def _text(cell: Any) -> str:
    if cell is None or isinstance(cell, bytes):
        return ""
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat(" ") if hasattr(cell, "hour") and hasattr(cell, "year") else cell.isoformat())
    return repr(cell) if isinstance(cell, float) else str(cell)


def _needed(path: Path, module: str, extra: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise DataError(f"{path}: reading it needs '{package}'; pip install 'caviar-ml[{extra}]'") from None
