"""Guessing what a user wants to learn from a table: the target by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TARGETS = ("target", "label", "class", "y", "species", "price", "value")


@dataclass(frozen=True)
class Guess:
    """`by` is the evidence, "its name" or "its place"; `runner_up` is None where there is one column only."""

    target: str
    by: str
    runner_up: str | None


def guess_target(columns: Sequence[str]) -> Guess:
    """A column whose name contains a typical word for a target, else the last one."""
    named = [(word, name) for word in _TARGETS for name in columns if word in _words(name)]
    ranked = list(dict.fromkeys([*(name for _, name in named), *reversed(columns)]))
    return Guess(ranked[0], "its name" if named else "its place", ranked[1] if len(ranked) > 1 else None)


def _words(name: str) -> list[str]:
    """medianHouse_value -> median, house, value."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ").lower().translate(_APART).split()


_APART = str.maketrans(dict.fromkeys("-.:/()[]#", " "))
