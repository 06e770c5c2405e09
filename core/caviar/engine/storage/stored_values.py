"""Trials as a store returns them, so that a resumed search sees the same values as an uninterrupted one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from math import isnan, nan

from caviar.support.plain import from_plain, to_plain
from caviar.values.trial import Retest, Trial


def stored(trial: Trial) -> Trial:
    """The trial with Python's own numbers; an objective of NaN becomes None, and zeros lose their sign."""
    objective = _number(trial.objective)
    return replace(
        trial,
        metrics=_floats(trial.metrics),
        objective=None if objective is None else objective + 0.0,
        violation=float(trial.violation) + 0.0,
        seconds=float(trial.seconds),
        retests=tuple(map(_retest, trial.retests)),
    )


def proposed(trial: Trial) -> Trial:
    """The same, and its values as JSON stores them: a sampler may draw numbers of an array library."""
    # One NaN object for all: tuples that hold the same one compare equal.
    point = tuple(nan if isnan(coordinate) else float(coordinate) for coordinate in trial.point)
    values = {path: from_plain(json.loads(json.dumps(to_plain(value)))) for path, value in trial.values.items()}
    return replace(stored(trial), point=point, values=values)


def _retest(retest: Retest) -> Retest:
    return replace(retest, metrics=_floats(retest.metrics), objective=_number(retest.objective))


def _number(value: float | None) -> float | None:
    return None if value is None or isnan(value) else float(value)


def _floats(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in metrics.items()}
