"""What the head of the data tells of the target: what would stop a run, and what models learn."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.config.checks.data_errors import (
    dates_to_predict,
    every_row_its_class,
    one_value,
    rounded_target,
    several_classes,
    words_to_regress,
)
from caviar.config.checks.target_errors import check_kind, no_logarithm, unknown_class, unknown_target
from caviar.interfaces.data import Data
from caviar.values.head import ColumnHead, Head
from caviar.values.target_scale import TargetTransform
from caviar.values.task import TaskKind, class_key, is_each_its_class


def check_target(data: Data, task: TaskKind, head: Head) -> None:
    """What would stop the run when it looks at the target. Raises DataError."""
    check_kind(data, task)
    names = [column.name for column in head.target]
    if any(column.kind == "dates" for column in head.target):
        raise dates_to_predict(names)
    if task == "regression":
        if words := [column.name for column in head.target if column.kind == "words"]:
            raise words_to_regress(words)
        for column in head.target:
            if column.rounded:
                raise rounded_target(column.name)
        _check_transform(data, head)
        return
    if len(names) != 1:
        raise several_classes(names)
    column = head.target[0]
    if column.rounded and not column.whole:
        raise rounded_target(column.name)
    if head.whole and column.distinct == 1:
        raise one_value(column.name)
    if is_each_its_class(column.distinct or 0, head.rows if head.seen is None else head.seen):
        raise every_row_its_class(column.name, column.distinct or 0, head.rows if head.seen is None else head.seen)
    labels = [label for label, _ in column.classes]
    known = data.positive is None or not labels or not head.whole
    if not known and (len(labels) != 2 or class_key(data.positive) not in labels):
        raise unknown_class(data.positive, labels)


def _check_transform(data: Data, head: Head) -> None:
    if isinstance(data.target_transform, dict):
        names = [column.name for column in head.target]
        if odd := set(data.target_transform) - set(names):
            raise unknown_target(min(odd), names)
    for column in head.target:
        if column.skew and transform_of(data, column) == "log" and column.skew.least < 0:
            raise no_logarithm(column.name, column.skew.least)


def transform_of(data: Data, column: ColumnHead) -> TargetTransform | None:
    """What models learn of a target instead of its numbers; None where the head cannot tell."""
    given = data.target_transform
    declared = given.get(column.name) if isinstance(given, dict) else given
    if declared is not None or column.skew is None:
        return declared
    return "log" if column.skew.wants_logarithm else "none"


def target_lines(data: Data, task: TaskKind, head: Head) -> Iterator[str]:
    """What a run will do with the targets, beside learning them as they are."""
    if task == "classification":
        labels = [label for label, _ in head.target[0].classes]
        if len(labels) == 2:
            positive = labels[1] if data.positive is None else class_key(data.positive)
            yield f"precision, recall, f1 and average_precision are those of '{positive}'"
        return
    for column in head.target:
        transform = transform_of(data, column)
        named = f"{column.name}: " if len(head.target) > 1 else ""
        if transform == "log":
            yield f"{named}models learn its logarithm{f' ({column.skew})' if column.skew else ''}"
        elif transform == "quantile":
            yield f"{named}models learn its normal score"
    if isinstance(data.target_range, tuple):
        low, high = data.target_range
        yield f"predictions are kept from {low:g} to {high:g}"
