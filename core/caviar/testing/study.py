"""A study for the contract of stores: small, with unusual values."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy

from caviar.interfaces.store import Artifact, Changes, Curve, Origin, StudyRecord
from caviar.values.earlier import EarlierTrial
from caviar.values.metrics import Metrics
from caviar.values.trial import Trial, TrialState

VALUES = {"rate": 0.1, "units": 32, "sizes": (3, 5), "list": [1, 2.5, "ä"], "flag": True, "name": "adam", "big": 2**60}
TRIALS = tuple(Trial(index, 0, (index / 7, nan), {**VALUES, "rate": 0.1 + index / 3}) for index in range(6))
EARLIER = EarlierTrial(replace(TRIALS[1], state=TrialState.DIVERGED, objective=-inf, violation=inf), (0.1, nan, -inf))
ORIGINS = Origin(20, {"numpy": "2.4", "blas": "größer"}), Origin(40, {})
STUDY = StudyRecord(
    'name = "x"\n', {"numpy": "2.4"}, "abc", {"optimizer.adam": "caviar-ml 0.1"}, "r2", "maximize", (EARLIER,), ORIGINS
)
BEGUN = Changes(STUDY, {trial.index: trial for trial in TRIALS})


def ended(index: int, objective: float | None, attempt: int = 1, epochs: int = 2, first: int = 1) -> Changes:
    """The rows of a finished trial, with numbers that distinguish it from others."""
    trial = replace(TRIALS[index], state=TrialState.FINISHED, epochs=first - 1 + epochs, objective=objective)
    metrics = Metrics(("loss", "accuracy"), first, numpy.full((1, epochs, 2), float(attempt)))
    artifact = Artifact(f"models/trial-{index}-{attempt}", 100 + index, "ab" * 32)
    curve = Curve(index, attempt, metrics)
    return Changes(trials={index: trial}, attempts={index: attempt}, curves=(curve,), artifacts={index: artifact})
