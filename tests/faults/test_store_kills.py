"""SIGKILL at every point between weight file, rename, commit and tidying up: nothing half recorded, nothing lost."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from caviar.engine.storage.study_ledger import StudyLedger, TrialRecord, open_study
from caviar.plugin import Metrics, StudyRecord, Trial, TrialState
from caviar_plugins.stores.sqlite import SQLite

# Records trial 0, then dies while trial 1, which is better, takes its place.
CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_store_kills import finished, opened

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def at(name, call):
    real, calls = getattr(os, name), []
    def counted(*values, **named):
        calls.append(values)
        if len(calls) == call:
            die()
        return real(*values, **named)
    setattr(os, name, counted)

with opened(Path(sys.argv[2])) as ledger:
    ledger.record([finished(0, 0.5, ledger.begin([0])[0])])
    attempt = ledger.begin([1])[0]
    point, _, call = sys.argv[3].partition(" ")
    if point == "commit":
        ledger._ledger._connection.set_trace_callback(lambda statement: die() if statement == "COMMIT" else None)
    else:
        at(point, int(call))
    ledger.record([finished(1, 0.9, attempt)])
"""


def opened(folder: Path) -> StudyLedger:
    ledger = open_study(SQLite(keep=1), folder, "maximize")
    if ledger.study() is None:
        ledger.describe(StudyRecord("", {}, "", {}, "loss", "maximize"))
        ledger.add_round([Trial(0, 0, (0.0,), {}), Trial(1, 0, (1.0,), {})])
    return ledger


def finished(index: int, objective: float, attempt: int) -> TrialRecord:
    trial = Trial(index, 0, (float(index),), {}, TrialState.FINISHED, 1, {}, objective)
    metrics = Metrics(("loss",), 1, numpy.full((1, 1, 1), float(attempt)))
    return TrialRecord(trial, attempt, metrics, {"w": numpy.full(1000, index, numpy.float32)})


def killed_at(point: str, folder: Path) -> None:
    here = str(Path(__file__).parent)
    child = subprocess.run([sys.executable, "-c", CHILD, here, str(folder), point], stderr=subprocess.PIPE, text=True)
    assert child.returncode == -signal.SIGKILL, child.stderr


@pytest.mark.parametrize("point", ["fsync 1", "replace 1", "fsync 2", "commit"])
def test_killed_before_the_commit_the_trial_is_as_it_was_and_can_be_retried(point: str, tmp_path: Path) -> None:
    killed_at(point, tmp_path)
    with opened(tmp_path) as ledger:
        assert [trial.state for trial in ledger.trials()] == [TrialState.FINISHED, TrialState.QUEUED]
        assert ledger.curves("loss") == {0: [1.0]}
        assert (ledger.weights(0)["w"] == 0).all()
        assert len(list((tmp_path / "models").iterdir())) == 1
        attempt = ledger.begin([1])[0]
        assert attempt == 2
        ledger.record([finished(1, 0.9, attempt)])
        assert ledger.curves("loss") == {0: [1.0], 1: [2.0]}
        assert (ledger.weights(1)["w"] == 1).all()


def test_killed_after_the_commit_the_trial_is_recorded_and_the_rest_tidied_up(tmp_path: Path) -> None:
    killed_at("unlink 1", tmp_path)
    assert len(list((tmp_path / "models").iterdir())) == 2
    with opened(tmp_path) as ledger:
        assert [trial.state for trial in ledger.trials()] == [TrialState.FINISHED, TrialState.FINISHED]
        assert (ledger.weights(1)["w"] == 1).all()
        assert len(list((tmp_path / "models").iterdir())) == 1


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    killed_at("commit", tmp_path)
    assert (tmp_path / "study.lock").read_text()
    opened(tmp_path).close()
