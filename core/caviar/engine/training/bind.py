"""Binding: turns declared plugins, one per member, into one plugin whose tunables are arrays over the members."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from caviar.config.declaration.space import parts_of
from caviar.engine.training.variants import VariantChoice, plain
from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.population import Population
from caviar.values.random import Random

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

P = TypeVar("P", bound=Plugin)

# What the kind computes on decides the axes of its tunables: buffers (members, size), or (members, batch, units).
_AXES = {"optimizer": 2, "schedule": 2, "regularizer": 2, "trainer": 2}
_MOST_AXES = 3


def bind(members: Sequence[P], dtype: str, send: Callable[[Array], Array], form: VariantChoice = plain) -> P:
    """One bound plugin for the members' plugins, which differ only in tunable floats.

    Each `Tunable[float]` becomes a read-only array of the trainer's dtype, (members, 1) or (members, 1, 1) as the kind
    has it, also for one member; nested plugins are bound too; all else is passed as it is. `form` chooses the class:
    the plugin's own, or its compiled variant.
    """
    first = members[0]
    kind = type(first)
    fields: dict[str, Any] = {}
    for name in kind.model_fields:
        values = [getattr(member, name) for member in members]
        if isinstance(values[0], Plugin):
            fields[name] = bind(values, dtype, send, form)
        elif isinstance(values[0], tuple) and any(isinstance(each, Plugin) for each in values[0]):
            fields[name] = tuple(bind(each, dtype, send, form) for each in zip(*values, strict=True))
        elif kind.is_floating(name):
            fields[name] = _column(values, dtype, _AXES.get(first.kind, _MOST_AXES), send)
        else:
            assert all(value == values[0] for value in values), f"{kind.__name__}.{name} differs within a population"
            fields[name] = values[0]
    return form(kind).model_construct(**fields)


def _column(values: Sequence[float], dtype: str, axes: int, send: Callable[[Array], Array]) -> Array:
    import numpy

    column = numpy.asarray(values, dtype=dtype).reshape(-1, *[1] * (axes - 1))
    column.flags.writeable = False
    return send(column)


def bind_population(
    trials: Sequence[int],
    pipelines: Sequence[Pipeline],
    values: Sequence[Mapping[str, Any]],
    seed: Random,
    send: Callable[[Array], Array],
    fold: int = 0,
    form: VariantChoice = plain,
) -> Population:
    """The population of these trials; `pipelines` are their settled pipelines, in the same order."""
    dtype = pipelines[0].trainer.dtype
    named = [parts_of(pipeline) for pipeline in pipelines]
    parts = {path: bind([each[path] for each in named], dtype, send, form) for path in named[0]}
    return Population(tuple(trials), tuple(values), parts, tuple(seed.child("trial", trial) for trial in trials), fold)
