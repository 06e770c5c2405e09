"""Whether a pipeline may normalize over the rows of a batch; two rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caviar.config.declaration.walk import alternatives
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def batch_normalized(pipeline: Pipeline) -> bool:
    """batchnorm is the normalizer, or one of a choice."""
    return any(name_of(type(each)) == "batchnorm" for each in alternatives(pipeline.normalizer))
