"""Plugins' defaults: which of them a run was left at, and which have changed since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caviar.config.declaration.dump import inline
from caviar.config.declaration.space import searched_tables
from caviar.config.declaration.walk import plugins_in, rebuild
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def defaults_of(pipeline: Pipeline) -> dict[str, str]:
    """Today's default of each field of the plugins that are trained with: "optimizer.adam.beta1" -> its text."""
    tables = tuple(getattr(pipeline, name) for name in searched_tables(pipeline))
    kinds = {type(each) for each in plugins_in(tables) if not isinstance(each, Sampler)}
    found = {
        f"{cls.kind}.{name_of(cls)}.{name}": inline(_default(cls, name))
        for cls in kinds
        for name, field in cls.model_fields.items()
        if not field.is_required()
    }
    return dict(sorted(found.items()))


def changed_defaults(pipeline: Pipeline, before: Mapping[str, str]) -> tuple[Pipeline, tuple[str, ...]]:
    """The pipeline with today's defaults where it was left at those of `before`, and a phrase for each."""
    now, told = defaults_of(pipeline), dict[str, str]()

    def updated(value: Any) -> Any:
        if isinstance(value, Plugin) and not isinstance(value, Sampler):
            changes = {}
            for name in type(value).model_fields:
                path = f"{value.kind}.{name_of(type(value))}.{name}"
                was = before.get(path)
                if was is not None and path in now and now[path] != was and inline(getattr(value, name)) == was:
                    changes[name] = _default(type(value), name)
                    told[path] = f"the default of {path} is {now[path]} and was {was}"
            value = value.model_copy(update=changes) if changes else value
        return rebuild(value, lambda word, each: updated(each))

    tables = {name: updated(getattr(pipeline, name)) for name in searched_tables(pipeline)}
    return (pipeline.model_copy(update=tables) if told else pipeline), tuple(told[path] for path in sorted(told))


def _default(cls: type[Plugin], field: str) -> Any:
    return cls.model_fields[field].get_default(call_default_factory=True)
