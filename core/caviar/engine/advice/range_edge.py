"""range-edge: a best value at the end of its range says that a better one may lie beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.dump import inline
from caviar.config.space import owners, sampler_of, space_of
from caviar.engine.edge import end_of, wider
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline

_FEW = 8
"""Finished trials below which the best one says little."""


def range_edge(pipeline: Pipeline, trials: tuple[Trial, ...], best: Trial) -> Iterator[Advice]:
    """The best trial's values that lie at an end of their ranges, with the setting that widens each."""
    if len(trials) < _FEW or "range-edge" in pipeline.check.silence:
        return
    space, owner = space_of(pipeline), owners(pipeline)
    result = best.objective, best.violation
    tied = [trial for trial in trials if (trial.objective, trial.violation) == result]  # where they differ, who knows
    for dimension in space.dimensions:
        value = best.values.get(dimension.path)
        if value is None or not dimension.ordered or dimension.path not in owner:
            continue
        end = end_of(dimension, tied)
        wide = None if end is None else wider(sampler_of(dimension), end, owner[dimension.path])
        if wide is not None:
            text = (
                f"the best value, {dimension.sampler.describe(value)}, is at the end of its range; look beyond: "
                f"--set name={pipeline.name}-wider --set '{dimension.path}={inline(wide)}'"
            )
            yield Advice("range-edge", dimension.path, text)
