"""The ablation path: from the defaults to the best trial's values, one change at a time, as a model predicts it."""

from __future__ import annotations

from typing import Any

from caviar.plugin import Array, RunFacts, TrialState

from caviar_plugins.report.history import history
from caviar_plugins.report.packing import number, plain
from caviar_plugins.report.surrogate import Surrogate

_FEWEST = 16
"""Finished trials below which a model knows too little."""
_SEEN = (TrialState.FINISHED, TrialState.PRUNED, TrialState.DIVERGED, TrialState.FAILED)


def ablation(facts: RunFacts, points: Array) -> dict[str, Any] | None:
    """The changes in the order in which a greedy way takes them: each the one that the model expects most of.

    None where few trials have finished, the best has the defaults or lies outside the ranges, or SciPy is not
    installed, which the model needs. What has no default within its range has the best trial's value from the start,
    and is named in `kept`. Nothing is trained for it.
    Source: Fawcett & Hoos 2016, "Analysing differences between algorithm configurations through ablation".
    """
    best = facts.best
    if best is None or best.outside or sum(trial.state is TrialState.FINISHED for trial in facts.trials) < _FEWEST:
        return None
    changes = [path for path, value in best.values.items() if path in facts.defaults and value != facts.defaults[path]]
    able = changes and _has_scipy()
    model = Surrogate.of(facts.space, history(facts, points, _SEEN)) if able else None
    if model is None:
        return None
    side = -1 if facts.goal == "maximize" else 1
    start, way = _way(facts, changes, model)
    return {
        "start": number(side * start),
        "steps": [
            {
                "path": path,
                "from": plain(facts.defaults[path]),
                "to": plain(best.values[path]),
                "predicted": number(side * predicted),
            }
            for path, predicted in way
        ],
        "kept": [path for path in best.values if path not in facts.defaults],
        "error": number(model.error),
        "spread": number(model.spread),
        "ceiling": number(side * model.ceiling),
        "trials": model.trials,
    }


def _has_scipy() -> bool:
    try:
        import scipy.linalg  # noqa: F401
    except ImportError:
        return False
    return True


def _way(facts: RunFacts, changes: list[str], model: Surrogate) -> tuple[float, list[tuple[str, float]]]:
    """The loss that is predicted at the defaults, and after each change."""
    import numpy

    assert facts.best is not None
    paths = [dimension.path for dimension in facts.space.dimensions]
    goal = numpy.asarray(facts.best.point, dtype=numpy.float64)
    defaults = facts.space.point(facts.defaults)
    here = numpy.where(numpy.isnan(defaults), goal, defaults)
    goal = numpy.where(numpy.isnan(goal), here, goal)
    start, way, left = float(model.losses(here[None])[0]), list[tuple[str, float]](), list(changes)
    while left:
        tries = numpy.tile(here, (len(left), 1))
        for row, path in zip(tries, left, strict=True):
            row[paths.index(path)] = goal[paths.index(path)]
        losses = model.losses(tries)
        chosen = int(numpy.argmin(losses))
        here = tries[chosen]
        way.append((left.pop(chosen), float(losses[chosen])))
    return start, way
