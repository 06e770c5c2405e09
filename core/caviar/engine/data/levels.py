"""Whether the columns that a table calls categories hold what categories hold."""

from __future__ import annotations

from caviar.interfaces.data import Data
from caviar.interfaces.transform import Transform
from caviar.values.arrays import Array
from caviar.values.table import Table
from caviar.values.wrong_return import WrongReturn


def check_levels(table: Table, maker: Data | Transform) -> None:
    """Raises WrongReturn, which names the plugin that made the table, for a category that is none."""
    method = "read" if isinstance(maker, Data) else "apply"
    for name, count in table.levels.items():
        if name not in table.columns:
            raise WrongReturn(maker, method, f"returned levels of {name!r}, which is no column")
        if why := complaint_about(table.columns[name], count):
            raise WrongReturn(maker, method, f"returned {name!r} as a category of {count} levels, but {why}")


def complaint_about(column: Array, levels: int) -> str | None:
    """Why a column cannot be a category of so many levels."""
    if levels < 1:
        return "there must be at least one"
    if column.dtype.kind == "b":
        if column.shape[1:] != (levels,):
            return f"its flags have the shape {column.shape[1:]} a row instead of ({levels},)"
        return "some row has more than one of its flags set" if (column.sum(axis=1) > 1).any() else None
    if column.dtype.kind not in "iu" or column.ndim != 1:
        return f"it holds {column.dtype} of shape {column.shape[1:]} a row; give flags, or one whole number"
    if len(column) and (column.min() < -1 or column.max() >= levels):
        return f"it holds codes from {column.min()} to {column.max()}; they must be from -1 to {levels - 1}"
    return None
