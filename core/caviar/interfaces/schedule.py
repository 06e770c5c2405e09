"""Schedule: a factor on a field over the course of training."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, TypeVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array


class Schedule(Plugin):
    """The engine multiplies the scheduled field before each epoch (or step); optimizers do not know of schedules."""

    kind: ClassVar[str] = "schedule"
    interface: ClassVar[int] = 1
    each_step: ClassVar[bool] = False
    """True: `epoch` also has fractions, one per step; False: whole epochs only."""

    @abstractmethod
    def factor(self, epoch: Array, epochs: int) -> Array:
        """epoch: (members, 1), 0 during the first epoch -> factor (members, 1); `epochs` is their total number."""


P = TypeVar("P", bound=Plugin)


def scheduled(plugin: P, schedules: Mapping[str, Schedule], epoch: Array, epochs: int) -> P:
    """A bound plugin with its scheduled fields (by name) multiplied by their factors at `epoch`, (members, 1)."""
    factors = {name: schedule.factor(epoch, epochs) for name, schedule in schedules.items()}
    return plugin.model_copy(update={name: getattr(plugin, name) * factor for name, factor in factors.items()})
