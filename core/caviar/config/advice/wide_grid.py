"""wide-grid: a grid over many fields tries only a few values of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.declaration.space import space_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_MOST = 3


def wide_grid(pipeline: Pipeline) -> Iterator[Advice]:
    """A grid over more than three fields."""
    space = space_of(pipeline)
    many = len(space)
    if many > _MOST and pipeline.search.strategy.reach(space) < space.size:  # it tries a part of the values only
        text = f"a grid over {many} fields repeats the same values; 'random' draws a new value of each in every trial"
        yield Advice("wide-grid", "search.strategy", text)
