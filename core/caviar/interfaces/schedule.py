"""Schedule: a factor on a field over the course of training."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Set
from functools import cache
from typing import ClassVar, TypeVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array


class Schedule(Plugin):
    """The trainer multiplies the scheduled field before each epoch (or step); others know of none."""

    kind: ClassVar[str] = "schedule"
    interface: ClassVar[int] = 1
    each_step: ClassVar[bool] = False
    """True: `epoch` also has fractions, one per step; False: whole epochs only."""

    @abstractmethod
    def factor(self, epoch: Array, epochs: int) -> Array:
        """epoch: (members, 1), 0 during the first epoch -> factor (members, 1); `epochs` is their total number."""


P = TypeVar("P", bound=Plugin)


def scheduled(plugin: P, schedules: Mapping[str, Schedule], epoch: Array, epochs: int) -> P:
    """A bound plugin with its scheduled fields (by name) multiplied by their factors at `epoch`, (members, 1).

    Schedules of fields that it does not have are ignored; without any of its own it is returned as it is.
    """
    changed = {}
    for name in can_be_scheduled(type(plugin)) & schedules.keys():
        value, factor = getattr(plugin, name), schedules[name].factor(epoch, epochs)
        changed[name] = value * factor.reshape(-1, *[1] * (value.ndim - 1))
    return plugin.model_copy(update=changed) if changed else plugin


@cache
def can_be_scheduled(kind: type[Plugin]) -> Set[str]:
    """The fields that a schedule can multiply: tunable numbers with fractions, bound as arrays over the members."""
    return {name: None for name in kind.model_fields if kind.is_floating(name)}.keys()
