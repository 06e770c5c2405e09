"""unheeded-start: a strategy that does not learn from results gains nothing from earlier trials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def unheeded_start(pipeline: Pipeline) -> Iterator[Advice]:
    """There is a start_from, and the strategy does not learn."""
    search = pipeline.search
    if search.sources and not search.strategy.learns:
        name = name_of(type(search.strategy))
        text = f"'{name}' does not learn from earlier trials; write strategy = \"coarse-to-fine\", which does"
        yield Advice("unheeded-start", "search.start_from", text)
