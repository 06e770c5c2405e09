"""adam-constants: beta1, beta2 and epsilon matter least, and come last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.declaration.space import space_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_LAST = 4
_MANY = 100
"""Trials below which a search has better things to try."""


def adam_constants(pipeline: Pipeline) -> Iterator[Advice]:
    """Constants of the last tier are searched with few trials, or while the learning rate is fixed."""
    dimensions, trials = space_of(pipeline).dimensions, pipeline.search.trials
    last = [each.path for each in dimensions if each.tier == _LAST and each.path.startswith("optimizer")]
    if not last:
        return
    names = ", ".join(path.rpartition(".")[2] for path in last)
    if not any(each.path.endswith("learning_rate") for each in dimensions):
        text = f"{names} searched while the learning rate is fixed; it matters more, search it first"
        yield Advice("adam-constants", "optimizer", text)
    elif trials < _MANY:
        text = f"searching {names} rarely pays; with {trials} trials, keep the default and search the rest"
        yield Advice("adam-constants", "optimizer", text)
