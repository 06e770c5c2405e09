"""Splits by a column: settings that contradict each other, and data that does not fit them.

`check` and `run` report the same mistake in the same words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, TypeAlias

from caviar.config.checks.data_errors import Unfit, listed
from caviar.interfaces.data import Data

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline
    from caviar.config.reading.positions import Keys

Way: TypeAlias = Literal["group", "time", "part"]
WAYS: tuple[Way, ...] = ("group", "time", "part")
"""The settings of data that name a column by which rows are split; at most one of them is used."""
_CLASHES = {
    "group": ("time", "part"),
    "time": ("group", "part"),
    "part": ("group", "time", "test_path"),
    "test_path": ("part",),
}


def way_of(data: Data) -> Way | None:
    """The setting by whose column rows are split; None where they are drawn at random."""
    return next((way for way in WAYS if getattr(data, way) is not None), None)


def unlearned(data: Data) -> tuple[str, ...]:
    """The columns that only split the rows, and are no features."""
    return tuple(name for name in data.split_columns if name not in data.split_features)


def split_complaints(pipeline: Pipeline) -> Iterator[tuple[Keys, str]]:
    """Settings of [data] that cannot both decide which rows are in which part; each is named at its line."""
    data = pipeline.data
    if data is None:
        return
    for key in _CLASHES:
        others = [other for other in _CLASHES[key] if _given(data, key) and _given(data, other)]
        if others:
            named = " and ".join(f"'{other}'" for other in others)
            yield ("data", key), f"decides which rows are in which part, and so does {named}; keep one of them"
    if data.test > 0:
        for key, what in (("part", "the column of 'part' names"), ("test_path", "the file of 'test_path' has")):
            if _given(data, key):
                yield ("data", "test"), f"{what} the rows of the test part; remove the key, or set it to 0"
    for name in data.split_features:
        if name not in (data.group, data.time):
            yield ("data", "split_features"), f"{name!r} is not the column of 'group' or 'time'; remove it"


def column_of(data: Data, way: Way, columns: Sequence[str], target: Collection[str]) -> str:
    """The name of the column by which rows are split. Raises Unfit where it cannot be used."""
    name = str(getattr(data, way))
    if name not in columns:
        plain = {each.casefold(): each for each in columns}
        near = get_close_matches(name.casefold(), plain, n=1)
        hint = f"did you mean {plain[near[0]]!r}?" if near else f"there are {listed(columns)}"
        raise Unfit(("data", way), f"there is no column {name!r}; {hint}")
    if name in target:
        raise Unfit(("data", way), f"{name!r} is the target; name another column")
    return name


def no_value(data: Data, way: Way, count: int, first: int | None = None) -> Unfit:
    """The mistake of rows that cannot be put into a part; `first` counts from 0."""
    rows = "1 row" if count == 1 else f"{count:,} rows"
    where = "" if first is None else f"{', ' if count == 1 else ', the first in '}row {first + 1:,} of the data"
    return Unfit(("data", way), f"column {getattr(data, way)!r} has no value in {rows}{where}; fill in or remove them")


def several_cells(data: Data, way: Way) -> Unfit:
    """The mistake of splitting by a block of numbers."""
    return Unfit(
        ("data", way), f"{getattr(data, way)!r} holds several numbers in each row; name a column of single ones"
    )


def no_order(data: Data, held: str) -> Unfit:
    """The mistake of a time that is neither a date nor a number."""
    dates = f'; if these are dates, say how they are written: columns.{data.time} = "%d.%m.%Y"'
    hint = dates if held == "words" else "; name a column of dates or numbers"
    return Unfit(("data", "time"), f"column {data.time!r} holds {held}, which have no order in time{hint}")


def least(data: Data) -> int:
    """The fewest groups, or different times, that a split needs."""
    return (data.folds or 1) + (data.folds is None or way_of(data) == "time") + (data.test > 0)


def few_values(data: Data, way: Way, found: int) -> Unfit:
    """The mistake of fewer groups, or different times, than parts."""
    wanted = f"{data.folds} folds" if data.folds else "a training and a validation part"
    if data.test > 0:
        wanted = f"{data.folds} folds and a test part" if data.folds else "a training, a validation and a test part"
    has = f"column {getattr(data, way)!r} has {_count(found, 'different value')}"
    return Unfit(("data", way), f"{has}, too few for {wanted}, which need {least(data)}")


def groups_in_two(data: Data, shared: Sequence[str]) -> Unfit:
    """The mistake of a group of which the data itself sets some rows aside."""
    many = "1 group" if len(shared) == 1 else f"{len(shared):,} groups"
    text = f"{many} of column {data.group!r} would be in two parts, such as {shared[0]!r}"
    return Unfit(("data", "group"), f"{text}; the data has its own test rows: remove these groups there, or the key")


def tested_too_early(data: Data, count: int, first: str, last: str) -> Unfit:
    """The mistake of test rows, set aside by the data itself, that are not later than what is learned from."""
    rows = "1 row" if count == 1 else f"{count:,} rows"
    text = f"{rows} of the data's own test rows, such as one of {first}, are not later than all others ({last})"
    return Unfit(("data", "time"), f"{text}; remove them, or the key")


def unknown_classes(classes: Sequence[str]) -> Unfit:
    """The mistake of test rows of classes that no other row has."""
    which = f"the class {listed(classes)}" if len(classes) == 1 else f"the classes {listed(classes)}"
    return Unfit(("data", "test_path"), f"the test rows hold {which}, which no row to learn from has; remove such rows")


def own_test_beside(data: Data) -> Unfit:
    """The mistake of naming parts for data that has a test part."""
    return Unfit(
        ("data", "part"), "this data comes with its own test part, and the column would name another; remove the key"
    )


def folds_beside_validation(data: Data) -> Unfit:
    """The mistake of folds over rows of which some are named as validation part."""
    text = f"column {data.part!r} names rows of a validation part, and folds make others; remove one of the two keys"
    return Unfit(("data", "folds"), text)


def unknown_parts(data: Data, found: Sequence[str]) -> Unfit:
    """The mistake of words that name no part."""
    return Unfit(("data", "part"), f"column {data.part!r} holds {listed(found)}; write train, validation or test")


def unnamed_flag(data: Data) -> Unfit:
    """The mistake of yes and no in a column whose name does not say what they mean."""
    text = f"column {data.part!r} holds yes and no, and its name does not say which part that is"
    return Unfit(("data", "part"), f"{text}; call it is_test or the like, or write train, validation or test")


def _given(data: Data, key: str) -> bool:
    """Whether a setting, which some readers do not have, is there."""
    return getattr(data, key, None) is not None


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
