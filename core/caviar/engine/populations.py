"""Grouping a round's trials into populations: equal structure together, in order, at most so many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from caviar.interfaces.trainer import Trainer
from caviar.values.trial import Trial


def group(
    trials: Sequence[Trial], trainer: Trainer, floats: frozenset[str], workers: int, together: int
) -> list[tuple[Trial, ...]]:
    """The populations of trials that stand at the same epoch, largest first, so that nobody waits long for the last.

    None is larger than one worker's share, or than `together` where the trainer leaves it open. How trials are grouped
    never changes a result.
    """
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trainer.fuse_key(trial.values, floats), []).append(trial)
    most = min(trainer.population or together, ceil(len(trials) / workers))
    populations = [each for members in groups.values() for each in _evenly(members, ceil(len(members) / most))]
    return sorted(populations, key=len, reverse=True)


def _evenly(members: Sequence[Trial], parts: int) -> list[tuple[Trial, ...]]:
    ends = [len(members) * part // parts for part in range(parts + 1)]
    return [tuple(members[start:stop]) for start, stop in pairwise(ends)]
