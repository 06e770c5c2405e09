"""A search of rounds on many workers, simulated: how much of their time workers train, by the rule of when to propose.

Trials start in their order, each on the worker that is free first. A round can be proposed once the trials before it
have ended, all but the `late` newest: 0 is the barrier at the end of a round, the size of a round lets one round run
ahead. Which trials a proposal knows depends on their numbers alone, never on time: the search stays deterministic.
"""

from __future__ import annotations

from heapq import heapify, heapreplace
from typing import Any

import numpy


def utilization(times: Any, workers: int, size: int, late: int = 0) -> float:
    """The share of all workers' time in which they train, from the first start to the last end.

    times: float64 (trials), the seconds of each. Free trials are taken up at once: nothing but the rounds costs time.
    """
    seconds = numpy.asarray(times, dtype=numpy.float64).tolist()
    free = [0.0] * workers
    heapify(free)
    ends: list[float] = []
    known, latest, ready = 0, 0.0, 0.0  # the trials that a proposal waited for, when they all had ended
    for index, cost in enumerate(seconds):
        if index % size == 0:
            while known < index - late:
                latest = max(latest, ends[known])
                known += 1
            ready = latest
        end = max(free[0], ready) + cost
        heapreplace(free, end)
        ends.append(end)
    return float(sum(seconds) / (workers * max(ends)))


def of_exponential(workers: int, size: int) -> float:
    """The same in closed form, of one round of exponentially distributed times.

    While trials wait, one of the workers ends after 1 / workers of the mean; the last ones end after the harmonic sum.
    """
    harmonic = float((1 / numpy.arange(1, workers + 1)).sum())
    return size / (size - workers + workers * harmonic)
