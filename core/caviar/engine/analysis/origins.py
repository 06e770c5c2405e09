"""Origins: which trials of a study were trained for other epochs, or under another numeric identity, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from caviar.engine.training.identity import changes
from caviar.interfaces.store import Origin
from caviar.values.trial import Trial


def origins_told(origins: Sequence[Origin], trials: Sequence[Trial]) -> tuple[tuple[str, str], ...]:
    """For each origin in what it differs from the first, and its trials; () where there is one.

    A trial that was trained under several is named with each.
    """
    if len(origins) < 2:
        return ()
    first = origins[0]
    others = {name for each in origins for name in {*first.identity, *each.identity} if not _alike(first, each, name)}
    about = [", ".join([f"{first.epochs} epochs", *(f"{name} {first.identity.get(name)}" for name in sorted(others))])]
    about += ["; ".join(_differences(first, each)) for each in origins[1:]]
    members = [[trial.index for trial in trials if place in trial.origins] for place in range(len(origins))]
    return tuple(zip(about, map(spans, members), strict=True))


def spans(numbers: Sequence[int]) -> str:
    """Rising numbers as "0 to 5, 8"."""
    ends = [place for place, (one, other) in enumerate(pairwise(numbers), 1) if other != one + 1]
    parts = [numbers[start:stop] for start, stop in pairwise([0, *ends, len(numbers)])] if numbers else []
    return ", ".join(f"{part[0]}" if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in parts)


def _alike(one: Origin, other: Origin, name: str) -> bool:
    return one.identity.get(name) == other.identity.get(name)


def _differences(one: Origin, other: Origin) -> Iterator[str]:
    if one.epochs != other.epochs:
        yield f"{other.epochs} epochs instead of {one.epochs}"
    if moved := changes(one.identity, other.identity):
        yield moved
