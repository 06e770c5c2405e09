"""Whether a pipeline may normalize over the rows of a batch; two rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caviar.interfaces.sampler import Sampler
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def batch_normalized(pipeline: Pipeline) -> bool:
    """batchnorm is the normalizer, or one of a choice."""
    normalizer = pipeline.normalizer
    options = normalizer.ends() if isinstance(normalizer, Sampler) else (normalizer,)
    return any(name_of(type(each)) == "batchnorm" for each in options)
