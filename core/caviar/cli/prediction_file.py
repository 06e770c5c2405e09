"""Where predictions go: CSV, JSON lines or parquet, block by block."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from io import StringIO
from math import isfinite
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias

from caviar.values.problem import Problem

if TYPE_CHECKING:
    from caviar.values.arrays import Array

Format: TypeAlias = Literal["csv", "jsonl", "parquet"]
Block: TypeAlias = Mapping[str, "Array"]
"""Columns of rows that follow each other: texts, labels, or floats of the prediction's type."""
Write: TypeAlias = Callable[[Block], None]

_SUFFIXES: Mapping[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_MEMORY = "500MB"  # of the rows that become parquet; more is spilled to the disk


def format_of(out: Path | None, given: Format | None) -> Format:
    """What a user named, else what the file's suffix says; CSV where there is none. Raises Problem."""
    if given == "parquet" and out is None:
        raise Problem("parquet cannot be printed; name a file that ends with .parquet")
    if given is not None or out is None or not out.suffix:
        return given or "csv"
    if out.suffix.lower() not in _SUFFIXES:
        raise Problem(f"{out}: predictions are written as .csv, .jsonl or .parquet; rename it, or give --format")
    return _SUFFIXES[out.suffix.lower()]


def writer(file: BinaryIO, kind: Format) -> AbstractContextManager[Write]:
    """What writes blocks to an open file; parquet is complete when the context ends."""
    return _parquet(file) if kind == "parquet" else _texts(file, kind)


def text_writer(give: Callable[[str], Any], kind: Format) -> Write:
    """What writes blocks as text, CSV with its header first."""
    begun = False

    def write(block: Block) -> None:
        nonlocal begun
        rows = zip(*(_cells(column) for column in block.values()), strict=True)
        if kind == "jsonl":
            named = (dict(zip(block, map(_in_json, row), strict=True)) for row in rows)
            lines = (json.dumps(each, ensure_ascii=False) for each in named)
            give("".join(f"{line}\n" for line in lines))
            return
        text = StringIO()
        lined = csv.writer(text, lineterminator="\n")
        if not begun:
            lined.writerow(block)
        lined.writerows([_digits(cell) if isinstance(cell, float) else cell for cell in row] for row in rows)
        give(text.getvalue())
        begun = True

    return write


def _in_json(cell: Any) -> Any:
    """JSON has no word for NaN and infinity."""
    return None if isinstance(cell, float) and not isfinite(cell) else cell


@contextmanager
def _texts(file: BinaryIO, kind: Format) -> Iterator[Write]:
    yield text_writer(lambda text: file.write(text.encode()), kind)


@contextmanager
def _parquet(file: BinaryIO) -> Iterator[Write]:
    """Rows are collected in a database on the disk, which writes them at the end."""
    import duckdb

    with TemporaryDirectory(prefix="caviar-predictions-", ignore_cleanup_errors=True) as folder:
        connection = duckdb.connect(str(Path(folder) / "rows"), config={"memory_limit": _MEMORY})
        begun = False

        def write(block: Block) -> None:
            nonlocal begun
            if not begun:
                _check_names(block)
                columns = ", ".join(f"{_quoted(name)} {_type(column)}" for name, column in block.items())
                connection.execute(f"CREATE TABLE t ({columns})")
                begun = True
            connection.register("block", {f"c{place}": column for place, column in enumerate(block.values())})
            connection.execute("INSERT INTO t SELECT * FROM block")

        try:
            yield write
            target = Path(folder) / "rows.parquet"
            connection.execute(f"COPY t TO '{target}' (FORMAT parquet)")
        finally:
            connection.close()
        with target.open("rb") as made:
            copyfileobj(made, file)


def _check_names(names: Iterable[str]) -> None:
    """Raises Problem where two names differ in case alone, which are one to the database and to many readers."""
    known: dict[str, str] = {}
    for name in names:
        if (other := known.setdefault(name.lower(), name)) != name:
            raise Problem(f"parquet cannot have the columns '{other}' and '{name}'; write .csv or .jsonl instead")


def _cells(column: Array) -> Sequence[Any]:
    """Cells as Python has them; floats with as many digits as float32 holds."""
    cells: list[Any] = column.tolist()
    return [float(_digits(cell)) for cell in cells] if column.dtype.kind == "f" else cells


def _digits(number: float) -> str:
    return f"{number:.7g}"


def _type(column: Array) -> str:
    kinds = {"b": "BOOLEAN", "i": "BIGINT", "u": "BIGINT"}
    floats = {"float32": "FLOAT", "float64": "DOUBLE"}
    return floats.get(str(column.dtype)) or kinds.get(column.dtype.kind) or "VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
