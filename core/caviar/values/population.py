"""Populations: trials trained as one array program, with their plugins bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from caviar.values.random import Random


@dataclass(frozen=True)
class Population:
    """Members of equal structure, in the order of the leading axis of every array.

    `trials`: each member's trial index. `values`: each member's searched values by path. `parts`: the bound plugins by
    path ("model", "optimizer", "schedule.learning_rate", "regularizer.l2", …); their tunables are arrays with one
    value per member. `streams`: each member's random stream, keyed by seed and trial. `fold`: which split of the data.
    """

    trials: tuple[int, ...]
    values: tuple[Mapping[str, Any], ...]
    parts: Mapping[str, Any]
    streams: tuple[Random, ...]
    fold: int = 0

    def __len__(self) -> int:
        return len(self.trials)

    def take(self, members: slice) -> Population:
        """Some of the members."""
        parts = {path: part.take(members) for path, part in self.parts.items()}
        return Population(self.trials[members], self.values[members], parts, self.streams[members], self.fold)

    def below(self, path: str) -> dict[str, Any]:
        """The parts whose paths begin with `path.`, in order: all regularizers, all schedules."""
        return {name[len(path) + 1 :]: part for name, part in self.parts.items() if name.startswith(path + ".")}
