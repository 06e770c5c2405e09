"""wide-grid: a grid over many values tries each of them a few times only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.declaration.space import space_of
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_MOST = 3


def wide_grid(pipeline: Pipeline) -> Iterator[Advice]:
    """A grid over more than three values."""
    many = len(space_of(pipeline))
    if name_of(type(pipeline.search.strategy)) == "grid" and many > _MOST:
        text = f"a grid over {many} fields repeats the same values; 'random' draws a new value of each in every trial"
        yield Advice("wide-grid", "search.strategy", text)
