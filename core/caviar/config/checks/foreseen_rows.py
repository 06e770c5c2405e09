"""What the head of the data tells of its split: mistakes, the rows of each part, the columns that are left.

And how `pipe check` says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from caviar.config.checks.data_errors import no_rows, own_test_part
from caviar.config.checks.splits import (
    Way,
    column_of,
    few_values,
    least,
    no_order,
    no_value,
    own_test_beside,
    several_cells,
    unlearned,
    way_of,
)
from caviar.interfaces.data import Data
from caviar.values.dataset import share
from caviar.values.head import ColumnHead, Head

_UNLEARNED = {"group": "groups rows", "time": "orders rows", "part": "names parts"}


def check_rows(data: Data, head: Head) -> None:
    """What would stop the run when it splits the rows. Raises Unfit."""
    if head.test and data.test > 0:
        raise own_test_part()
    way = way_of(data)
    if way is not None:
        _check_column(data, head, way)
    elif head.exact:
        for part in ("training", "validation"):
            if not foreseen_parts(data, head)[part]:
                raise no_rows(data, head.rows, part)


def _check_column(data: Data, head: Head, way: Way) -> None:
    column = split_head(data, head, way)
    if column.shape:
        raise several_cells(data, way)
    if way == "part" and head.test:
        raise own_test_beside(data)
    if way == "time" and column.kind in ("words", "flags"):
        raise no_order(data, column.kind)
    if head.whole and column.missing and column.gaps:
        raise no_value(data, way, column.gaps)
    if way != "part" and head.whole and not head.test and (column.distinct or least(data)) < least(data):
        raise few_values(data, way, column.distinct or 0)


def split_head(data: Data, head: Head, way: Way) -> ColumnHead:
    """The head of the column by which rows are split. Raises Unfit."""
    columns = {each.name: each for each in (*head.features, *head.target)}
    return columns[column_of(data, way, tuple(columns), [each.name for each in head.target])]


def learned_head(data: Data, head: Head) -> Head:
    """The same head, where columns that only split the rows are left out of the features."""
    notes = {getattr(data, way): note for way, note in _UNLEARNED.items() if getattr(data, way) in unlearned(data)}
    gone = tuple(replace(each, note=notes[each.name]) for each in head.features if each.name in notes)
    kept = tuple(each for each in head.features if each.name not in notes)
    return replace(head, features=kept, left_out=(*gone, *head.left_out))


def foreseen_parts(data: Data, head: Head) -> dict[str, int]:
    """The rows of each part, about so many where a column splits them; of folds those with the fewest to validate."""
    free = head.rows - head.test
    if data.folds is None:
        validation = share(free, data.validation)
        test = share(free - validation, data.test / (1 - data.validation))
    else:
        test = share(free, data.test)
        validation = (free - test) // (data.folds + (data.time is not None))
    return {"training": free - validation - test, "validation": validation, "test": test + head.test}


def fewest_to_train(data: Data, head: Head) -> int | None:
    """The rows of the smallest training part; None where that is not known to the row."""
    if not head.exact or way_of(data) is not None:
        return None
    if data.folds is None:
        return foreseen_parts(data, head)["training"]
    free = head.rows - head.test
    rest = free - share(free, data.test)
    return rest - ceil(rest / data.folds)


def rows_line(data: Data, head: Head) -> str:
    """How many rows are in which part, in words."""
    way = way_of(data)
    folds = f", {data.folds} folds" if data.folds else ""
    if way == "part":
        return f"in the parts that column {data.part!r} says{folds}"
    parts = ", ".join(f"{rows:,} {part}" for part, rows in foreseen_parts(data, head).items() if rows)
    return f"{'about ' if way else ''}{parts}{folds}"


def split_lines(data: Data, head: Head) -> Iterator[str]:
    """By what rows are split, unless they are drawn at random, and what that means for the columns."""
    columns = {each.name: each for each in (*head.features, *head.left_out)}
    if data.group is not None:
        distinct = columns[data.group].distinct
        known = "" if distinct is None else f" ({'' if head.whole else 'at least '}{distinct:,} different)"
        yield f"rows with the same {data.group!r}{known} are in the same part"
    if data.time is not None:
        held = "the test part" if foreseen_parts(data, head)["test"] else "the validation part"
        yield f"in order of {data.time!r}; the latest rows are {held}"
    if (file := getattr(data, "test_path", None)) is not None:
        yield f"the rows of {file.name} are the test part"
    for name in unlearned(data):
        more = ", unless split_features names it" if name != data.part else ""
        yield f"{name!r} is no feature{more}"
