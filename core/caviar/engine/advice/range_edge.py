"""range-edge: if the best value is at an end of its range, a better one may lie beyond."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.config.advice.advice import Advice
from caviar.config.declaration.dump import inline
from caviar.config.declaration.space import owners, sampler_of, space_of
from caviar.engine.advice.ended import Ended
from caviar.engine.advice.lead import leads
from caviar.engine.ranges.range_ends import end_of, wider

_FEW = 8
"""Finished trials below which the best one says little."""


def range_edge(ended: Ended) -> Iterator[Advice]:
    """The best trial's values at an end of their ranges, if they beat values inside by more than the noise.

    Each with the setting that widens its range. Where trials that are as good stand elsewhere, the end is no better.
    Trials differ in all their values, so that the text does not claim that it is this one that made the difference.
    """
    pipeline, best, goal = ended.pipeline, ended.best, ended.objective.goal
    compared = [trial for trial in ended.trials if trial.feasible]
    if len(compared) < _FEW:
        return
    space, owner = space_of(pipeline), owners(pipeline)
    for dimension in space.dimensions:
        value = best.values.get(dimension.path)
        if value is None or not dimension.ordered or dimension.path not in owner:
            continue
        end = end_of(dimension, best)
        wide = None if end is None else wider(sampler_of(dimension), end, owner[dimension.path])
        inside = [trial for trial in compared if end_of(dimension, trial) != end]
        if wide is not None and leads(best, inside, ended.trials, goal):
            where = "low" if end == 0 else "high"
            text = (
                f"the best trial's value, {dimension.sampler.describe(value)}, is at the {where} end of its range, and "
                "no trial inside is as good within the noise; other settings may be the reason; try a wider range"
            )
            yield Advice("range-edge", dimension.path, text, (f"{dimension.path}={inline(wide)}",))
