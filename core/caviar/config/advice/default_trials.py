"""default-trials: ranges without a [search] are searched nevertheless; the advice states how many trials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.declaration.space import space_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def default_trials(pipeline: Pipeline) -> Iterator[Advice]:
    """There are samplers and no [search]."""
    if "search" not in pipeline.model_fields_set and len(space_of(pipeline)):
        text = f"{pipeline.search.trials} trials by default: there are ranges and no [search]; set trials in [search]"
        yield Advice("default-trials", "", text)
