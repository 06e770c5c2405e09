"""Columns as arrays, after what was decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caviar.plugin import EXACT_WHOLE, Array, DataError

from caviar_plugins.tables import dates, flags
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.lines import shortened
from caviar_plugins.tables.numbers import NUMBER, NumberFormat
from caviar_plugins.tables.reading import Counts, Reading, Readings
from caviar_plugins.tables.sql import key, quoted

LARGEST = 1e38
"""Larger numbers do not fit into single precision, in which networks compute."""
POINTS = (".", ",")
_NAMES = {"number": "number", "flag": "yes or no", "date": "date", "category": "word"}
_AT_ONCE = 200  # columns in one query


def value(reading: Reading, cell: str) -> str:
    """SQL: what a cell stands for; NULL where it has no value, or cannot be read so."""
    if reading.kind == "category":
        return f"CAST({cell} AS VARCHAR)"
    if reading.form == "typed":
        return cell
    if reading.kind == "flag":
        return flags.value(cell)
    if reading.kind == "date":
        return dates.value(cell, reading.form)
    if reading.form:
        return NumberFormat(reading.form).value(cell)
    return f"CASE WHEN regexp_full_match({cell}, {quoted(NUMBER)}) THEN try_cast({cell} AS DOUBLE) END"


def arrays(cells: Cells, found: Readings) -> tuple[dict[str, Array], tuple[str, ...]]:
    """The columns that are not ignored: missing numbers and flags are NaN, missing words None, missing dates NaT.

    And the names of those whose whole numbers are rounded. Raises DataError.
    """
    import numpy

    wanted = [place for place, each in enumerate(found.columns) if each.kind != "ignore"]
    columns, rounded = dict[str, Array](), list[str]()
    for start in range(0, len(wanted), _AT_ONCE):
        places = wanted[start : start + _AT_ONCE]
        chosen = ", ".join(f"{_stored(cells, found, place)} AS c{place}" for place in places)
        read = cells.connection.execute(f"SELECT {chosen} FROM t").fetchnumpy()
        for place in places:
            name, reading = cells.names[place], found.columns[place]
            array, valid = _array(read.pop(f"c{place}"), reading)
            largest = float(numpy.nanmax(numpy.abs(array))) if array.dtype.kind == "f" and valid else 0.0
            check(cells, place, reading, found.counts, valid, largest)
            if reading.form in POINTS and _are_whole(cells, place, reading.form, array):
                array = array.astype(numpy.int64)
            columns[name] = array
            if array.dtype.kind == "f" and place in found.counts and found.counts[place].long:
                rounded.append(name)
    return columns, tuple(rounded)


def check(
    cells: Cells, place: int, reading: Reading, counted: Mapping[int, Counts], valid: int, largest: float
) -> None:
    """Raises DataError, which names the line, for the first cell that its column cannot hold.

    `valid` is the number of cells that have a value, `largest` the size of the largest number among them.
    """
    present = counted[place].present if place in counted else valid
    name, cell = cells.names[place], f"c{place}"
    if valid < present:
        row, shown = _first(cells, f"{cell} IS NOT NULL AND {value(reading, cell)} IS NULL", cell)
        some = "the first " if cells.cut else ""
        others = f"where {valid:,} of {some}{present:,} cells hold a {_NAMES[reading.kind]}"
        if reading.kind == "date":
            others += f" written as {reading.form}"
        cure = f'correct it, leave it empty, or set columns = {{ {key(name)} = "category" }} in [data]'
        raise DataError(f"{cells.where(row)}: column '{shortened(name)}' holds {shortened(shown)!r} {others}; {cure}")
    if largest > LARGEST:
        row, shown = _first(cells, f"abs({value(reading, cell)}) > {LARGEST}", cell)
        told = f"column '{shortened(name)}' holds {shortened(shown)}, too large to compute with"
        raise DataError(f"{cells.where(row)}: {told}; correct it, or rescale the column")


def _first(cells: Cells, condition: str, cell: str) -> tuple[int, str]:
    query = f"SELECT rowid, CAST({cell} AS VARCHAR) FROM t WHERE {condition} ORDER BY rowid LIMIT 1"
    row, shown = cells.connection.execute(query).fetchone()
    return row - cells.first, shown


def _stored(cells: Cells, found: Readings, place: int) -> str:
    """SQL: the cell as it is fetched."""
    reading, cell = found.columns[place], f"c{place}"
    if reading.kind == "number" and not reading.form and _fits_int64(cells, found, place):
        return f"CAST({cell} AS BIGINT)"
    if reading.kind == "category":
        return f"CAST({cell} AS VARCHAR)"
    if reading.kind == "number" and not reading.form and found.counts[place].plain == found.counts[place].present:
        return f"CAST({cell} AS DOUBLE)"
    return value(reading, cell)


def _fits_int64(cells: Cells, found: Readings, place: int) -> bool:
    count = found.counts[place]
    return count.present > 0 and count.whole == count.present == cells.rows


def _array(read: Any, reading: Reading) -> tuple[Array, int]:
    """A fetched column without its mask, and how many of its cells have a value."""
    import numpy

    mask = numpy.ma.getmaskarray(read)
    data = numpy.ma.getdata(read)
    valid = int(len(data) - mask.sum())
    if reading.kind == "category":
        words = numpy.empty(len(data), dtype=object)
        words[:] = data
        words[mask] = None
        return words, valid
    if reading.kind == "date":
        moments = data.astype("datetime64[s]")
        moments[mask] = numpy.datetime64("NaT")
        return moments, valid
    if not mask.any():
        if data.dtype.kind == "f":
            valid -= int(numpy.isnan(data).sum())
        return numpy.array(data), valid
    numbers = data.astype(numpy.float64)
    numbers[mask] = numpy.nan
    return numbers, valid


def _are_whole(cells: Cells, place: int, mark: str, array: Array) -> bool:
    """Whether a column of numbers with currencies or thousands holds whole ones alone, none missing."""
    import numpy

    if numpy.isnan(array).any() or (numpy.abs(array) > EXACT_WHOLE).any() or (array != numpy.floor(array)).any():
        return False
    query = f"SELECT bool_or(contains(c{place}, '{mark}') OR contains(lower(c{place}), 'e-')) FROM t"
    return not cells.connection.execute(query).fetchone()[0]
