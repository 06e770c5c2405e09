"""narrow-learning-rate: a first search has to find the right decade."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.declaration.space import sampler_of, space_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def narrow_learning_rate(pipeline: Pipeline) -> Iterator[Advice]:
    """The learning rate's range is less than two decades wide, and no search or point says which."""
    if pipeline.search.sources or pipeline.search.points:
        return
    for dimension in space_of(pipeline).dimensions:
        if not dimension.path.endswith("learning_rate") or not dimension.ordered:
            continue
        low, high = sampler_of(dimension).ends()
        if 0 < low < high < 100 * low:
            text = f"{low:g} … {high:g} is {log10(high / low):.1f} decades; a first search needs two or more"
            yield Advice("narrow-learning-rate", dimension.path, text)
