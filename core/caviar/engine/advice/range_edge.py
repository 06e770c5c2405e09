"""range-edge: a best value at the end of its range says that a better one may lie beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from caviar.config.advice.advice import Advice
from caviar.config.dump import inline
from caviar.config.places import Complaints, construct
from caviar.config.space import owners, sampler_of, space_of
from caviar.interfaces.sampler import Sampler
from caviar.values.dimension import Dimension
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline

_EDGE = 0.05
"""How near to an end, on the sampler's own scale, is at the end."""
_FURTHER = 0.5
"""By how much of its width a range is widened."""
_FEW = 8
"""Finished trials below which the best one says little."""


def range_edge(pipeline: Pipeline, trials: tuple[Trial, ...], best: Trial) -> Iterator[Advice]:
    """The best trial's values that lie at an end of their ranges, with the setting that widens each."""
    if len(trials) < _FEW or "range-edge" in pipeline.check.silence:
        return
    space, owner = space_of(pipeline), owners(pipeline)
    tied = [trial for trial in trials if trial.objective == best.objective]  # where they differ, nothing is learned
    for dimension in space.dimensions:
        value = best.values.get(dimension.path)
        if value is None or not dimension.ordered or dimension.path not in owner:
            continue
        sampler = sampler_of(dimension)
        ends = {_end(dimension, sampler, each.values.get(dimension.path)) for each in tied}
        end = ends.pop() if len(ends) == 1 else None
        wider = _widened(sampler, end) if end is not None else None
        if wider is not None and _allowed(owner[dimension.path], wider):
            text = (
                f"the best value, {dimension.sampler.describe(value)}, is at the end of its range; look beyond: "
                f"--set name={pipeline.name}-wider --set '{dimension.path}={inline(wider)}'"
            )
            yield Advice("range-edge", dimension.path, text)


def _end(dimension: Dimension, sampler: Sampler, value: Any) -> int | None:
    """0 for the low end, 1 for the high one."""
    if value is None:
        return None
    if value in (sampler.ends()[0], sampler.ends()[-1]):
        return 0 if value == sampler.ends()[0] else 1
    if dimension.levels is not None:
        return None
    import numpy

    place = float(dimension.sampler.to_unit(numpy.asarray([dimension.sampler.number(value)]))[0])
    return 0 if place < _EDGE else 1 if place > 1 - _EDGE else None


def _widened(sampler: Sampler, end: int) -> Sampler | None:
    """The same scale, wider towards one end; None where the sampler has no ends by name."""
    fields = type(sampler).model_fields
    if not {"low", "high"} <= fields.keys():
        return None
    low, high = (getattr(sampler, name) for name in ("low", "high"))
    if sampler.whole:
        step = getattr(sampler, "step", 1)
        further = max(step, (high - low) // 2 // step * step)
        new: Any = low - further if end == 0 else high + further
    else:
        import numpy

        with numpy.errstate(all="ignore"):
            new = _rounded(float(sampler.from_unit(numpy.asarray([-_FURTHER, 1 + _FURTHER]))[end]))
    given = {name: getattr(sampler, name) for name in fields} | {("low", "high")[end]: new}
    try:
        built = construct(type(sampler), given)
    except Complaints:
        return None  # the scale ends there
    return built if isinstance(built, Sampler) else None


def _rounded(value: float) -> float:
    """One digit that counts; just below 1 it is the distance from 1 that does."""
    if 0.5 < value < 1:
        return round(1 - float(f"{1 - value:.1g}"), 12)
    return float(f"{value:.1g}")


def _allowed(owner: tuple[Any, str], sampler: Sampler) -> bool:
    cls, field = owner
    return cls.facts(field).complaint(sampler.ends()) is None
