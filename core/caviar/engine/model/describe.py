"""Describes a saved model for exporters, by collecting the descriptions of its plugins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from caviar.config.declaration.space import parts_of
from caviar.config.declaration.walk import plugins_in
from caviar.engine.data.prepare import Preparation
from caviar.engine.failures.plugin_errors import others_blamed
from caviar.engine.model.member import ModelMember
from caviar.engine.model.saved import SavedModel
from caviar.engine.training.job import Work
from caviar.interfaces.exporter import ExportError
from caviar.interfaces.plugin import Plugin
from caviar.registry.load import base_of, declared, load, name_of, version_of
from caviar.values.arrays import locked
from caviar.values.description import (
    ColumnDescription,
    MemberDescription,
    ModelDescription,
    NoDescription,
    Operation,
)
from caviar.values.segment import Segment
from caviar.values.wrong_return import WrongReturn, described

# What a kind's `description` describes: a class that overrides it, and inherits the description, has none.
_COMPUTES = {
    "activation": "forward",
    "embedding": "forward",
    "loss": "predict",
    "model": "forward",
    "normalizer": "forward",
    "trainer": "predict",
    "transform": "apply",
}


def describe(model: SavedModel) -> ModelDescription:
    """The model's columns, task and members. Raises NothingToPredict; ExportError for a plugin without description."""
    model.require_prediction()
    read = model.first.preparation
    columns = tuple(
        ColumnDescription(name, name in read.words, shape, read.levels.get(name, 0), name in read.dates)
        for name, shape in zip(read.features, read.shapes, strict=True)
    )
    with others_blamed():
        try:
            return ModelDescription(columns, model.task, tuple(map(_member, model.members)))
        except NoDescription as missing:
            raise _lacking(missing.plugin) from None


def _member(member: ModelMember) -> MemberDescription:
    prepared, task = member.preparation, member.preparation.task
    numpy: Any = load("backend", "numpy")
    work = Work(member.pipeline, numpy(), task, inputs=prepared.made)
    _check_own((*parts_of(member.pipeline).values(), *prepared.transforms))
    population = work.population(Segment((member.trial,), ({},), 0, 0))
    one = {name: array[None] for name, array in member.weights.items()}
    trainer = population.parts["trainer"]
    found = trainer.description(one, population, work.context(lambda: None))
    if not isinstance(found, tuple) or len(found) != 2:
        raise WrongReturn(trainer, "description", f"returned {described(found)} instead of layers and head")
    layers, head = found
    return MemberDescription(
        member.trial,
        member.pipeline.trainer.dtype,
        tuple(_transforms(prepared)),
        prepared.made,
        tuple(_sealed(layers, trainer)),
        next(_sealed([head], trainer)),
        task.scales,
        member.count,
    )


def _transforms(prepared: Preparation) -> Iterator[Operation]:
    for transform, learned in zip(prepared.transforms, prepared.learned, strict=True):
        given = {name: locked(array) for name, array in learned.items()}
        yield from _sealed(transform.description(given), transform)


def _sealed(operations: Iterable[Operation], plugin: Plugin) -> Iterator[Operation]:
    """The same operations with read-only arrays."""
    for each in operations:
        if not isinstance(each, Operation):
            raise WrongReturn(plugin, "description", f"returned {described(each)} instead of an Operation")
        constants = {
            name: value if isinstance(value, (int, float, tuple)) else locked(value)
            for name, value in each.constants.items()
        }
        yield Operation(each.name, constants, each.column)


def _check_own(plugins: tuple[Plugin, ...]) -> None:
    """Raises NoDescription for a plugin, or one in it, that overrides the computation and inherits its description.

    They are as declared: bound ones have classes of their own, in which computations are compiled or checked.
    """
    for plugin in plugins_in(plugins):
        cls = type(plugin)
        if cls.kind in _COMPUTES:
            place = _definer(cls, "description")
            if cls.__mro__[place] is not base_of(cls.kind) and place > _definer(cls, _COMPUTES[cls.kind]):
                raise NoDescription(plugin)


def _definer(cls: type[Plugin], method: str) -> int:
    """The index, in the method resolution order, of the class that defines a method."""
    return next(place for place, each in enumerate(cls.__mro__) if method in vars(each))


def _lacking(plugin: object) -> ExportError:
    cls: Any = declared(type(plugin)) if isinstance(plugin, Plugin) else type(plugin)
    return ExportError(
        f"{cls.kind} '{name_of(cls)}' of {version_of(cls)} cannot be exported: it has no description; "
        f"its author adds a method `description`, see caviar.{base_of(cls.kind).__name__} and caviar.plugin.Operation"
    )
