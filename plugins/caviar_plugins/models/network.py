"""network: makes a model of a function that returns a PyTorch module; members are trained side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar

from caviar.plugin import (
    Array,
    Inputs,
    Model,
    ModelContext,
    Normalizer,
    Operation,
    Random,
    Sampler,
    Slot,
    Views,
    field_of,
)
from pydantic import create_model

if TYPE_CHECKING:
    from caviar_plugins.models.network_module import Structure


class Network(Model, interface=2):
    """The modules that a factory builds, one for each member, as one array program.

    Parameters that require a gradient are the model's parameters, all other parameters and the buffers its statistics.
    Members are stacked (`torch.func`) where the module allows it, and computed one by one where it does not, for a
    reason that is logged once. A member's numbers are the same bits either way, whoever is beside it.
    """

    requires: ClassVar[tuple[str, ...]] = ("torch",)
    smallest_batch: ClassVar[int] = 2
    """torch.nn.BatchNorm1d refuses to train on one row."""
    side_by_side: ClassVar[int] = 1 << 30
    """More members always share the cost of PyTorch's calls better (docs/benchmarks/modules.md)."""
    activation: ClassVar[Any]  # type: ignore[misc]  # the layers between are the module's
    factory: ClassVar[Callable[..., Any]]

    def layout(self, inputs: Inputs, outputs: int, normalizer: Normalizer) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
        if normalizer.slots(1) or normalizer.statistics(1):
            raise ValueError("a module brings its own normalization, such as nn.BatchNorm1d; remove [normalizer]")
        structure = self.structure(inputs, outputs)
        _outputs[self._key(inputs, structure.parameters)] = outputs
        return structure.parameters, structure.statistics

    def initial(self, inputs: Inputs, outputs: int, streams: tuple[Random, ...]) -> Mapping[str, Array]:
        from caviar_plugins.models.network_module import initial

        return initial(self.structure(inputs, outputs), self._floats(len(streams)), streams)

    def forward(self, parameters: Views, statistics: Views, x: Array, context: ModelContext) -> tuple[Array, Any]:
        from caviar_plugins.models.network_passes import forward

        outputs = _outputs[self._key(context.inputs, parameters.layout)]
        structure = self.structure(context.inputs, outputs)
        return forward(structure, parameters, statistics, x, self._floats(len(parameters.buffer)), context)

    def backward(self, gradient: Array, cache: Any, parameters: Views, gradients: Views, context: ModelContext) -> None:
        from caviar_plugins.models.network_passes import backward

        backward(gradient, cache, gradients)

    def description(self, parameters: Views, statistics: Views, normalizer: Normalizer) -> tuple[Operation, ...]:
        held = {name: views[name][0] for views in (parameters, statistics) for name in views}
        return (Operation("module", held),)

    def structure(self, inputs: Inputs, outputs: int) -> Structure:
        """The module that all members have in common."""
        from caviar_plugins.models.network_module import structure_of

        given = self._given(inputs)
        return structure_of(self.factory, type(self).name, given, outputs, self._fixed(), self._floating())

    def _given(self, inputs: Inputs) -> int | tuple[int, ...]:
        """What the factory is told of a row: the number of its values, or the shape that it has."""
        return inputs.width if next(iter(signature(self.factory).parameters)) == "inputs" else inputs.shape

    def _fixed(self) -> tuple[tuple[str, Any], ...]:
        """The values in which all members agree."""
        kind = type(self)
        return tuple((name, getattr(self, name)) for name in kind.model_fields if not kind.is_floating(name))

    def _floating(self) -> tuple[tuple[str, tuple[float, float]], ...]:
        """The values in which members may differ, each with two of its own range: they show what depends on it."""
        fields = type(self).model_fields
        return tuple((name, _two(fields[name].default)) for name in fields if type(self).is_floating(name))

    def _floats(self, members: int) -> tuple[dict[str, float], ...]:
        """Each member's own values."""
        columns = {name: _numbers(getattr(self, name), members) for name, _ in self._floating()}
        return tuple({name: column[member] for name, column in columns.items()} for member in range(members))

    def _key(self, inputs: Inputs, slots: tuple[Slot, ...]) -> tuple[Any, ...]:
        return self.factory, self._fixed(), self._given(inputs), tuple((slot.name, slot.shape) for slot in slots)


_outputs: dict[tuple[Any, ...], int] = {}
"""How many outputs the factory was asked for: a pass gets what `layout` has answered, and not what it was asked."""


def network(factory: Callable[..., Any]) -> Callable[..., Network]:
    """The model of a factory, `network(inputs, outputs, …) -> torch.nn.Module`; a decorator.

    A pipeline that is run with the factory's file names it by the function's name, `model = "network"`. Every parameter
    after the first two is a field: a default that is a sampler is searched, any other may be set or given a range. The
    module gets rows (batch, inputs) and returns outputs (batch, outputs), before softmax or sigmoid, which are the
    loss's. Called `shape` in place of `inputs`, the first parameter is the shape of one sample, such as (3, 32, 32),
    and rows come as (batch, 3, 32, 32).
    """
    name = factory.__name__
    first, *others = signature(factory).parameters.values()
    if first.name not in ("inputs", "shape") or not others or others[0].name != "outputs":
        raise TypeError(f"{name}() must begin with the parameters 'inputs' (or 'shape') and 'outputs'")
    fields: Any = {each.name: _field(factory, each) for each in others[1:]}
    kind: type[Network] = create_model(
        name,
        __base__=Network,
        __module__=factory.__module__,
        __doc__=factory.__doc__,
        __cls_kwargs__={"interface": 2},
        **fields,
    )
    kind.__qualname__, kind.name, kind.factory = factory.__qualname__, name, staticmethod(factory)
    if "activation" not in fields:
        kind.activation = None
    return kind


def _field(factory: Callable[..., Any], parameter: Parameter) -> tuple[Any, Any]:
    default = parameter.default
    found = field_of(factory, parameter, Network)
    kinds = {type(each) for each in (default.ends() if isinstance(default, Sampler) else (default,))}
    if found is None or kinds & {dict, NoneType} or (float in kinds and not kinds <= {int, float}):
        told = "must be a number, a word, a flag, or a list or range of one of these"
        raise TypeError(f"{factory.__qualname__}(): parameter '{parameter.name}' {told}")
    return found


def _two(default: Any) -> tuple[float, float]:
    """Two different values of a field, whatever its value is now."""
    if isinstance(default, Sampler):
        ends = default.ends()
        return float(ends[0]), float(ends[-1])
    return default, default / 2 or 1e-3


def _numbers(value: Any, members: int) -> list[float]:
    if isinstance(value, (int, float)):  # not bound: asked for its layout
        return [float(value)] * members
    on_host = value.get() if hasattr(value, "get") else value
    return [float(each) for each in on_host.reshape(-1)]
