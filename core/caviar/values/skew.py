"""Skewness of a target, and the rule by which a model learns its logarithm instead."""

from __future__ import annotations

from dataclasses import dataclass

SKEWED = 1.0
"""A skewness above this is high by convention."""
REDUCED = 0.5
"""The logarithm must leave at most this part of the skewness."""


@dataclass(frozen=True)
class Skew:
    """The smallest value, and the skewness (third standardized moment) of the values and of their logarithms.

    The logarithm is that of value + 1 where a value is 0; `of_logarithm` is None where a value is negative.
    """

    least: float
    of_values: float
    of_logarithm: float | None

    @property
    def wants_logarithm(self) -> bool:
        """The rule of `target_transform = "auto"`: clearly less skewed as a logarithm, and not to the left instead."""
        if self.of_logarithm is None or self.of_values <= SKEWED:
            return False
        return abs(self.of_logarithm) <= REDUCED * self.of_values and self.of_logarithm >= -SKEWED

    def __str__(self) -> str:
        logarithm = "" if self.of_logarithm is None else f", of its logarithm {self.of_logarithm:.1f}"
        return f"skewness {self.of_values:.1f}{logarithm}"
