"""Arrays and data frames as tables. Frames are known by what they can do: pandas and polars are not imported."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date
from numbers import Integral, Real
from typing import Any

from caviar.interfaces.data import DataError
from caviar.values.arrays import Array
from caviar.values.table import EXACT_WHOLE, Table


def rows_of(X: Any, features: Collection[str]) -> dict[str, Array]:
    """The same of rows to predict, which may be records too: one mapping, several, or a row of a frame.

    Raises DataError.
    """
    if hasattr(X, "to_dict") and hasattr(X, "index") and not hasattr(X, "columns") and set(features) <= set(X.index):
        X = X.to_dict()
    if isinstance(X, Mapping):
        X = [X]
    if isinstance(X, (list, tuple)) and X and all(isinstance(each, Mapping) for each in X):
        names = dict.fromkeys(name for record in X for name in record)
        if not names:
            raise DataError(
                "each of the rows is an empty dict; a row has a cell for each column, None where it is missing"
            )
        return {str(name): _column(str(name), _cells([record.get(name) for record in X])) for name in names}
    return features_of(X)


def features_of(X: Any) -> dict[str, Array]:
    """Columns by name: a frame's own, or one block called x. Raises DataError."""
    import numpy

    if hasattr(X, "columns"):
        return {str(name): _column(str(name), X[name]) for name in X.columns}
    block = numpy.asarray(X)
    if block.ndim == 1:
        block = block.reshape(-1, 1)
    if block.ndim < 2 or block.dtype.kind not in "biuf":
        raise DataError(f"X is {block.dtype} of shape {block.shape}; an array of numbers or a data frame is expected")
    return {"x": block}


def table_of(X: Any, y: Any) -> Table:
    """A table with its targets. Raises DataError."""
    import numpy

    columns = features_of(X)
    _same_order(X, y)
    if hasattr(y, "columns"):
        targets = {str(name): _column(str(name), y[name]) for name in y.columns}
    else:
        name = getattr(y, "name", None) or "y"
        truth = y if hasattr(y, "to_numpy") else numpy.asarray(y)
        several = getattr(truth, "ndim", 1) == 2 and truth.shape[1] != 1
        whole = truth if several or hasattr(truth, "to_numpy") else truth.reshape(-1)
        parts = {f"{name}{place + 1}": whole[:, place] for place in range(whole.shape[1])} if several else {name: whole}
        targets = {str(each): _column(str(each), part) for each, part in parts.items()}
    both = columns.keys() & targets.keys()
    if both:
        raise DataError(f"{min(both)!r} is in X and is the target; a model that sees it has nothing to learn")
    rows = {len(each) for each in (*columns.values(), *targets.values())}
    if len(rows) != 1:
        raise DataError(f"X has {len(next(iter(columns.values())))} rows and y {len(next(iter(targets.values())))}")
    return Table({**columns, **targets}, tuple(targets))


def _same_order(X: Any, y: Any) -> None:
    """Raises DataError where the index of y is that of X in another order: rows would be paired by place."""
    ours: Any = getattr(X, "index", None)
    theirs: Any = getattr(y, "index", None)
    if not (hasattr(ours, "sort_values") and hasattr(theirs, "sort_values")) or ours.equals(theirs):
        return
    try:
        permuted = len(ours) == len(theirs) and ours.sort_values().equals(theirs.sort_values())
    except TypeError:  # labels of several kinds have no order
        permuted = len(ours) == len(theirs) and set(ours) == set(theirs)
    if permuted:
        raise DataError(
            "y has the index of X in another order, and rows are paired by position; pass y.loc[X.index] to pair "
            "them by index, or y.to_numpy() if their order is right"
        )


def _cells(cells: list[Any]) -> Array:
    """The values of a record's field, as they are."""
    import numpy

    if any(isinstance(cell, (Mapping, list, tuple, set)) for cell in cells):
        raise DataError("a record holds a collection; give one number, word or flag for each column")
    array = numpy.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def _column(name: str, values: Any) -> Array:
    """Numbers, flags, words or dates; what is missing is NaN, None or NaT."""
    import numpy

    array: Array = numpy.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    if array.dtype.kind in "biuf":
        return array
    if array.dtype.kind == "M":
        return array.astype("datetime64[s]")
    if array.dtype.kind not in "OUST":
        raise DataError(f"column {name!r} is of {array.dtype}; give numbers, words or true and false")
    cells = [None if _missing(cell) else cell for cell in array.tolist()]
    present = [cell for cell in cells if cell is not None]
    if present and all(isinstance(cell, Real) for cell in present):
        if len(present) == len(cells) and (exact := numpy.asarray(cells)).dtype.kind in "biu":
            return exact
        if any(isinstance(cell, Integral) and abs(int(cell)) > EXACT_WHOLE for cell in present):
            rounded = f"holds whole numbers beyond {EXACT_WHOLE:,} that would be rounded; give floats or words"
            raise DataError(f"column {name!r} {rounded}")
        return numpy.asarray([numpy.nan if cell is None else cell for cell in cells], dtype=numpy.float64)
    if present and all(isinstance(cell, date) for cell in present):
        return _moments(cells)
    words = numpy.empty(len(cells), dtype=object)
    words[:] = [None if cell is None else str(cell) for cell in cells]
    return words


def _moments(cells: list[Any]) -> Array:
    """Dates, with a time of day or without, as moments in UTC; a time without a zone is one of UTC."""
    import numpy

    plain = []
    for cell in cells:
        moment = cell.to_pydatetime() if hasattr(cell, "to_pydatetime") else cell
        if getattr(moment, "tzinfo", None) is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        plain.append("NaT" if moment is None else moment.isoformat())
    return numpy.asarray(plain, dtype="datetime64[s]")


def _missing(cell: Any) -> bool:
    """None, NaN, and the markers of pandas, which refuse to be compared."""
    return cell is None or type(cell).__name__ in ("NAType", "NaTType") or (isinstance(cell, float) and cell != cell)
