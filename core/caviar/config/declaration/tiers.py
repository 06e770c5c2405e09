"""Tiers: the ranges that plugins declare for their fields, put where a search is wanted and no range is given."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import searched_tables, space_of
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.sampler import Sampler

FIRST = (1, 2)


def complete(pipeline: Pipeline) -> Pipeline:
    """The pipeline as it will be run.

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
    if isinstance(value, tuple):
        return tuple(_filled(each, tiers) for each in value)
    if isinstance(value, dict):
        return {key: _filled(each, tiers) for key, each in value.items()}
    if not isinstance(value, Declared) or isinstance(value, Sampler):
        return value
    changes: dict[str, Any] = {}
    for field in type(value).model_fields:
        facts, now = type(value).facts(field), getattr(value, field)
        wanted = facts.search is not None and facts.tier in tiers and field not in value.model_fields_set
        changes[field] = facts.search if wanted else _filled(now, tiers)
    changes = {field: each for field, each in changes.items() if each is not getattr(value, field)}
    return value.model_copy(update=changes) if changes else value
