"""Bunches: trials that are trained alone but take milliseconds, several of which a worker is given at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import ceil

from caviar.values.trial import Trial, TrialState

_SECONDS = 0.1  # of training in a bunch, which is recorded, or lost with its worker, as a whole
_MOST = 32  # trials
_RECENT = 32  # trials whose times count
_SHARE = 0.9  # of these; a few take long because a library is imported, or the machine is busy
_INSTANT = 1e-4  # seconds: a training that took no measurable time still counts


def bunches(trials: Sequence[Trial], known: Callable[[], Sequence[Trial]], workers: int) -> Iterator[tuple[Trial, ...]]:
    """New trials in bunches, each made when a worker is free for it, from the trials that are `known` by then.

    What a message, a commit and a sync take is shared by a bunch. It holds as many as would take 0.1 s if each took as
    long as the longest of the latest trials, a tenth aside: one alone where nothing is known, or where trials take
    longer. Which trials are together changes no result.
    """
    share, first = ceil(len(trials) / workers / 2), 0
    while first < len(trials):
        recent = sorted(islice((each.seconds for each in reversed(known()) if _measured(each)), _RECENT))
        longest = recent[int(_SHARE * (len(recent) - 1))] if recent else _SECONDS
        count = max(1, min(share, _MOST, int(_SECONDS / max(longest, _INSTANT))))
        yield tuple(trials[first : first + count])
        first += count


def _measured(trial: Trial) -> bool:
    """Whether it is known how long the trial took; how long one took to fail is not."""
    return trial.state.done and trial.state is not TrialState.FAILED
