"""Settings of [data] about the target that do not match it; `check` and `run` report them in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from caviar.config.checks.data_errors import Unfit, listed
from caviar.interfaces.data import Data
from caviar.interfaces.metric import Metric
from caviar.values.skew import Skew
from caviar.values.task import TaskKind, class_key

_OF_NUMBERS = ("target_transform", "target_range")
_OF_CLASSES = ("positive", "threshold")


def check_kind(data: Data, kind: TaskKind) -> None:
    """Raises Unfit for a setting that is for the other kind of task."""
    for key in _OF_CLASSES if kind == "regression" else _OF_NUMBERS:
        if getattr(data, key) != type(data).model_fields[key].default:
            what = "classes, but the target holds numbers" if kind == "regression" else "numbers, but these are classes"
            raise Unfit(("data", key), f"is for {what}; remove the key, or set 'task'")


def unknown_target(name: str, targets: Sequence[str]) -> Unfit:
    """The mistake of a transform for what is no target."""
    return Unfit(("data", "target_transform"), f"there is no target {name!r}; there is {listed(targets)}")


def logarithm_chosen(target: str, skew: Skew) -> str:
    """What to tell of a logarithm that nobody asked for."""
    return (
        f"the target {target!r} is skewed ({skew}), so models learn its logarithm; "
        'data.target_transform = "none" turns that off'
    )


def no_logarithm(target: str, least: float) -> Unfit:
    """The mistake of taking the logarithm of negative numbers."""
    return Unfit(
        ("data", "target_transform"),
        f"the target {target!r} is as low as {least:g}, and a logarithm needs numbers of 0 or more; "
        'choose "quantile" or "none"',
    )


def unknown_class(positive: Any, classes: Sequence[str]) -> Unfit:
    """The mistake of a positive class that is none of the two."""
    if len(classes) != 2:
        return Unfit(("data", "positive"), f"is for two classes, and the target has {len(classes):,}; remove the key")
    return Unfit(("data", "positive"), f"there is no class '{class_key(positive)}'; there are {listed(classes)}")


def threshold_metric(data: Data, classes: int | None, metrics: Mapping[str, Metric]) -> Metric | None:
    """The metric by which the threshold is to be chosen; None where it is a number.

    `classes` is their number, None where it is not known; `metrics` are those of the task. Raises Unfit.
    """
    key = ("data", "threshold")
    if data.threshold != 0.5 and classes not in (2, None):
        raise Unfit(key, f"is for two classes, and the target has {classes:,}; remove the key")
    if not isinstance(data.threshold, str):
        return None
    known = {name: metric for name, metric in metrics.items() if metric.of_classes}
    if data.threshold not in known:
        named = ", ".join(known)
        raise Unfit(key, f"must be a number or a metric of classes, {named}, not '{data.threshold}'")
    return known[data.threshold]
