"""Columns as arrays, after what was decided about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from caviar.plugin import EXACT_WHOLE, Array, DataError

from caviar_plugins.tables import dates, flags, wide
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.counts import Counts
from caviar_plugins.tables.lines import shortened
from caviar_plugins.tables.numbers import NUMBER, NumberFormat
from caviar_plugins.tables.reading import Reading, Readings
from caviar_plugins.tables.sql import quoted

LARGEST = 1e38
"""Larger numbers do not fit into single precision, in which networks compute."""
POINTS = (".", ",")
NAMES = {"number": "number", "flag": "yes or no", "date": "date", "category": "word"}
Masked: TypeAlias = tuple[Array, Array]
"""A column, and where it has no value."""
_AT_ONCE = 200  # columns in one query


def value(reading: Reading, cell: str) -> str:
    """SQL: what a cell stands for; NULL where it has no value, or cannot be read so."""
    if reading.kind == "category":
        whole = f"{cell} = floor({cell}) AND abs({cell}) <= {EXACT_WHOLE}"
        number = f"CASE WHEN {whole} THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR) ELSE CAST({cell} AS VARCHAR) END"
        return number if reading.form == "number" else f"CAST({cell} AS VARCHAR)"
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
    for place, read in _fetched_wide(cells, found) if cells.wide else _fetched(cells, found, wanted):
        name, reading = cells.names[place], found.columns[place]
        array, valid = array_of(*read, reading)
        largest = float(numpy.nanmax(numpy.abs(array))) if array.dtype.kind == "f" and valid else 0.0
        check(cells, place, reading, found.counts, valid, largest)
        if reading.form in POINTS and _are_whole(cells, place, reading.form, array):
            array = array.astype(numpy.int64)
        columns[name] = array
        if array.dtype.kind == "f" and place in found.counts and found.counts[place].long:
            rounded.append(name)
    return columns, tuple(rounded)


def _fetched(cells: Cells, found: Readings, wanted: Sequence[int]) -> Iterator[tuple[int, Masked]]:
    """The columns as the database gives them."""
    for start in range(0, len(wanted), _AT_ONCE):
        places = wanted[start : start + _AT_ONCE]
        chosen = ", ".join(f"{_stored(cells, found, place)} AS c{place}" for place in places)
        read = cells.connection.execute(f"SELECT {chosen} FROM t").fetchnumpy()
        for place in places:
            yield place, masked(read.pop(f"c{place}"))


def _fetched_wide(cells: Cells, found: Readings) -> Iterator[tuple[int, Masked]]:
    """The same of a wide table, in which numbers as programs write them are fetched together."""
    for place, floats, wholes in wide.numbers(cells.connection, len(cells.names), cells.rows):
        reading = found.columns[place]
        if reading.kind == "number" and not reading.form and found.counts[place].plain == found.counts[place].present:
            yield place, wholes if _fits_int64(cells, found, place) else floats
        elif reading.kind != "ignore":
            query = f"SELECT {_stored(cells, found, place)} AS read FROM {cells.column(place)}"
            yield place, masked(cells.connection.execute(query).fetchnumpy()["read"])


def masked(fetched: Any) -> Masked:
    """A fetched column, and where it has no value."""
    import numpy

    return numpy.ma.getdata(fetched), numpy.ma.getmaskarray(fetched)


def check(
    cells: Cells, place: int, reading: Reading, counted: Mapping[int, Counts], valid: int, largest: float
) -> None:
    """Raises DataError, which names the line, for the first cell that its column cannot hold.

    `valid` is the number of cells that have a value, `largest` the size of the largest number among them.
    """
    present = counted[place].present if place in counted else valid
    name, cell = cells.names[place], f"c{place}"
    if valid < present:
        row, shown = first_row(cells, place, f"{cell} IS NOT NULL AND {value(reading, cell)} IS NULL")
        if cells.settled:
            told = f"column '{shortened(name)}' holds {shortened(shown)!r}; the model was trained on {_held(reading)}"
            raise DataError(f"{cells.where(row)}: {told} there; correct it or leave it empty")
        some = "the first " if cells.cut else ""
        others = f"where {valid:,} of {some}{present:,} cells hold a {NAMES[reading.kind]}"
        if reading.kind == "date":
            others += f" written as {reading.form}"
        cures = ["correct it", "leave it empty"]
        if shown.isalpha() and shown == shortened(shown):  # such as "unknown"; a number written wrongly is no code
            cures.append(f"set {cells.setting('missing', [shown])} if it stands for no value")
        cure = f"{', '.join(cures)}, or set {cells.setting('columns', {name: 'category'})}"
        raise DataError(f"{cells.where(row)}: column '{shortened(name)}' holds {shortened(shown)!r} {others}; {cure}")
    if largest > LARGEST:
        row, shown = first_row(cells, place, f"abs({value(reading, cell)}) > {LARGEST}")
        told = f"column '{shortened(name)}' holds {shortened(shown)}, too large to compute with"
        raise DataError(f"{cells.where(row)}: {told}; correct it, or rescale the column")


def _held(reading: Reading) -> str:
    """What a model was trained on in a column, in words."""
    if reading.kind == "date":
        return f"dates written as {reading.form}"
    mark = "with a decimal comma" if reading.form == "," else "with a decimal point"
    return f"numbers {mark}" if reading.form in POINTS else f"{NAMES[reading.kind]}s"


def first_row(cells: Cells, place: int, condition: str) -> tuple[int, str]:
    """The first row for which an SQL condition holds, and its cell in the column as text."""
    wrong = f"FROM {cells.column(place)} WHERE {condition} ORDER BY rowid LIMIT 1"
    query = f"SELECT rowid, CAST(c{place} AS VARCHAR) {wrong}"
    row, shown = cells.connection.execute(query).fetchone()
    return row - cells.first, shown


def _stored(cells: Cells, found: Readings, place: int) -> str:
    """SQL: the cell as it is fetched."""
    reading, cell = found.columns[place], f"c{place}"
    if reading.kind == "number" and not reading.form and _fits_int64(cells, found, place):
        return f"CAST({cell} AS BIGINT)"
    if reading.kind == "number" and not reading.form and found.counts[place].plain == found.counts[place].present:
        return f"CAST({cell} AS DOUBLE)"
    return value(reading, cell)


def _fits_int64(cells: Cells, found: Readings, place: int) -> bool:
    count = found.counts[place]
    return count.present > 0 and count.whole == count.present == cells.rows


def array_of(data: Array, mask: Array, reading: Reading) -> tuple[Array, int]:
    """A fetched column without its mask, and how many of its cells have a value."""
    import numpy

    valid = int(len(data) - mask.sum())
    if reading.kind == "category":
        words = numpy.empty(len(data), dtype=object)
        words[:] = data
        words[mask] = None
        return words, valid
    if reading.kind == "date":
        moments = data.astype("datetime64[s]")
        moments[mask] = numpy.datetime64("NaT", "s")
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
    fraction = f"contains(c{place}, '{mark}') OR contains(lower(c{place}), 'e-')"
    query = f"SELECT bool_or({fraction}) FROM {cells.column(place)}"
    return not cells.connection.execute(query).fetchone()[0]
