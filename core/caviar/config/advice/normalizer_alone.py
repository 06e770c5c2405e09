"""normalizer-alone: with batch normalization the weights' size has no effect, and without a penalty it grows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.advice.normalized import batch_normalizers

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def normalizer_alone(pipeline: Pipeline) -> Iterator[Advice]:
    """A batch normalizer without any regularizer, and without dropout."""
    if batch_normalizers(pipeline) and not pipeline.regularizer and getattr(pipeline.model, "dropout", 0.0) == 0.0:
        text = (
            "after a batch normalizer the size of the weights has no effect on the output; without a penalty they grow "
            "during training, and the same learning rate then changes them less and less; "
            'add [[regularizer]] use = "l2"'
        )
        yield Advice("normalizer-alone", "normalizer", text)
