"""A study for the kit of stores: small, and of awkward values."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy

from caviar.interfaces.store import StudyRecord, TrialRecord
from caviar.values.metrics import Metrics
from caviar.values.trial import Trial, TrialState

STUDY = StudyRecord('name = "x"\n', {"numpy": "2.4"}, "abc", {"optimizer.adam": "caviar-ml 0.1"}, "r2", "maximize")
VALUES = {"rate": 0.1, "units": 32, "sizes": (3, 5), "list": [1, 2.5, "ä"], "flag": True, "name": "adam", "big": 2**60}
TRIALS = tuple(Trial(index, 0, (index / 7, nan), {**VALUES, "rate": 0.1 + index / 3}) for index in range(6))


def ended(index: int, objective: float | None, attempt: int = 1, epochs: int = 2, first: int = 1) -> TrialRecord:
    """The record of a finished trial, with numbers that tell it from others."""
    trial = replace(TRIALS[index], state=TrialState.FINISHED, epochs=epochs, objective=objective)
    metrics = Metrics(("loss", "accuracy"), first, numpy.full((1, epochs, 2), float(attempt)))
    return TrialRecord(trial, attempt, metrics, {"layer1.weight": numpy.full((3, 2), index, numpy.float32)})
