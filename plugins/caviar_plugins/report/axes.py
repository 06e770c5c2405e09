"""Axes of hyperparameters: every one is drawn in the coordinates of its sampler, 0 to 1, and labelled with values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caviar.plugin import Array, Dimension, RunFacts

from caviar_plugins.report.box import next_box
from caviar_plugins.report.packing import floats, plain, whole

INACTIVE = 65535
"""Stands for a coordinate that is none; the others are whole numbers up to 65534."""
_MOST_LEVELS = 12
"""Levels up to which each has its own label."""


def dimensions(facts: RunFacts, points: Array) -> list[dict[str, Any]]:
    """One object for each hyperparameter; `points` float64 (trials, dimensions), NaN where inactive."""
    box = next_box(facts, points)
    return [
        {**_dimension(facts, place, each, points[:, place]), "box": None if box is None else _ends(box[place], each)}
        for place, each in enumerate(facts.space.dimensions)
    ]


def _ends(box: Array, dimension: Dimension) -> list[float] | None:
    """The ends of a box on an axis; none where nearness means nothing, or where it is the whole axis."""
    low, high = (round(float(end), 4) for end in box)
    return [low, high] if dimension.ordered and high - low < 1 else None


def _dimension(facts: RunFacts, place: int, dimension: Dimension, column: Array) -> dict[str, Any]:
    import numpy

    known = ~numpy.isnan(column)
    coordinates = numpy.where(known, numpy.round(numpy.clip(column, 0, 1) * (INACTIVE - 1)), INACTIVE)
    path, parent = dimension.path, dimension.parent
    told = [trial.values.get(path) for trial in facts.trials]
    default = facts.defaults.get(path)
    return {
        "path": path,
        "name": facts.space.names[path],
        "tier": dimension.tier,
        "scale": facts.scales[path],
        "span": facts.spans[path],
        "ordered": dimension.ordered,
        "levels": dimension.levels,
        "when": None if parent is None else f"{facts.space.names[parent]} = {_option(facts, dimension)}",
        "ticks": list(_ticks(dimension)),
        "u": whole(coordinates.astype(numpy.int64)),
        "default": None if default is None else {"value": plain(default), "u": _coordinate(dimension, default)},
        **_values(told),
    }


def _option(facts: RunFacts, dimension: Dimension) -> Any:
    assert dimension.parent is not None
    assert dimension.when is not None
    return plain(facts.space[dimension.parent].sampler.pick(dimension.when))


def _values(told: list[Any]) -> dict[str, Any]:
    """The values themselves: packed numbers, or each different one once and which of them a trial has."""
    if all(each is None or (isinstance(each, (int, float)) and not isinstance(each, bool)) for each in told):
        return {"values": floats(told)}
    words = [None if each is None else str(plain(each)) for each in told]
    distinct = {word: place for place, word in enumerate(dict.fromkeys(word for word in words if word is not None))}
    return {
        "words": list(distinct),
        "value": whole([len(distinct) if word is None else distinct[word] for word in words]),
    }


def _ticks(dimension: Dimension) -> Iterator[tuple[float, str]]:
    """Places and labels: every level of a few, else the shortest numbers near each quarter of the scale.

    So a log scale gets powers of ten, and the beta scale 0.9, 0.99, 0.999, whatever the sampler is.
    """
    levels = dimension.levels
    if levels is not None and (levels <= _MOST_LEVELS or not dimension.ordered):
        steps = range(0, levels, max(1, levels // _MOST_LEVELS))
        places = ((step + 0.5) / levels for step in steps)
        yield from ((place, _short(_value(dimension, place))) for place in places)
        return
    for target in (0.0, 0.25, 0.5, 0.75, 1.0):
        value = _value(dimension, target)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < target < 1:
            place, value = _shortest(dimension, target, value)
            yield place, _short(value)
        else:
            yield target, _short(value)


def _shortest(dimension: Dimension, target: float, value: float) -> tuple[float, float]:
    """The number with the fewest digits that lies within a twentieth of the scale from a coordinate."""
    for digits in range(1, 6):
        for near in (_rounded(value, digits), 1 - _rounded(1 - value, digits)):
            place = _coordinate(dimension, type(value)(near))
            if place is not None and abs(place - target) < 0.05:
                return place, type(value)(near)
    return target, value


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def _value(dimension: Dimension, coordinate: float) -> Any:
    return dimension.sampler.pick(dimension.number(coordinate))


def _coordinate(dimension: Dimension, value: Any) -> float | None:
    """Where a value lies; None where it has no place."""
    import numpy

    try:
        with numpy.errstate(all="ignore"):
            found = float(dimension.sampler.to_unit(numpy.asarray([dimension.sampler.number(value)], float))[0])
    except (ValueError, TypeError):
        return None
    return round(found, 5) if -1e-9 <= found <= 1 + 1e-9 else None


def _short(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(plain(value))
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}"
