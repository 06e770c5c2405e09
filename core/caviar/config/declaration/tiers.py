"""Tiers: fills in the ranges that plugins declare, where `search.tiers` requests them and the file gives none."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import searched_tables, space_of
from caviar.config.declaration.walk import rebuild
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.sampler import Sampler

FIRST = (1, 2)
MATTERS_MOST, RARELY = 1, 4
"""The tier of what every search should vary, and that of what is nearly always left alone."""


def complete(pipeline: Pipeline) -> Pipeline:
    """The pipeline with the ranges of its tiers.

    Tiers that are asked for are filled in; a search without any sampler takes tiers 1 and 2; and where neither a
    sampler nor a search (of more than one trial) is given, one model is trained.
    """
    asked = pipeline.search.tiers
    if not asked and not len(space_of(pipeline)):
        if "search" not in pipeline.model_fields_set or pipeline.search.trials == 1:
            return _with_search(pipeline, trials=1)
        pipeline = _with_search(pipeline, tiers=FIRST)
        asked = FIRST
    tables = searched_tables(pipeline)
    return pipeline.model_copy(update={name: _filled(getattr(pipeline, name), asked) for name in tables})


def _with_search(pipeline: Pipeline, **changes: Any) -> Pipeline:
    return pipeline.model_copy(update={"search": pipeline.search.model_copy(update=changes)})


def _filled(value: Any, tiers: Collection[int]) -> Any:
    """Declared ranges in place of unwritten defaults; what is written stays."""
    if isinstance(value, Sampler):
        return value

    def filled(word: str | int, now: Any) -> Any:
        if isinstance(value, Declared) and word not in value.model_fields_set:
            facts = value.facts(str(word))
            if facts.search is not None and facts.tier in tiers:
                return facts.search
        return _filled(now, tiers)

    return rebuild(value, filled)
