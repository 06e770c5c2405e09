"""Optimizer: updates parameters against their gradients."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.slot import Layout


class Optimizer(Plugin):
    """All arrays have two axes: buffers (members, size), tunables and `step` (members, 1), in the trainer's dtype.

    Buffers are C-contiguous and changed in place. `step` is 1 at the first update; schedules have been applied to the
    fields. Keep everything that persists in the state.
    """

    kind: ClassVar[str] = "optimizer"
    interface: ClassVar[int] = 1

    @abstractmethod
    def init(self, parameters: Array, layout: Layout) -> dict[str, Array]:
        """The state before the first step: arrays with a leading member axis, nothing else."""

    @abstractmethod
    def update(self, parameters: Array, gradients: Array, state: dict[str, Array], step: Array, layout: Layout) -> None:
        """Takes one step, in place on `parameters` and on the arrays of `state`; `gradients` may be overwritten."""
