"""What the tests of a study's ledger share: its values, small and awkward."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import nan
from pathlib import Path

import numpy
import pytest
from caviar.engine.storage.study_ledger import StudyLedger, TrialRecord, open_study
from caviar.plugin import Metrics, StudyRecord, Trial, TrialState
from caviar_plugins import SQLite

Finish = Callable[..., TrialRecord]


@pytest.fixture
def study() -> StudyRecord:
    return StudyRecord('name = "x"\n', {"numpy": "2.4"}, "abc", {"optimizer.adam": "caviar-ml 0.1.0"}, "r2", "maximize")


@pytest.fixture
def trials() -> Sequence[Trial]:
    return tuple(Trial(i, 0, (i / 7, nan), {"optimizer.learning_rate": 0.1 + i / 3}) for i in range(8))


@pytest.fixture
def finish(trials: Sequence[Trial]) -> Finish:
    """The record of a finished trial with an objective and weights that tell it from others."""

    def record(index: int, objective: float | None, attempt: int = 1, epochs: int = 2) -> TrialRecord:
        trial = replace(trials[index], state=TrialState.FINISHED, epochs=epochs, objective=objective)
        metrics = Metrics(("loss", "accuracy"), 1, numpy.full((1, epochs, 2), attempt, dtype=numpy.float64))
        return TrialRecord(trial, attempt, metrics, {"layer1.weight": numpy.full((3, 2), index, numpy.float32)})

    return record


@pytest.fixture
def ledger(tmp_path: Path, study: StudyRecord, trials: Sequence[Trial]) -> Iterator[StudyLedger]:
    """A study of eight queued trials that keeps the weights of three."""
    with open_study(SQLite(keep=3), tmp_path / "run", "maximize") as ledger:
        ledger.describe(study)
        ledger.add_round(trials)
        yield ledger
