"""Mapping trials of other runs to points of this study's space, and counting those that do not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, nan
from typing import TYPE_CHECKING, Any

from caviar.engine.search.objective import Objective
from caviar.engine.warm_start.transfer import NotTransferable
from caviar.values.dimension import Dimension, Space
from caviar.values.earlier import EarlierTrial
from caviar.values.problem import LateMistake
from caviar.values.trial import Trial, TrialState

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

# How far beyond the ends of [0, 1] a value may seem to lie by rounding alone.
_SLACK = 1e-9


class Unusable(LateMistake):
    """A source whose trials cannot be used; `reason` names the source, the cause, and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(("search", "start_from"), reason)


@dataclass(frozen=True)
class TargetStudy:
    """A study that starts from others: its pipeline, space and objective, and its data's fingerprint."""

    pipeline: Pipeline
    space: Space
    objective: Objective
    fingerprint: str


def map_to_space(space: Space, values: Mapping[str, Any]) -> tuple[float, ...]:
    """The coordinates of exact values by path, NaN where inactive. Raises Unlike where the space lacks a value."""
    import numpy

    point = numpy.full(len(space), nan)
    chosen: dict[str, int] = {}
    for place, dimension in enumerate(space.dimensions):
        path = dimension.path
        if dimension.parent is not None and chosen.get(dimension.parent) != dimension.when:
            continue
        if path not in values:
            raise NotTransferable(f"without {path}")
        point[place] = coordinate(dimension, values[path])
        if not dimension.ordered:
            chosen[path] = space.level(path, float(point[place]))
    return tuple(point.tolist())


def coordinate(dimension: Dimension, value: Any) -> float:
    """Where a value lies in [0, 1]. Raises Unlike where it does not."""
    import numpy

    try:
        number = numpy.asarray([dimension.sampler.number(value)], dtype=numpy.float64)
        with numpy.errstate(all="ignore"):
            found = float(dimension.sampler.to_unit(number)[0])
    except (ValueError, TypeError):  # no option, or a list where a number is searched
        found = nan
    if not -_SLACK <= found <= 1 + _SLACK:
        raise NotTransferable(f"outside {dimension.path}" if dimension.ordered else f"with another {dimension.path}")
    return min(max(found, 0.0), 1.0)


def usable(
    objective: Objective, rows: Sequence[EarlierTrial], place: Callable[[Trial], tuple[float, ...]]
) -> tuple[list[EarlierTrial], str]:
    """The ended trials that `place` finds a point for, and a count of them and, by reason, of the others."""
    taken, reasons = [], Counter[str]()
    for row in rows:
        trial = row.trial
        if not trial.state.done:
            reasons["not ended"] += 1
            continue
        try:
            point = place(trial)
        except NotTransferable as reason:
            reasons[str(reason)] += 1
        else:
            taken.append(replace(row, trial=replace(trial, point=point, violation=_violation(trial, objective))))
    left = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    many = f"{len(taken) or 'none'} of {len(rows)} trials fit"
    return taken, f"{many} ({left})" if left else many


def _violation(trial: Trial, objective: Objective) -> float:
    """The distance of a trial from this study's conditions, as far as it has their metrics."""
    if trial.state is TrialState.DIVERGED and objective.conditions:
        return inf
    asked = [each for each in objective.conditions if each.metric in trial.metrics]
    return sum(each.violation(trial.metrics) for each in asked) if trial.state is TrialState.FINISHED else 0.0
