"""The normalizers of a pipeline that use statistics over the rows of a batch, for two rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caviar.config.declaration.walk import alternatives

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline
    from caviar.interfaces.normalizer import Normalizer


def batch_normalizers(pipeline: Pipeline) -> list[Normalizer]:
    """The normalizer, or those of a choice, that need more than one row."""
    return [each for each in alternatives(pipeline.normalizer) if each.smallest_batch > 1]
