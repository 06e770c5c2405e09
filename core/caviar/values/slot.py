"""Slots: named parts of a flat buffer, and the views of a buffer that they define."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Literal, TypeAlias

from caviar.values.arrays import Array

Role: TypeAlias = Literal["weight", "bias", "scale", "shift", "embedding", "statistic"]


@dataclass(frozen=True, slots=True)
class Initial:
    """The initial values of a slot: all equal to `size`, or drawn with `size` as standard deviation or half width.

    Of weights in front of an activation, `activation.initial(inputs, units)` says it. `inputs` is the number of values
    that one unit sums over, whatever the slot's shape: of a kernel (3, 3, channels, units) it is 9 * channels.
    """

    how: Literal["constant", "normal", "uniform"]
    size: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A named part of the buffer from `start` on: `shape` per member, of any rank, with the units as last axis.

    So a layer's weights are (inputs, units), its bias (1, units), the kernel of a convolution (3, 3, channels, units).
    What holds for a role holds for any rank: L2 pulls every value of a "weight", however many axes it has.

    `rate`: each step of the optimizer is multiplied by it, as if the slot had a learning rate of its own. `decay`: the
    decay of an optimizer such as `adamw`, which is part of its step, is multiplied by it; by default weights decay.
    """

    name: str
    shape: tuple[int, ...]
    role: Role
    initial: Initial
    layer: int = 0
    start: int = 0
    rate: float = 1.0
    decay: float | None = None

    def __post_init__(self) -> None:
        if not self.shape:
            raise ValueError(f"slot '{self.name}' has the shape (); for one value give (1, 1)")
        if any(side < 1 for side in self.shape):
            raise ValueError(f"slot '{self.name}' has the shape {self.shape}; each side must be 1 or more")

    @property
    def decays(self) -> float:
        """The factor of the optimizer's decay: `decay`, or else 1 of a "weight" and 0 of any other role."""
        return float(self.role == "weight") if self.decay is None else self.decay

    @property
    def size(self) -> int:
        """The number of values per member."""
        return prod(self.shape)

    @property
    def stop(self) -> int:
        """The first position after this slot."""
        return self.start + self.size


Layout: TypeAlias = tuple[Slot, ...]


def lay_out(slots: Iterable[Slot]) -> Layout:
    """Places the slots one after the other."""
    placed: list[Slot] = []
    for slot in slots:
        placed.append(replace(slot, start=placed[-1].stop if placed else 0))
    return tuple(placed)


def size_of(layout: Layout) -> int:
    """The number of values per member in the whole buffer."""
    return layout[-1].stop if layout else 0


class Views(Mapping[str, Array]):
    """A buffer (members, size) seen through a layout: name -> view ``(members, *shape)``, no copies.

    `buffer` and `layout` stay reachable, because compiled kernels take the flat buffer and an offset; what a kernel
    works out from the layout it may keep in `memo`.
    """

    def __init__(self, buffer: Array, layout: Layout, prefix: str = "") -> None:
        self.buffer, self.layout, self.prefix = buffer, layout, prefix
        self._slots = {slot.name[len(prefix) :]: slot for slot in layout if slot.name.startswith(prefix)}
        members = buffer.shape[0]
        self._views = {
            name: buffer[:, slot.start : slot.stop].reshape(members, *slot.shape) for name, slot in self._slots.items()
        }
        self._parts: dict[str, Views] = {}
        self.memo: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Array:
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def slot(self, name: str) -> Slot:
        """The part of the buffer that a view covers."""
        return self._slots[name]

    def part(self, prefix: str) -> Views:
        """The views whose names begin with `prefix.`, without it: `views.part("layer1")["weight"]`."""
        if prefix not in self._parts:
            self._parts[prefix] = Views(self.buffer, self.layout, f"{self.prefix}{prefix}.")
        return self._parts[prefix]
