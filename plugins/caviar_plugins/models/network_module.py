"""Modules of a network's factory: their slots, their initial values, and what differs between members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from caviar.plugin import Array, Initial, Random, Slot
from torch import Tensor, nn

from caviar_plugins.models.network_layers import Dropout, with_own_forms

if TYPE_CHECKING:
    from caviar_plugins.models.network_trial import Verdict

Numbers: TypeAlias = Mapping[str, float]


@dataclass(eq=False)
class Structure:
    """A module, and what it holds by name. `module` is one for all: a pass lends it the members' values."""

    name: str
    module: nn.Module
    build: Callable[[Numbers, int], nn.Module]
    probe: tuple[tuple[str, float], ...]
    """Values for `build` in which members may differ."""
    given: int | tuple[int, ...]
    outputs: int
    parameters: tuple[Slot, ...]
    statistics: tuple[Slot, ...]
    shapes: Mapping[str, tuple[int, ...]]
    kinds: Mapping[str, torch.dtype]
    """The dtypes of statistics that are no floats, such as counts; they are kept as the trainer's floats."""
    attributes: tuple[tuple[str, str], ...]
    """Numbers of layers that depend on values in which members differ: (layer, attribute), such as a dropout's p."""
    dropouts: tuple[str, ...]
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    """How members are computed, by the number of rows in a pass, once that was tried."""
    lock: Any = field(default_factory=RLock)
    """Held while the module is lent values: runs in several threads share it."""
    _numbers: dict[tuple[float, ...], tuple[float, ...]] = field(default_factory=dict)

    @cached_property
    def layers(self) -> dict[str, nn.Module]:
        """The module's layers by name."""
        return dict(self.module.named_modules())

    def numbers_of(self, floats: Numbers) -> tuple[float, ...]:
        """A member's values of `attributes`, as the factory sets them."""
        if not self.attributes:
            return ()
        key = tuple(floats.values())
        if key not in self._numbers:
            layers = dict(self.build(floats, 0).named_modules())
            self._numbers[key] = tuple(float(getattr(layers[layer], name)) for layer, name in self.attributes)
        return self._numbers[key]


@lru_cache(maxsize=64)
def structure_of(
    factory: Callable[..., Any],
    name: str,
    given: int | tuple[int, ...],
    outputs: int,
    fixed: tuple[tuple[str, Any], ...],
    floating: tuple[tuple[str, tuple[float, float]], ...],
) -> Structure:
    """The structure of a factory's modules for these values; ValueError where the floating ones change it."""

    def build(floats: Numbers, seed: int) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            made = factory(given, outputs, **dict(fixed), **floats)
        if not isinstance(made, nn.Module):
            raise TypeError(f"{name}() returned {type(made).__name__} instead of a torch.nn.Module")
        return with_own_forms(made)

    module, other = (build({each: two[side] for each, two in floating}, 0) for side in (0, 1))
    trained = {key for key, each in module.named_parameters() if each.requires_grad}
    held = held_by(module)
    if {key: each.shape for key, each in held.items()} != {key: each.shape for key, each in held_by(other).items()}:
        names = ", ".join(repr(each) for each, _ in floating)
        raise ValueError(
            f"{name}(): its layers have other shapes with another value of {names}, in which members that are trained "
            "side by side may differ; make it a whole number, or a word"
        )
    slots = {key: _slot(module, key, each) for key, each in held.items()}
    return Structure(
        name,
        module,
        build,
        tuple((each, two[0]) for each, two in floating),
        given,
        outputs,
        tuple(slot for key, slot in slots.items() if key in trained),
        tuple(slot for key, slot in slots.items() if key not in trained),
        {key: tuple(each.shape) for key, each in held.items()},
        {key: each.dtype for key, each in held.items() if not each.dtype.is_floating_point},
        _attributes(name, module, other),
        tuple(key for key, each in module.named_modules() if isinstance(each, Dropout)),
    )


def initial(structure: Structure, floats: tuple[Numbers, ...], streams: tuple[Random, ...]) -> dict[str, Array]:
    """What the factory's modules begin with, each built with the member's own seed: (members, *slot.shape)."""
    import numpy

    slots = structure.parameters + structure.statistics
    drawn: dict[str, list[Array]] = {slot.name: [] for slot in slots}
    for own, stream in zip(floats, streams, strict=True):
        held = held_by(structure.build(own, stream.child("initial").key >> 1))  # torch takes 63 bits
        for slot in slots:
            drawn[slot.name].append(held[slot.name].detach().reshape(slot.shape).numpy())
    return {name: numpy.stack(arrays) for name, arrays in drawn.items()}


def held_by(module: nn.Module) -> dict[str, Tensor]:
    """Parameters and buffers by name, one that is shared by layers once."""
    held = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    for key, each in held.items():
        if each.is_complex():
            raise ValueError(f"'{key}' is complex; a network's numbers must be real")
    return held


def _slot(module: nn.Module, key: str, tensor: Tensor) -> Slot:
    path, _, last = key.rpartition(".")
    owner = module.get_submodule(path)
    layer = list(module.modules()).index(owner)
    role: Any = "weight"
    if not isinstance(tensor, nn.Parameter) or not tensor.requires_grad:
        role = "statistic"
    elif isinstance(owner, nn.Embedding):
        role = "embedding"
    elif tensor.ndim < 2:
        role = "bias" if "bias" in last else "scale"
    return Slot(key, tuple(tensor.shape) or (1,), role, Initial("constant", 0.0), layer)


def _attributes(name: str, module: nn.Module, other: nn.Module) -> tuple[tuple[str, str], ...]:
    """The numbers of layers that two modules, built with other floating values, do not have in common."""
    found = []
    others = dict(other.named_modules())
    for key, layer in module.named_modules():
        for attribute, value in vars(layer).items():
            now = vars(others.get(key, layer)).get(attribute)
            if not isinstance(value, (bool, int, float, str, tuple)) or value == now:
                continue
            if not isinstance(value, float):
                raise ValueError(
                    f"{name}(): '{attribute}' of layer '{key}' is {value} or {now}, as values are in which members "
                    "that are trained side by side may differ; make them whole numbers, or words"
                )
            found.append((key, attribute))
    return tuple(found)
