"""Metric rows: what training measured, per member and epoch."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.values.arrays import Array


@dataclass(frozen=True)
class Metrics:
    """values: float64 (members, epochs, names); the first epoch of `values` is number `first`, counted from 1."""

    names: tuple[str, ...]
    first: int
    values: Array

    def take(self, members: list[int]) -> Metrics:
        """The rows of some members."""
        return Metrics(self.names, self.first, self.values[members])

    def last(self, member: int) -> dict[str, float]:
        """A member's values after the last epoch, by name."""
        return {name: float(value) for name, value in zip(self.names, self.values[member, -1], strict=True)}
