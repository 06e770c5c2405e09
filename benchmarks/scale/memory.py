"""What a trial takes of the coordinator's memory."""

from __future__ import annotations

import tracemalloc

import numpy
from caviar.plugin import Trial, TrialState

_MANY = 20_000
_PATHS = tuple(f"optimizer.value{place}" for place in range(6))
_METRICS = tuple(f"validation.metric{place}" for place in range(3))


def bytes_of_a_trial() -> float:
    """One of 6 hyperparameters and 3 metrics, as the ledger holds it."""
    draw = numpy.random.default_rng(0)
    tracemalloc.start()
    trials = [_trial(number, draw.random(9).tolist()) for number in range(_MANY)]
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / len(trials)


def _trial(number: int, drawn: list[float]) -> Trial:
    point, measured = tuple(drawn[:6]), drawn[6:]
    values, metrics = dict(zip(_PATHS, point, strict=True)), dict(zip(_METRICS, measured, strict=True))
    return Trial(number, number // 64, point, values, TrialState.FINISHED, 10, metrics, measured[0])
