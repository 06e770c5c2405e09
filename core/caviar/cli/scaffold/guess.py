"""Guessing what a user wants to learn from a table: the target by its name, and columns by which rows may be split."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from caviar.values.head import Head

_TARGETS = ("target", "label", "class", "y", "species", "price", "value")

_OWNERS = (
    *("id", "group", "patient", "subject", "participant", "person", "customer", "client", "user", "student", "player"),
    *("household", "family", "session", "device", "machine", "sensor", "station", "speaker", "author"),
)
_LEAST = 5  # different values: fewer are classes rather than groups


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


def guess_splits(head: Head) -> Iterator[tuple[str, str, str]]:
    """Settings that split rows by a column that looks like it: a key, the column, and what it would do."""
    seen = head.rows if head.seen is None else head.seen
    for column in head.features:
        repeats = column.distinct is not None and _LEAST <= column.distinct <= seen / 2
        names = column.kind == "words" or (column.kind == "numbers" and column.whole)
        if repeats and names and not column.shape and not column.missing and set(_OWNERS) & set(_words(column.name)):
            yield "group", column.name, "would keep rows with the same value in one part"
            break
    for column in head.features:
        if column.kind == "dates" and not column.missing:
            yield "time", column.name, "would test on the latest rows, not on random ones"
            break


def _words(name: str) -> list[str]:
    """medianHouse_value -> median, house, value."""
    return re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ").lower().translate(_APART).split()


_APART = str.maketrans(dict.fromkeys("-.:/()[]#", " "))
