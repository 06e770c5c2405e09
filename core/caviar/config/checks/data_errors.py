"""Unfit: data that does not match the file; `check` and `run` report it in the same words."""

from __future__ import annotations

from collections.abc import Sequence

from caviar.interfaces.data import Data, DataError, RowError
from caviar.values.problem import LateMistake
from caviar.values.table import EXACT_WHOLE


class Unfit(LateMistake, DataError):
    """The mistake belongs to a key of the file."""


def words_to_regress(targets: Sequence[str]) -> Unfit:
    """The mistake of a regression with targets that are words."""
    named = ", ".join(map(repr, targets))
    return Unfit(("data", "task"), f"the target {named} holds words; regression needs numbers")


def no_rows(data: Data, rows: int, part: str) -> Unfit:
    """The mistake of shares that leave the training or validation part empty."""
    key = "validation" if data.folds is None else "folds"
    return Unfit(("data", key), f"{rows} rows leave none for the {part} part; change '{key}' or 'test'")


def own_test_part() -> Unfit:
    """The mistake of setting a test fraction for data that has a test part."""
    return Unfit(("data", "test"), "this data comes with its own test part; remove the key, or set it to 0")


def several_classes(targets: Sequence[str]) -> Unfit:
    """The mistake of several targets whose values are classes."""
    return Unfit(("data", "target"), f"classification needs one target column, not {len(targets)}: {listed(targets)}")


def one_value(target: str) -> Unfit:
    """The mistake of a class that all rows have."""
    return Unfit(("data", "target"), f"the target {target!r} has only one value, so there is nothing to learn")


def every_row_its_class(target: str, distinct: int, rows: int) -> Unfit:
    """The mistake of classes of which there are nearly as many as rows."""
    return Unfit(
        ("data", "target"),
        f"the target {target!r} has {distinct:,} different values in {rows:,} rows, nearly every row its own class; "
        f'choose another target, or, if these are numbers, set columns.{target} = "number" in [data]',
    )


def no_features() -> DataError:
    """The message about data without features."""
    return DataError("the data has no column besides the target, so there is nothing to learn from")


def rounded_target(target: str) -> DataError:
    """The message about numbers that would become equal."""
    return DataError(
        f"the target {target!r} holds whole numbers beyond {EXACT_WHOLE:,}, which would be rounded; names belong in a "
        f'column of words (of a table, columns.{target} = "category" in [data]), amounts in a larger unit'
    )


def rounded_column(name: str) -> str:
    """The note on a feature whose numbers are rounded."""
    return (
        f"column {name!r} holds whole numbers beyond {EXACT_WHOLE:,}, which are rounded; leave it out if it only names "
        "the rows, or make it one of words"
    )


def dated_column(name: str) -> DataError:
    """The message about dates that no transform turned into numbers."""
    return DataError(f"column {name!r} holds dates; add the transform 'dates', which turns them into numbers")


def dates_to_predict(targets: Sequence[str]) -> Unfit:
    """The mistake of a target of dates."""
    return Unfit(
        ("data", "target"),
        f"{listed(targets)} holds dates, which cannot be predicted; choose another column, or add one with a number "
        "instead, such as the days since a first date",
    )


def wordy_column(name: str) -> DataError:
    """The message about words that no transform turned into numbers."""
    return DataError(f"column {name!r} holds words; add the transform 'one-hot', which turns them into numbers")


def column_with_gaps(name: str) -> DataError:
    """The message about missing cells that no transform filled."""
    return DataError(f"column {name!r} has cells without a value; add the transform 'impute', which fills them")


def unfilled_row(row: int, name: str) -> RowError:
    """The message about a new row with a missing cell that no transform of the model fills."""
    cure = "give it one, or add the transform 'impute' to the model's pipeline, which fills such cells"
    return RowError(row, f"column {name!r} has no value", cure)


def few_rows(rows: int, smallest: int) -> DataError:
    """The message about a training part that is less than a normalizer's smallest batch."""
    return DataError(f"{rows} training row(s) are too few for the normalizer: it needs {smallest}")


def listed(names: Sequence[str]) -> str:
    """Some names, the first few of many."""
    shown = ", ".join(repr(name) for name in names[:5])
    return f"{shown}, … ({len(names)} in all)" if len(names) > 5 else shown
