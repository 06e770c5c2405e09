"""small-batches: statistics of a few rows are noise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.advice.normalized import batch_normalizers
from caviar.config.declaration.walk import alternatives
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_FEWEST = 8


def small_batches(pipeline: Pipeline) -> Iterator[Advice]:
    """A batch normalizer with mini-batches under eight rows."""
    smallest = min(alternatives(getattr(pipeline.trainer, "batch_size", _FEWEST)))
    if smallest < _FEWEST and (found := batch_normalizers(pipeline)):
        names = " or ".join(name_of(type(each)) for each in found)
        text = f"mean and deviation of {smallest} rows are mostly noise; use {_FEWEST} or more with {names}"
        yield Advice("small-batches", "trainer.batch_size", text)
