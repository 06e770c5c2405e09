"""Given points: `[[search.points]]` as values of the space; without a numerical library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import PluginChoice, owners, sampler_of, space_of
from caviar.config.hints.suggestions import closest, is_synonym
from caviar.config.reading.positions import Keys
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.types import say, spell
from caviar.registry.index import PluginError
from caviar.registry.load import name_of
from caviar.values.dimension import Dimension, Space


def point_complaints(pipeline: Pipeline) -> Iterator[tuple[Keys, str]]:
    """The mistakes in the points: the keys of each place, and a sentence."""
    points, trials, space = pipeline.search.points, pipeline.search.trials, space_of(pipeline)
    if len(points) > trials:
        text = f"{len(points)} points, and search.trials = {trials} is the total; ask for {len(points)} or more"
        yield ("search", "points"), text
    mistakes = [
        (("search", "points", place, *keys), reason)
        for place, table in enumerate(points)
        for keys, reason in _of_point(pipeline, space, table).items()
    ]
    yield from mistakes or _repeated(space, points_of(pipeline))


def points_of(pipeline: Pipeline) -> tuple[dict[str, Any], ...]:
    """Each point's values by path, completed with those of its parents and the fields' defaults.

    What has no default within its range is left out: it is to be drawn.
    """
    space, defaults = space_of(pipeline), default_values(pipeline)
    tables = [{path: value for _, path, value in _said(table)} for table in pipeline.search.points]
    return tuple(_completed(space, said, defaults) for said in tables)


def fitting_points(pipeline: Pipeline) -> tuple[dict[str, Any], ...]:
    """The points without the values that are mistakes in this pipeline, each once, and no more than trials."""
    space, found = space_of(pipeline), list[dict[str, Any]]()
    for table in pipeline.search.points:
        said = {path: value for _, path, value in _said(table)}
        while wrong := _of_point(pipeline, space, said):
            said = {path: value for path, value in said.items() if (path,) not in wrong}
        if said and said not in found:
            found.append(said)
    return tuple(found[: pipeline.search.trials])


def default_values(pipeline: Pipeline) -> dict[str, Any]:
    """The default of each searched field that has one within its range."""
    found, space = {}, space_of(pipeline)
    for path, (cls, field) in owners(pipeline).items():
        try:
            default = cls.model_fields[field].get_default(call_default_factory=True)
        except PluginError:
            continue
        if isinstance(space[path].sampler, PluginChoice) and default is not None:
            default = name_of(type(default))
        if misfit(space[path], default) is None:
            found[path] = default
    return found


def misfit(dimension: Dimension, value: Any) -> str | None:
    """The reason why a dimension cannot have a value, according to its ends; None if it can."""
    sampler = sampler_of(dimension)
    if isinstance(dimension.sampler, PluginChoice):
        names = dimension.sampler.names
        return None if value in names else f"must be one of {', '.join(names)}, not {say(value)}"
    if not dimension.ordered:
        return _unknown(dimension, value)
    ends = sampler.ends()
    if any(isinstance(end, bool) or not isinstance(end, (int, float)) for end in ends):
        return _unknown(dimension, value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"must be a number, not {say(value)}"
    if sampler.whole and not isinstance(value, int):
        return f"must be a whole number, not {spell(value)}"
    low, high = min(ends), max(ends)
    if not low <= value <= high:
        return f"{say(value)} is outside its range, {say(low)} to {say(high)}"
    return _unknown(dimension, value)


def _unknown(dimension: Dimension, value: Any) -> str | None:
    try:
        dimension.sampler.number(value)
    except (ValueError, TypeError):
        return f"must be one of {', '.join(map(say, sampler_of(dimension).ends()))}, not {say(value)}"
    return None


def _said(table: Mapping[str, Any], keys: Keys = ()) -> Iterator[tuple[Keys, str, Any]]:
    """Keys, path and value of all entries of a point: `optimizer.learning_rate` may be one key or two."""
    for key, value in table.items():
        here = (*keys, key)
        if isinstance(value, dict):
            yield from _said(value, here)
        else:
            yield here, ".".join(map(str, here)), tuple(value) if isinstance(value, list) else value


def _of_point(pipeline: Pipeline, space: Space, table: Mapping[str, Any]) -> dict[Keys, str]:
    """The mistakes in one point, by its keys."""
    found = list(_said(table))
    wrong = {keys: reason for keys, path, value in found if (reason := _complaint(pipeline, space, path, value))}
    paths = [path for _, path, _ in found]
    wrong |= {keys: "is set twice" for nth, (keys, path, _) in enumerate(found) if path in paths[:nth]}
    values = {path: value for _, path, value in found}
    return wrong or {keys: reason for keys, path, _ in found if (reason := _idle(space, path, values))}


def _complaint(pipeline: Pipeline, space: Space, path: str, value: Any) -> str | None:
    paths = [dimension.path for dimension in space.dimensions]
    if path not in paths and _is_fixed(pipeline, path):
        return f"has no range here; give it one in [{path.rpartition('.')[0]}], or leave it out of the points"
    if path not in paths:
        return f"is not searched{meant_path(pipeline, path)}"
    return misfit(space[path], value)


def meant_path(pipeline: Pipeline, said: str) -> str:
    """`; did you mean 'optimizer.learning_rate'?` for "lr", or the list of searched paths."""
    above, dot, word = said.rpartition(".")
    found = [
        path for path, owner in owners(pipeline).items() if path.startswith(above + dot) and is_synonym(*owner, word)
    ]
    if found:
        return "; did you mean " + " or ".join(f"'{path}'" for path in found) + "?"
    return closest(said, [dimension.path for dimension in space_of(pipeline).dimensions])


def _is_fixed(pipeline: Pipeline, path: str) -> bool:
    """Whether a path leads to a field of a table."""
    table: Any = pipeline
    for word in path.split("."):
        if not isinstance(table, Declared) or word not in type(table).model_fields:
            return False
        table = getattr(table, word)
    return "." in path


def _idle(space: Space, path: str, values: Mapping[str, Any]) -> str | None:
    """The reason why a value of a point would have no effect, or None."""
    for parent, option in _parents(space, path):
        if (chosen := values.get(parent, option)) != option:
            return f"applies only with {parent} = {say(option)}, and here it is {say(chosen)}"
        rivals = [other for other in values if dict(_parents(space, other)).get(parent, option) != option]
        if rivals:
            return f"applies only with {parent} = {say(option)}, and {rivals[0]} with another option"
    return None


def _parents(space: Space, path: str) -> list[tuple[str, str]]:
    """The choices that activate a dimension, and their options."""
    dimension, found = space[path], []
    while dimension.parent is not None and dimension.when is not None:
        parent = space[dimension.parent]
        found.append((parent.path, parent.sampler.pick(dimension.when)))
        dimension = parent
    return found


def _repeated(space: Space, tables: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Keys, str]]:
    """Points that repeat an earlier one; those with values to be drawn do not."""
    for place, values in enumerate(tables):
        if values in tables[:place] and not _draws(space, values):
            yield ("search", "points", place), f"is point {tables.index(values)} again; remove it"


def _draws(space: Space, values: Mapping[str, Any]) -> bool:
    """Whether an active value is left to be drawn."""
    left = (dimension.path for dimension in space.dimensions if dimension.path not in values)
    return any(all(values.get(parent) == option for parent, option in _parents(space, path)) for path in left)


def _completed(space: Space, said: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    implied = {parent: option for path in said for parent, option in _parents(space, path)}
    values: dict[str, Any] = {}
    for dimension in space.dimensions:  # parents before their children
        path = dimension.path
        if any(parent in values and values[parent] != option for parent, option in _parents(space, path)):
            continue
        wanted = {**defaults, **implied, **said}
        if path in wanted:
            values[path] = dimension.sampler.pick(dimension.sampler.number(wanted[path]))
    return values
