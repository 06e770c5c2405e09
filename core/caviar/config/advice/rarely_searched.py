"""rarely-searched: fields of the last tier, such as averaging constants and epsilon, matter least."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.declaration.space import space_of
from caviar.config.declaration.tiers import MATTERS_MOST, RARELY
from caviar.config.declaration.walk import alternatives

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_MANY = 100
"""The number of trials below which a search should vary other fields."""


def rarely_searched(pipeline: Pipeline) -> Iterator[Advice]:
    """The optimizer's fields of the last tier are searched with few trials, or while those of the first are fixed."""
    searched = [each for each in space_of(pipeline).dimensions if each.path.split(".")[0] == "optimizer"]
    last = [each.path for each in searched if each.tier == RARELY]
    if not last:
        return
    names, trials = ", ".join(path.rpartition(".")[2] for path in last), pipeline.search.trials
    first = _first_fields(pipeline)
    if first and not any(each.tier == MATTERS_MOST for each in searched):
        text = f"{names} searched while {', '.join(first)} is fixed; it matters more, search it first"
        yield Advice("rarely-searched", "optimizer", text)
    elif trials < _MANY:
        text = f"searching {names} rarely pays; with {trials} trials, keep the default and search the rest"
        yield Advice("rarely-searched", "optimizer", text)


def _first_fields(pipeline: Pipeline) -> list[str]:
    """The fields of the optimizer, or of those of a choice, that matter most."""
    fields = ((type(each), field) for each in alternatives(pipeline.optimizer) for field in type(each).model_fields)
    return list(dict.fromkeys(field for cls, field in fields if cls.facts(field).tier == MATTERS_MOST))
