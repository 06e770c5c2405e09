"""small-batches: statistics of a few rows are noise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.advice.normalized import batch_normalized
from caviar.interfaces.sampler import Sampler

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_FEWEST = 8


def small_batches(pipeline: Pipeline) -> Iterator[Advice]:
    """batchnorm with mini-batches under eight rows."""
    size = getattr(pipeline.trainer, "batch_size", _FEWEST)
    smallest = min(size.ends()) if isinstance(size, Sampler) else size
    if batch_normalized(pipeline) and smallest < _FEWEST:
        text = f"mean and deviation of {smallest} rows are mostly noise; use {_FEWEST} or more with batchnorm"
        yield Advice("small-batches", "trainer.batch_size", text)
