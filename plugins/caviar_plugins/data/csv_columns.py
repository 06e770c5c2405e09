"""The columns of a CSV file as arrays, through pyarrow's parser."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from caviar.plugin import EXACT_WHOLE, Array, DataError

from caviar_plugins.data.csv_cells import (
    FLAGS,
    LARGEST,
    LONG,
    MISSING,
    MOSTLY,
    NUMBER,
    WHOLE,
    BadCell,
    not_a_number,
    too_large,
)
from caviar_plugins.data.csv_rows import Rows

_ONE_BLOCK = 1 << 30  # bytes; within a block quoted line breaks cannot fall on a border


def read_columns(
    source: Rows, words: Collection[str], ignored: Collection[str]
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """All columns but the ignored ones: numbers, flags or words; missing cells are NaN or None.

    And the names of those whose whole numbers are rounded. Raises DataError.
    """
    names = source.header
    table = _texts(source)
    if not len(table):
        source.fail(1, "there are no rows below the header")
    columns, rounded = dict[str, Array](), list[str]()
    for place, name in enumerate(names):
        if name in ignored:
            continue
        try:
            columns[name], inexact = _array(name, table.column(place), name in words)
        except BadCell as bad:
            source.fail(source.line_of(bad.place), bad.text)
        if inexact:
            rounded.append(name)
    return columns, tuple(rounded)


def _texts(source: Rows) -> Any:
    """Every cell as text. Whatever the parser rejects or would accept too easily goes to the exact one."""
    import pyarrow
    from pyarrow import csv

    content = source.path.read_bytes()
    if content.count(b'"') % 2:  # a quote left open would swallow the rest of the file
        _let_the_exact_parser_complain(source)
    try:
        names = csv.open_csv(
            pyarrow.BufferReader(content), parse_options=_parsing(source.separator), read_options=_reading(content)
        ).schema.names
        return csv.read_csv(
            pyarrow.BufferReader(content),
            parse_options=_parsing(source.separator),
            read_options=_reading(content),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pyarrow.string())),
        )
    except pyarrow.ArrowInvalid as error:
        _let_the_exact_parser_complain(source)
        raise DataError(f"{source.path}: {' '.join(str(error).split())}") from error


def _parsing(separator: str) -> Any:
    from pyarrow import csv

    return csv.ParseOptions(delimiter=separator, newlines_in_values=True)


def _reading(content: bytes) -> Any:
    from pyarrow import csv

    return csv.ReadOptions(block_size=min(len(content) + 1, _ONE_BLOCK), use_threads=False)


def _let_the_exact_parser_complain(source: Rows) -> None:
    for _ in source.rows():
        pass


def _array(name: str, cells: Any, words: bool) -> tuple[Array, bool]:
    """A column, and whether whole numbers were rounded. Raises BadCell."""
    import pyarrow
    from pyarrow import compute

    texts = compute.utf8_trim_whitespace(cells)
    lower = compute.utf8_lower(texts)
    texts = compute.if_else(compute.is_in(lower, pyarrow.array(MISSING)), None, texts)
    present = len(texts) - texts.null_count
    if not words and present and _all(compute.is_in(lower, pyarrow.array((*FLAGS, *MISSING)))):
        return _numpy(compute.if_else(compute.is_null(texts), None, compute.equal(lower, FLAGS[0]))), False
    numbers = compute.match_substring_regex(texts, f"^({NUMBER})$")
    count = compute.sum(numbers).as_py() or 0
    if words or count < MOSTLY * present:
        return _numpy(texts), False
    if count < present:
        place = compute.index(numbers, value=False).as_py()
        raise not_a_number(name, place, texts[place].as_py(), count, present)
    plain = compute.replace_substring_regex(texts, r"^\+", "")
    if present and not plain.null_count and _all(compute.match_substring_regex(plain, f"^({WHOLE})$")):
        return _numpy(compute.cast(plain, pyarrow.int64())), False
    values = compute.cast(plain, pyarrow.float64())
    size = compute.abs(values)
    if (compute.max(size).as_py() or 0) > LARGEST:
        place = compute.index(compute.greater(size, LARGEST), value=True).as_py()
        raise too_large(name, place, texts[place].as_py())
    return _numpy(values), _rounded(texts, size)


def _rounded(texts: Any, size: Any) -> bool:
    """Whether there are whole numbers that float64 may not hold; `size` is what became of them, without signs."""
    from pyarrow import compute

    if (compute.max(size).as_py() or 0) <= EXACT_WHOLE:
        return False
    long = compute.match_substring_regex(texts, f"^({LONG})$")
    return bool(compute.any(compute.and_(long, compute.greater(size, float(EXACT_WHOLE)))).as_py())


def _all(flags: Any) -> bool:
    from pyarrow import compute

    return bool(compute.all(flags).as_py())


def _numpy(column: Any) -> Array:
    """Missing numbers and flags are NaN in float64, missing words None."""
    import numpy
    import pyarrow

    if pyarrow.types.is_boolean(column.type) and column.null_count:
        column = column.cast(pyarrow.float64())
    array: Array = numpy.array(column.to_numpy(), copy=True)
    return array
