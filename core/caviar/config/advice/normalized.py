"""Which normalizers of a pipeline take statistics over the rows of a batch; two rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caviar.config.declaration.walk import alternatives

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline
    from caviar.interfaces.normalizer import Normalizer


def batch_normalizers(pipeline: Pipeline) -> list[Normalizer]:
    """The normalizer, or those of a choice, that one row is not enough for."""
    return [each for each in alternatives(pipeline.normalizer) if each.smallest_batch > 1]
