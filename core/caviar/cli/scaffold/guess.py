"""Guessing what a user wants to learn from a table: the target by its name, and columns by which rows may be split."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from caviar.interfaces.data import DataError
from caviar.values.head import ColumnHead, Head

_TARGETS = (
    *("target", "label", "class", "y", "species", "price", "value"),
    *("outcome", "response", "survived", "churn", "default", "salary"),
)
_COORDINATES = {"x", "y", "z"}

_OWNERS = (
    *("id", "group", "patient", "subject", "participant", "person", "customer", "client", "user", "student", "player"),
    *("household", "family", "session", "device", "machine", "sensor", "station", "speaker", "author"),
)
_LEAST = 6  # different values: fewer are classes rather than groups, and too few for five folds and a test part
_REPEATED = 0.9  # of the rows: where more values are different, hardly a row has another of its group
_LEAST_IDS = 50  # different numbers of a column called like unitid
_NO_IDS = {"acid", "bid", "covid", "fluid", "grid", "humid", "lipid", "paid", "plaid", "prepaid", "rapid", "solid"}


@dataclass(frozen=True)
class Guess:
    """`by` is the evidence, "its name" or "its place"; `runner_up` is None where there is one column only."""

    target: str
    by: str
    runner_up: str | None


def guess_target(columns: Sequence[str], unfit: Collection[str] = ()) -> Guess:
    """A column whose name contains a typical word for a target, else the last one; `unfit` ones only if all are.

    y between x and z is a coordinate.
    """
    fit = [name for name in columns if name not in unfit] or columns
    coordinates = _COORDINATES if {*columns} >= _COORDINATES else set[str]()
    named = [(word, name) for word in _TARGETS for name in fit if word in _words(name) and name not in coordinates]
    ranked = list(dict.fromkeys([*(name for _, name in named), *reversed(fit)]))
    return Guess(ranked[0], "its name" if named else "its place", ranked[1] if len(ranked) > 1 else None)


def unfit_targets(columns: Sequence[str], head_of: Callable[[str], Head | None]) -> set[str]:
    """Columns that cannot be predicted: dates, ids, free text, and what is the same in every row.

    `head_of` looks at the data with some column as the target. It judges the others, so two are tried.
    """
    first = guess_target(columns)
    unfit = set[str]()
    for target in filter(None, (first.target, first.runner_up)):
        try:
            head = head_of(target)
        except DataError:  # it has no value in any row, or the file cannot be read, which is reported later
            unfit.add(target)
            continue
        if head is not None:
            unfit |= {each.name for each in head.left_out}
            unfit |= {each.name for each in head.features if _is_unfit(each)}
    return unfit


def _is_unfit(column: ColumnHead) -> bool:
    values = column.distinct
    ids = values is not None and values >= _LEAST_IDS and (column.whole or column.kind == "words") and _is_owner(column)
    return column.kind == "dates" or values in (0, 1) or ids


def guess_splits(head: Head) -> Iterator[tuple[str, str, str]]:
    """Settings that split rows by a column that looks like it: a key, the column, and what it would do."""
    seen = head.rows if head.seen is None else head.seen
    for column in head.features:
        repeats = column.distinct is not None and _LEAST <= column.distinct <= _REPEATED * seen
        names = column.kind == "words" or (column.kind == "numbers" and column.whole)
        if repeats and names and not column.shape and not column.missing and _is_owner(column):
            yield "group", column.name, "would keep rows with the same value in one part"
            break
    for column in head.features:
        several = column.distinct is None or column.distinct > _LEAST  # the earliest of them only train
        if column.kind == "dates" and not column.missing and several:
            yield "time", column.name, "would test on the latest rows, not on random ones"
            break


def _is_owner(column: ColumnHead) -> bool:
    """Whether a column is called like what rows belong to: patient, customer_id, or unitid where it has many values."""
    words = set(_words(column.name))
    ids = any(word.endswith("id") for word in words - _NO_IDS)
    return bool(set(_OWNERS) & words) or (ids and (column.distinct or 0) >= _LEAST_IDS)


def _words(name: str) -> list[str]:
    """medianHouse_value -> median, house, value."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ").lower().translate(_APART).split()


_APART = str.maketrans(dict.fromkeys("-.:/()[]#", " "))
