"""Arrays and data frames as tables. Frames are known by what they can do: pandas and polars are not imported."""

from __future__ import annotations

from math import prod
from numbers import Real
from typing import Any

from caviar.interfaces.data import DataError
from caviar.values.arrays import Array
from caviar.values.table import Table


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
    return {"x": block.reshape(len(block), prod(block.shape[1:]))}


def table_of(X: Any, y: Any) -> Table:
    """A table with its targets. Raises DataError."""
    import numpy

    columns = features_of(X)
    if hasattr(y, "columns"):
        targets = {str(name): _column(str(name), y[name]) for name in y.columns}
    else:
        name = getattr(y, "name", None) or "y"
        truth = y if hasattr(y, "to_numpy") else numpy.asarray(y)
        several = getattr(truth, "ndim", 1) == 2 and truth.shape[1] != 1
        whole = truth if several or not hasattr(truth, "reshape") else truth.reshape(-1)
        parts = {f"{name}{place + 1}": whole[:, place] for place in range(whole.shape[1])} if several else {name: whole}
        targets = {str(each): _column(str(each), part) for each, part in parts.items()}
    both = columns.keys() & targets.keys()
    if both:
        raise DataError(f"{min(both)!r} is in X and is the target; a model that sees it has nothing to learn")
    rows = {len(each) for each in (*columns.values(), *targets.values())}
    if len(rows) != 1:
        raise DataError(f"X has {len(next(iter(columns.values())))} rows and y {len(next(iter(targets.values())))}")
    return Table({**columns, **targets}, tuple(targets))


def _column(name: str, values: Any) -> Array:
    """Numbers, flags or words; what is missing is NaN or None."""
    import numpy

    array: Array = numpy.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    if array.dtype.kind in "biuf":
        return array
    if array.dtype.kind not in "OUST":
        raise DataError(f"column {name!r} is of {array.dtype}; give numbers, words or true and false")
    cells = [None if _missing(cell) else cell for cell in array.tolist()]
    present = [cell for cell in cells if cell is not None]
    if present and all(isinstance(cell, Real) for cell in present):
        if len(present) == len(cells):
            return numpy.asarray(cells)
        return numpy.asarray([numpy.nan if cell is None else cell for cell in cells], dtype=numpy.float64)
    words = numpy.empty(len(cells), dtype=object)
    words[:] = [None if cell is None else str(cell) for cell in cells]
    return words


def _missing(cell: Any) -> bool:
    """None, NaN, and the markers of pandas, which refuse to be compared."""
    return cell is None or type(cell).__name__ in ("NAType", "NaTType") or (isinstance(cell, float) and cell != cell)
