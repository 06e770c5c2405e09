"""Whether each schedule finds a field that it can change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import SEARCHED
from caviar.config.declaration.walk import alternatives
from caviar.config.hints.suggestions import closest, is_synonym
from caviar.config.reading.positions import Keys
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.schedule import can_be_scheduled
from caviar.registry.load import name_of


def schedule_complaints(pipeline: Pipeline) -> Iterator[tuple[Keys, str]]:
    """Of each schedule of a field that no part of a trial has: its keys, and what is wrong."""
    parts, scheduled = _parts(pipeline), _scheduled(pipeline)
    known = dict.fromkeys(field for _, field in scheduled)
    for field in unfit_schedules(pipeline):
        owners = dict.fromkeys(f"{part.kind} '{name_of(type(part))}'" for part in parts)
        those = f"{', '.join(owners)} and the trainer have" if owners else "the trainer has"
        text = f"{those} no field '{field}' that a schedule can change"
        found = next((name for cls, name in scheduled if is_synonym(cls, name, field)), field)
        yield ("schedule", field), text + closest(found, known)


def unfit_schedules(pipeline: Pipeline) -> list[str]:
    """The scheduled fields that no part of a trial has."""
    known = {field for _, field in _scheduled(pipeline)}
    return [field for field in pipeline.schedule if field not in known]


def _scheduled(pipeline: Pipeline) -> list[tuple[type[Plugin], str]]:
    """The fields that a schedule can change, with their classes."""
    trainer = pipeline.trainer
    scheduled = [(type(part), field) for part in _parts(pipeline) for field in can_be_scheduled(type(part))]
    return scheduled + [(type(trainer), field) for field in type(trainer).model_fields if field in trainer.schedules]


def _parts(pipeline: Pipeline) -> list[Plugin]:
    """The plugins that a trial may hold in the tables whose fields the trainer schedules."""
    trainer = pipeline.trainer
    tables = {name: _settled(getattr(pipeline, name)) for name in trainer.uses if name in trainer.schedules}
    return [part for name in SEARCHED for part in tables.get(name, ())]


def _settled(value: Any) -> tuple[Plugin, ...]:
    """The plugins that a table may hold in a trial; of a list, each element's."""
    each = value if isinstance(value, tuple) else (value,)
    return tuple(plugin for one in each for plugin in alternatives(one))
