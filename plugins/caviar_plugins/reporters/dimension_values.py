"""The values of a dimension as other systems describe them: options, or numbers between two ends."""

from __future__ import annotations

from typing import Any

from caviar.plugin import Dimension


def options_of(dimension: Dimension) -> list[Any] | None:
    """All values of a dimension that is a choice, or whose values are no numbers; None for a range of numbers."""
    if dimension.levels is None or (dimension.ordered and all(map(is_number, ends_of(dimension)))):
        return None
    middles = ((level + 0.5) / dimension.levels for level in range(dimension.levels))
    return [dimension.sampler.pick(dimension.number(middle)) for middle in middles]


def ends_of(dimension: Dimension) -> tuple[Any, Any]:
    """The values at both ends of a range."""
    low, high = (dimension.sampler.pick(dimension.number(end)) for end in (0.0, 1.0))
    return low, high


def is_number(value: Any) -> bool:
    """Whether it is a number and not a truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
