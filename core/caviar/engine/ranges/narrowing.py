"""Narrowing: ranges around the best trials of a study, for a manual coarse-to-fine search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from caviar.config.declaration.dump import inline
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import owners, sampler_of, space_of, span
from caviar.config.reading.locations import FieldProblems, construct
from caviar.engine.ranges.excerpt import excerpt
from caviar.engine.ranges.range_ends import end_of, outwards, wider
from caviar.interfaces.sampler import Sampler
from caviar.values.dimension import Dimension
from caviar.values.problem import Problem
from caviar.values.trial import Trial, TrialState

_FEWEST = 16
"""Fewer trials than this do not distinguish a better half from chance."""
_BEST = 8
"""So many of the best, or a tenth of all, lie within a narrower range: with few trials it stays wide."""
_LEAST = 0.02
"""How far a range reaches beyond them at least, on the sampler's own scale."""
_TRIED = 8
"""Trials of an option that must all lie in the worse half before it is left out."""


class TooFew(Problem):
    """A study has too few trials to narrow any range."""


@dataclass(frozen=True)
class _Range:
    sampler: Sampler
    note: str = ""


def narrower(pipeline: Pipeline, ranked: Sequence[Trial], name: str) -> str:
    """TOML of the tables that contain ranges, narrowed around the best trials; `trials` are best first.

    They have finished or were pruned. Raises TooFew.
    """
    pruned = sum(trial.state is TrialState.PRUNED for trial in ranked)
    trials = f"{len(ranked) - pruned} finished" + (f" and {pruned} pruned trials" if pruned else " trials")
    if len(ranked) < _FEWEST:
        raise TooFew(f"{name}: {trials} are too few to narrow a range; {_FEWEST} or more are needed")
    space, owner = space_of(pipeline), owners(pipeline)
    short = space.names
    found: dict[str, _Range] = {}
    for dimension in space.dimensions:
        path = dimension.path
        if dimension.parent is not None and not _left(space[dimension.parent], dimension.when, found):
            continue
        active = [trial for trial in ranked if path in trial.values]
        found[path] = _narrowed(dimension, active)
        end = end_of(dimension, ranked[0]) if dimension.ordered and path in owner else None
        wide = None if end is None else wider(found[path].sampler, end, owner[path])
        if wide is not None:
            best = dimension.sampler.describe(ranked[0].values[path])
            found[path] = _Range(wide, f"the best value, {best}, is at the end of its range; widened there")
    notes = {path: _note(short[path], space[path], each) for path, each in found.items()}
    top, tables = excerpt(pipeline, {path: each.sampler for path, each in found.items()}, notes)
    return (
        f"# Ranges around the best of {trials} of {name}.\n"
        f"# Above the first [table] of the file:\nname = {inline(f'{pipeline.name}-narrow')}\n\n{top}"
        + (f"# These replace the file's own tables:\n{tables}" if tables else "")
        + "# In [search], where the strategy learns from earlier trials; the path is relative to the file:\n"
        f"# start_from = {inline(name)}\n"
    )


def _left(parent: Dimension, level: int | None, found: dict[str, _Range]) -> bool:
    """Whether an option of a choice of plugins remains."""
    if parent.path not in found or level is None:
        return False
    return sampler_of(parent).ends()[level] in found[parent.path].sampler.ends()


def _note(name: str, dimension: Dimension, found: _Range) -> str:
    before, after = span(sampler_of(dimension)), span(found.sampler)
    change = f"{after}, as before" if after == before else f"{after}; it was {before}"
    return f"{name}: {change}" + (f" ({found.note})" if found.note else "")


def _narrowed(dimension: Dimension, trials: Sequence[Trial]) -> _Range:
    """The narrowed range of a dimension, from the trials in which it was active, best first."""
    sampler = sampler_of(dimension)
    if len(trials) < _FEWEST:
        return _Range(sampler, f"{len(trials)} trials of it are too few")
    import numpy

    numbers = [dimension.sampler.number(trial.values[dimension.path]) for trial in trials]
    if not dimension.ordered:
        return _kept(dimension, list(map(int, numbers)))
    if not _narrows(sampler):
        return _Range(sampler, "its sampler cannot be narrowed")
    best = dimension.sampler.to_unit(numpy.asarray(numbers[: max(_BEST, ceil(len(numbers) / 10))], dtype=numpy.float64))
    low, high = float(best.min()), float(best.max())
    # As far beyond the outermost of them as they lie apart on average, and at least to the next of a few levels.
    margin = max((high - low) / (len(best) - 1), _LEAST, 1 / dimension.levels if dimension.levels else 0.0)
    return _Range(_readable(sampler, sampler.narrow(max(low - margin, 0.0), min(high + margin, 1.0))))


def _kept(dimension: Dimension, levels: Sequence[int]) -> _Range:
    """A choice without the options that are clearly worse; `levels` are those of the trials, best first."""
    sampler = sampler_of(dimension)
    field = next(iter(type(sampler).model_fields))
    options = getattr(sampler, field)
    if options != sampler.ends():
        return _Range(sampler, "its sampler cannot be narrowed")
    better = levels[: len(levels) // 2]
    lost = [level for level in range(len(options)) if levels.count(level) >= _TRIED and level not in better]
    kept = tuple(option for level, option in enumerate(options) if level not in lost)
    why = (
        f"all {levels.count(level)} trials of {dimension.sampler.pick(level)} are in the worse half" for level in lost
    )
    return _Range(sampler.model_copy(update={field: kept}), ", ".join(why))


def _narrows(sampler: Sampler) -> bool:
    return _has_ends(sampler) or type(sampler).narrow is not Sampler.narrow


def _has_ends(sampler: Sampler) -> bool:
    return {"low", "high"} <= type(sampler).model_fields.keys()


def _readable(before: Sampler, narrow: Sampler) -> Sampler:
    """Ends with two significant digits, rounded outwards within the old ends; ends of ranges with steps stay."""
    given = {name: getattr(narrow, name) for name in type(narrow).model_fields}
    if _has_ends(narrow) and given.get("step") in (None, 1):
        low, high = (getattr(before, end) for end in ("low", "high"))
        given["low"] = max(outwards(given["low"], -1, digits=2), low)
        given["high"] = min(outwards(given["high"], 1, digits=2), high)
    try:
        built = construct(type(narrow), given)
    except FieldProblems:
        return before  # what is left is too narrow for its scale
    assert isinstance(built, Sampler)
    return built
