"""The metrics that a function yields or returns, checked: named real numbers."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from caviar.values.problem import Problem

_PARTS = ("validation.", "train.")


class WrongMetrics(Problem):
    """What a function yields or returns is not what it declares."""


def full_name(name: str) -> str:
    """A metric with its part: "accuracy" is "validation.accuracy"."""
    return name if name.startswith(_PARTS) else f"validation.{name}"


def numbers_of(given: Any, metric: str, how: str) -> dict[str, float]:
    """Metric -> number; one number alone is the searched `metric`. `how` is "yielded" or "returned".

    Raises WrongMetrics.
    """
    named = given if isinstance(given, Mapping) else {metric: given}
    if given is None:
        raise WrongMetrics(f"{how} None instead of its metrics; {how.removesuffix('ed')} {{{_said(metric)!r}: …}}")
    found = {}
    for name, value in named.items():
        if not isinstance(name, str):
            raise WrongMetrics(f"{how} a metric named {name!r}; names of metrics are texts")
        try:
            found[full_name(name)] = float(value)
        except (TypeError, ValueError):
            what = f"{type(value).__name__} for {name!r}" if isinstance(given, Mapping) else type(value).__name__
            raise WrongMetrics(f"{how} {what}; a metric is one real number") from None
    if metric not in found:
        near = get_close_matches(metric, found, 1, 0.6)
        hint = f"; give it the same name as {_said(near[0])!r}" if near else ""
        there = ", ".join(repr(_said(name)) for name in found) or "no metric"
        raise WrongMetrics(f"{how} {there}, but the searched metric is {_said(metric)!r}{hint}")
    return found


def _said(metric: str) -> str:
    return metric.removeprefix("validation.")
