"""The space of a pipeline: every sampler in it as a dimension, and the way back from values to a pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from caviar.config.declaration.pipeline import Pipeline
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.types import field_type
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.sampler import Sampler
from caviar.registry.load import label_of
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
    """Those of `SEARCHED` that the pipeline's trainer reads."""
    ignored = unread(pipeline)
    return tuple(name for name in SEARCHED if name not in ignored)


@dataclass(frozen=True)
class PluginChoice:
    """A choice of plugins as the space sees it: its values are the plugins' names."""

    sampler: Sampler

    @property
    def names(self) -> tuple[str, ...]:
        """The options' names, in order."""
        return tuple(label_of(option) for option in self.sampler.ends())

    def from_unit(self, u: Array) -> Array:
        """Levels."""
        return self.sampler.from_unit(u)

    def to_unit(self, value: Array) -> Array:
        """The middle of a level's stretch."""
        return self.sampler.to_unit(value)

    def pick(self, number: float) -> str:
        """A level's name."""
        return self.names[int(number)]

    def number(self, value: Any) -> float:
        """A name's level."""
        return float(self.names.index(value))

    def describe(self, value: Any) -> str:
        """The name itself."""
        return str(value)


def space_of(pipeline: Pipeline) -> Space:
    """Every sampler, parents before their children."""
    return Space(tuple(found.dimension for found in _walk(pipeline)))


def floats(pipeline: Pipeline) -> frozenset[str]:
    """The searched paths in which the members of one population may differ; all others are structural."""
    return frozenset(found.dimension.path for found in _walk(pipeline) if found.floating)


def owners(pipeline: Pipeline) -> dict[str, tuple[type[Declared], str]]:
    """The class and the field that each searched path belongs to, where it belongs to one."""
    return {found.dimension.path: found.owner for found in _walk(pipeline) if found.owner}


def sampler_of(dimension: Dimension) -> Sampler:
    """The sampler that the file has for a dimension."""
    scale = dimension.sampler.sampler if isinstance(dimension.sampler, PluginChoice) else dimension.sampler
    assert isinstance(scale, Sampler)
    return scale


def span(sampler: Sampler) -> str:
    """A whole range in words; of a choice of plugins their names."""
    return " | ".join(map(label_of, sampler.ends())) if is_choice(sampler) else sampler.span()


def settle(pipeline: Pipeline, values: Mapping[str, Any]) -> Pipeline:
    """The pipeline with every sampler replaced by its value, which for a choice of plugins is a name."""
    tables = searched_tables(pipeline)
    return pipeline.model_copy(update={name: _settled(getattr(pipeline, name), name, values) for name in tables})


def parts_of(pipeline: Pipeline) -> dict[str, Plugin]:
    """The plugins of a settled pipeline that are bound for training, by path: "model", "regularizer.l2", …"""
    found: dict[str, Plugin] = {}
    for name in searched_tables(pipeline):
        value = getattr(pipeline, name)
        if isinstance(value, Plugin):
            found[name] = value
        elif isinstance(value, tuple):
            found |= {f"{name}.{label_of(each)}": each for each in value}
        else:
            found |= {f"{name}.{key}": each for key, each in value.items()}
    return found


@dataclass(frozen=True)
class _Found:
    dimension: Dimension
    floating: bool
    owner: tuple[type[Declared], str] | None = None


@dataclass(frozen=True)
class _Place:
    """Where a value stands: its path, its tier, whether it may differ within a population, and when it counts."""

    path: str
    tier: int | None = None
    floating: bool = False
    parent: str | None = None
    when: int | None = None
    owner: tuple[type[Declared], str] | None = None

    def below(self, word: str | int) -> _Place:
        return _Place(f"{self.path}.{word}", parent=self.parent, when=self.when)

    def element(self, place: int) -> _Place:
        """One value of a list that a field holds: what holds for the field holds for it."""
        return replace(self, path=f"{self.path}.{place}")

    def field(self, cls: type[Declared], name: str) -> _Place:
        facts, want = cls.facts(name), field_type(cls, name)
        floating = want.tunable and float in want.types
        return _Place(f"{self.path}.{name}", facts.tier, floating, self.parent, self.when, (cls, name))

    def option(self, level: int, label: str) -> _Place:
        return _Place(f"{self.path}.{label}", parent=self.path, when=level)


def _walk(pipeline: Pipeline) -> Iterator[_Found]:
    for name in searched_tables(pipeline):
        yield from _visit(getattr(pipeline, name), _Place(name, owner=(Pipeline, name)))


def _visit(value: Any, at: _Place) -> Iterator[_Found]:
    if isinstance(value, Sampler):
        if not is_choice(value):
            dimension = Dimension(at.path, value, at.tier, value.ordered, value.levels(), at.parent, at.when)
            yield _Found(dimension, at.floating, at.owner)
            return
        scale: Scale = PluginChoice(value)
        dimension = Dimension(at.path, scale, at.tier, False, value.levels(), at.parent, at.when)
        yield _Found(dimension, False, at.owner)
        for level, option in enumerate(value.ends()):
            yield from _visit(option, at.option(level, label_of(option)))
    elif isinstance(value, Declared):
        for field in type(value).model_fields:
            yield from _visit(getattr(value, field), at.field(type(value), field))
    elif isinstance(value, (tuple, dict)):
        for word, each in elements(value):
            yield from _visit(each, at.element(word) if isinstance(word, int) else at.below(word))


def _settled(value: Any, path: str, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Sampler):
        if not is_choice(value):
            return values[path]
        chosen = {label_of(option): option for option in value.ends()}[values[path]]
        return _settled(chosen, f"{path}.{values[path]}", values)
    if not any(searched.startswith(f"{path}.") for searched in values):
        return value
    if isinstance(value, Declared):
        fields = type(value).model_fields
        return value.model_copy(
            update={field: _settled(getattr(value, field), f"{path}.{field}", values) for field in fields}
        )
    if isinstance(value, dict):
        return {word: _settled(each, f"{path}.{word}", values) for word, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_settled(each, f"{path}.{word}", values) for word, each in elements(value))
    return value


def elements(value: tuple[Any, ...] | dict[str, Any]) -> Iterator[tuple[str | int, Any]]:
    """Elements with their words: keys, plugins' names, else places."""
    if isinstance(value, dict):
        yield from value.items()
    else:
        for place, each in enumerate(value):
            yield (label_of(each) if isinstance(each, Plugin) and not isinstance(each, Sampler) else place), each


def is_choice(sampler: Sampler) -> bool:
    """Whether a sampler's options are plugins."""
    return not sampler.ordered and any(isinstance(option, Plugin) for option in sampler.ends())
