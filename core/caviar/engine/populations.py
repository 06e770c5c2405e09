"""Grouping trials into populations: equal structure together, in order, at most so many."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from caviar.interfaces.trainer import Trainer
from caviar.values.trial import Trial

_LEAST = 16  # a population of this part of `together` still shares a step's calls well enough


def group(
    trials: Sequence[Trial], trainer: Trainer, floats: frozenset[str], workers: int, together: int
) -> list[tuple[Trial, ...]]:
    """The populations of trials that stand at the same epoch, largest first.

    None is larger than one worker's share, or than `together` where the trainer leaves it open. What a structure costs
    is not known before. So where there are several, each population takes at most half a worker's share of what is
    left, and nobody waits long for the last. How trials are grouped never changes a result.
    """
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trainer.fuse_key(trial.values, floats), []).append(trial)
    largest, left = trainer.population or together, len(trials)
    populations: list[tuple[Trial, ...]] = []
    for members in sorted(groups.values(), key=len, reverse=True):
        while members:
            share = ceil(len(trials) / workers)
            if len(groups) > 1 and workers > 1:
                share = min(share, max(ceil(left / workers / 2), together // _LEAST))
            count = ceil(len(members) / ceil(len(members) / min(largest, share)))
            populations.append(tuple(members[:count]))
            members, left = members[count:], left - count
    return sorted(populations, key=len, reverse=True)
