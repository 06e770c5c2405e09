"""Grouping trials into populations: equal structure together, in order, at most so many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from caviar.interfaces.trainer import Trainer
from caviar.values.trial import Trial

_LEAST = 16  # a population of this part of `together` still shares a step's calls well enough
_ROUNDING = 1e-9


def group(
    trials: Sequence[Trial], trainer: Trainer, floats: frozenset[str], workers: int, together: int
) -> list[tuple[Trial, ...]]:
    """The populations of trials that stand at the same epoch, the longest first.

    None is larger than one worker's share, or than `together` where the trainer leaves it open. What they will take is
    foreseen from what they have taken; of new ones it is not known. So where there are several structures, each
    population takes at most half a worker's share of what is left, and nobody waits long for the last. How trials are
    grouped never changes a result.
    """
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trainer.fuse_key(trial.values, floats), []).append(trial)
    largest, whole = trainer.population or together, _cost(trials)
    populations: list[tuple[Trial, ...]] = []
    left = whole
    for members in sorted(groups.values(), key=_cost, reverse=True):
        while members:
            cost, share = _cost(members), whole / workers
            if len(groups) > 1 and workers > 1:
                share = min(share, max(left / workers / 2, together // _LEAST * cost / len(members)))
            pieces = max(ceil(len(members) / largest), ceil(cost / share - _ROUNDING))
            count = ceil(len(members) / min(pieces, len(members)))
            populations.append(tuple(members[:count]))
            members, left = members[count:], left - _cost(members[:count])
    return sorted(populations, key=_cost, reverse=True)


def _cost(trials: Iterable[Trial]) -> float:
    """Seconds that they took so far; where nobody knows, one each."""
    return sum(max(trial.seconds, _ROUNDING) if trial.epochs else 1.0 for trial in trials)
