"""Conditions: what a trial's metrics must meet for it to win, such as "validation.log_loss < 0.5"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, isnan, nan
from operator import ge, gt, le, lt
from sys import float_info
from typing import Self

_FORM = re.compile(r"\s*([\w.-]+)\s*(<=|>=|<|>)\s*(\S+)\s*")
_RELATIONS = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True)
class Condition:
    """`metric` is `<part>.<name>`, `relation` one of < <= > >=."""

    metric: str
    relation: str
    bound: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parses a condition such as "validation.log_loss < 0.5". Raises ValueError."""
        match = _FORM.fullmatch(text)
        bound = _number(match[3]) if match else None
        if match is None or bound is None:
            raise ValueError(f'must be <metric> < <number>, or with <=, > or >=, not "{text}"')
        return cls(match[1], match[2], bound)

    def violation(self, metrics: Mapping[str, float]) -> float:
        """How far off the metric is, relative to the bound (to 1 if that is 0); exactly 0.0 if the condition is met.

        Infinite where the metric is not a number or not there.
        """
        value = metrics.get(self.metric, nan)
        if _RELATIONS[self.relation](value, self.bound):
            return 0.0
        if isnan(value):
            return inf
        # At least something: a value may stand on a bound that it should stay below.
        return max(abs(value - self.bound) / (abs(self.bound) or 1.0), float_info.min)

    def __str__(self) -> str:
        return f"{self.metric} {self.relation} {self.bound:.12g}"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
