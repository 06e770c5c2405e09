"""The space of a pipeline: every sampler in it as a dimension, and conversion from values to a pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.walk import Node, children, is_choice, name_of_option, rebuild, walk
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.values.arrays import Array
from caviar.values.dimension import Dimension, Scale, Space

SEARCHED = ("model", "normalizer", "optimizer", "schedule", "regularizer", "trainer")
"""The tables of a pipeline that may hold samplers, in the order of the space."""
_OF_DATA = ("transform", "data")


def unread(pipeline: Pipeline) -> frozenset[str]:
    """The tables that the pipeline's trainer does not read."""
    trainer = pipeline.trainer
    parts = (name for name in SEARCHED if name != "trainer" and name not in trainer.uses)
    return frozenset((*parts, *(() if trainer.needs_data else _OF_DATA)))


def searched_tables(pipeline: Pipeline) -> tuple[str, ...]:
    """The tables of `SEARCHED` that the pipeline's trainer reads."""
    ignored = unread(pipeline)
    return tuple(name for name in SEARCHED if name not in ignored)


@dataclass(frozen=True)
class PluginChoice:
    """A choice of plugins, or of a function's named tables, in the space: its values are their names."""

    sampler: Sampler

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the options, in order."""
        return tuple(name_of_option(option) for option in self.sampler.ends())

    def from_unit(self, u: Array) -> Array:
        """Converts coordinates to levels."""
        return self.sampler.from_unit(u)

    def to_unit(self, value: Array) -> Array:
        """Converts a level to the middle of its interval."""
        return self.sampler.to_unit(value)

    def pick(self, number: float) -> str:
        """The name of a level."""
        return self.names[int(number)]

    def number(self, value: Any) -> float:
        """The level of a name."""
        return float(self.names.index(value))

    def describe(self, value: Any) -> str:
        """The name, unchanged."""
        return str(value)


def space_of(pipeline: Pipeline) -> Space:
    """A dimension for every sampler, parents before their children."""
    return Space(tuple(map(_dimension, _searched(pipeline))))


def floats(pipeline: Pipeline) -> frozenset[str]:
    """The searched paths in which the members of one population may differ; all others are structural."""
    single = (node for node in _searched(pipeline) if not is_choice(node.value))
    return frozenset(node.path for node in single if node.owner and node.owner[0].is_floating(node.owner[1]))


def owners(pipeline: Pipeline) -> dict[str, tuple[type[Declared], str]]:
    """The class and field of each searched path that belongs to one."""
    return {node.path: node.owner for node in _searched(pipeline) if node.owner}


def sampler_of(dimension: Dimension) -> Sampler:
    """The sampler that the file has for a dimension."""
    scale = dimension.sampler.sampler if isinstance(dimension.sampler, PluginChoice) else dimension.sampler
    assert isinstance(scale, Sampler)
    return scale


def span(sampler: Sampler) -> str:
    """A range in words; for a choice of plugins their names."""
    return " | ".join(map(name_of_option, sampler.ends())) if is_choice(sampler) else sampler.span()


def settle(pipeline: Pipeline, values: Mapping[str, Any]) -> Pipeline:
    """The pipeline with every sampler replaced by its value, which for a choice of plugins is a name."""
    tables = searched_tables(pipeline)
    return pipeline.model_copy(update={name: _settled(getattr(pipeline, name), name, values) for name in tables})


def parts_of(pipeline: Pipeline) -> dict[str, Plugin]:
    """The plugins of a settled pipeline that are bound for training, by path: "model", "regularizer.l2", …"""
    found: dict[str, Plugin] = {}
    for name in searched_tables(pipeline):
        value = getattr(pipeline, name)
        single = isinstance(value, Plugin)
        found |= {name: value} if single else {f"{name}.{word}": each for word, each in children(value)}
    return found


def _searched(pipeline: Pipeline) -> Iterator[Node]:
    """The nodes that are samplers."""
    for name in searched_tables(pipeline):
        nodes = walk(Node(name, getattr(pipeline, name), (Pipeline, name)))
        yield from (node for node in nodes if isinstance(node.value, Sampler))


def _dimension(node: Node) -> Dimension:
    sampler: Sampler = node.value
    scale: Scale = PluginChoice(sampler) if is_choice(sampler) else sampler
    tier = node.owner and node.owner[0].facts(node.owner[1]).tier
    return Dimension(node.path, scale, tier, sampler.ordered, sampler.levels(), *node.option)


def _settled(value: Any, path: str, values: Mapping[str, Any]) -> Any:
    if path in values and not isinstance(value, Declared):
        return values[path]  # fixed since: a trial keeps what it was trained with
    if isinstance(value, Sampler):
        if not is_choice(value):
            return values[path]
        chosen = dict(children(value))[values[path]]
        return _settled(chosen, f"{path}.{values[path]}", values)
    if not any(searched.startswith(f"{path}.") for searched in values):
        return value
    return rebuild(value, lambda word, each: _settled(each, f"{path}.{word}", values))
