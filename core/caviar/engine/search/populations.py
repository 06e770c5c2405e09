"""Groups trials into populations: equal structure together, in order, up to a maximum size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import ceil

from caviar.interfaces.trainer import Trainer
from caviar.values.trial import Trial

_LEAST = 16  # a population of this part of `max_population` still shares a step's calls well enough
_INSTANT = 1e-6  # seconds: a training that took no measurable time still counts
_ROUNDING = 1e-9  # of sums and ratios


def group(
    trials: Sequence[Trial], trainer: Trainer, floats: frozenset[str], workers: int, max_population: int
) -> list[tuple[Trial, ...]]:
    """The populations of trials at the same epoch, the longest training first.

    What they will take is foreseen from what they have taken; of new ones it is not known. A structure is cut into
    pieces of about equal cost: none above one worker's share, nor larger than `max_population`, where the trainer
    leaves it open. Where there are several structures, none takes more than about half a worker's share of what is
    left either, so that no worker waits long for the last. How trials are grouped never changes a result.
    """
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trainer.fuse_key(trial.values, floats), []).append(trial)
    largest, whole = trainer.population or max_population, _cost(trials)
    least = max(1, max_population // _LEAST)
    populations: list[tuple[Trial, ...]] = []
    left = whole
    for members in sorted(groups.values(), key=_cost, reverse=True):
        while members:
            cost, share = _cost(members), whole / workers
            if len(groups) > 1 and workers > 1:
                share = min(share, max(left / workers / 2, least * cost / len(members)))
            pieces = min(len(members), max(ceil(len(members) / largest), ceil(cost / share - _ROUNDING)))
            count = min(largest, _reaching(cost / pieces, members))
            populations.append(tuple(members[:count]))
            members, left = members[count:], left - _cost(members[:count])
    return sorted(populations, key=_cost, reverse=True)


def _reaching(cost: float, members: Sequence[Trial]) -> int:
    """The number of leading trials that together reach a cost."""
    sums = accumulate(_cost([trial]) for trial in members)
    return next((count for count, each in enumerate(sums, 1) if each >= cost * (1 - _ROUNDING)), len(members))


def _cost(trials: Iterable[Trial]) -> float:
    """The seconds that the trials took so far; one for each if unknown."""
    return sum(max(trial.seconds, _INSTANT) if trial.epochs else 1.0 for trial in trials)
