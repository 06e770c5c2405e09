"""Tables of thousands of columns: one row of the database a cell, as a query of many columns takes it long to plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from caviar.plugin import Array

from caviar_plugins.tables.engine import Connection
from caviar_plugins.tables.lines import Lines
from caviar_plugins.tables.sql import one_file

COLUMNS = 1000
"""Tables with more are wide."""
_Masked: TypeAlias = tuple[Array, Array]
_CELLS = 4_000_000  # that are fetched at once


def stored(connection: Connection, lines: Lines, missing: Sequence[str], target: Path, longest_line: int) -> int:
    """Fills the table `long` with the cells of a text, by column; the number of rows. Raises DataError."""
    width = len(lines.header)
    file = lines.written(target, missing, by_cell=True)
    layout = "auto_detect=false, header=false, delim=',', quote='\"', escape='\"', new_line='\\n', strict_mode=true"
    source = f"read_csv({one_file(file)}, columns={{'text': 'VARCHAR'}}, {layout}, max_line_size={longest_line})"
    numbered = f"(SELECT text, row_number() OVER () - 1 AS n FROM {source})"
    split = f"CAST(n % {width} AS INTEGER) AS place, CAST(n // {width} AS INTEGER) AS row"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE long AS SELECT {split}, text FROM {numbered} ORDER BY place, row")
    return int(connection.execute("SELECT count(*) FROM long").fetchone()[0]) // width


def column(place: int) -> str:
    """SQL: the cells of a column, with the numbers of their rows, behind FROM."""
    return f"(SELECT row AS rowid, text AS c{place} FROM long WHERE place = {place})"


def numbers(connection: Connection, width: int, rows: int) -> Iterator[tuple[int, _Masked, _Masked]]:
    """Each column as floats and as whole numbers, and where they are none."""
    import numpy

    step = max(_CELLS // max(rows, 1), 1)
    for start in range(0, width, step):
        query = "SELECT try_cast(text AS DOUBLE) AS floats, try_cast(text AS BIGINT) AS wholes FROM long"
        found = connection.execute(f"{query} WHERE place >= {start} AND place < {start + step}").fetchnumpy()
        floats, wholes = (
            (numpy.ma.getdata(each).reshape(-1, rows), numpy.ma.getmaskarray(each).reshape(-1, rows))
            for each in (found["floats"], found["wholes"])
        )
        for at in range(len(floats[0])):
            yield start + at, (floats[0][at], floats[1][at]), (wholes[0][at], wholes[1][at])
