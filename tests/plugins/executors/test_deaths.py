"""A worker that dies or is stuck costs its segment only; one that compiles or was not listened to is waited for."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest
from caviar import (
    Problem,
    TrialState,
)
from caviar_plugins import Inline, Processes

from tests.plugins.executors.jobs import go, job, segment


def test_a_worker_that_dies_costs_nothing_but_a_second_try(file: Path) -> None:
    once = job(file, "optimizer.use=once", f"optimizer.marker={file.parent / 'marker'}")
    segments = [segment(0, 1), segment(2)]
    there, _ = go(Processes(workers=1), once, segments)
    assert (file.parent / "marker").exists()
    assert there == go(Inline(), once, segments)[0]


def test_a_trial_that_kills_its_workers_has_failed_and_the_others_do_not_feel_it(file: Path) -> None:
    deadly = job(file, "optimizer.use=deadly")
    there, _ = go(Processes(workers=2), deadly, [segment(0, 1, rates=(0.1, 0.5)), segment(2)])
    calm, _ = go(Inline(), deadly, [segment(0), segment(2)])
    state, epoch, *_, reason, _ = there.pop(1)
    assert (state, epoch) == (TrialState.FAILED, 0)
    assert reason == "two worker processes that trained it died, the last one killed by SIGKILL"
    assert there == calm


def test_a_trial_that_is_stuck_in_a_step_is_recorded_and_the_others_do_not_feel_it(file: Path) -> None:
    stuck = job(file, "optimizer.use=stuck")
    limited = replace(segment(0, 1, rates=(0.1, 0.5)), seconds=(0.1, 0.1))
    there, _ = go(Processes(workers=2), stuck, [limited, segment(2)])
    calm, _ = go(Inline(), stuck, [segment(2)])
    state, epoch, *_, reason, _ = there.pop(1)
    assert (state, epoch) == (TrialState.FAILED, 0)
    assert reason == "stuck in a step: its worker was killed after 5.2 s of silence (trial_seconds)"
    assert there.pop(0)[0] in (TrialState.FINISHED, TrialState.PRUNED)
    assert there == calm


def test_workers_that_compile_are_waited_for_and_say_so_once(
    file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caviar.values.once._said", set())
    limited = [replace(segment(trial), seconds=(0.1,)) for trial in (0, 1)]
    there, _ = go(Processes(workers=2), job(file, "optimizer.use=cold"), limited)
    assert TrialState.FAILED not in {there[trial][0] for trial in (0, 1)}
    assert [record.getMessage() for record in caplog.records] == [
        "compiling kernels for this machine, which is done once and may take a minute"
    ]


def test_a_worker_that_was_not_listened_to_is_not_taken_for_stuck(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the user has stopped the coordinator for a while, or a commit took long."""
    limited = replace(segment(0, rates=(0.5,), until=12), seconds=(60.0,))
    with Processes(workers=1).open(job(file, "optimizer.use=slow", "trainer.epochs=12"), lambda: None) as workers:
        list(workers.run([segment(1)], lambda epoch: None))  # libraries are loaded now
        monkeypatch.setattr("caviar_plugins.executors.pool._SLACK", 0)
        monkeypatch.setattr("caviar_plugins.executors.pool._GRACE", 1.5)
        (outcome,) = workers.run([limited], lambda epoch: sleep(2) if epoch.epoch == 1 else None)
    assert outcome.members[0].state is TrialState.FINISHED, outcome.members[0].reason


def test_workers_that_cannot_start_end_the_run_with_the_reason(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with Processes(workers=1).open(job(file), lambda: None) as workers:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)  # or they may be forks, which need no path
        monkeypatch.setattr(sys, "path", ["/nowhere"])
        with pytest.raises(Problem, match="a worker process could not start: ended with exit code 1"):
            list(workers.run([segment(0)], lambda epoch: None))
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(Problem, match=r"a worker process could not start: .*No such file.*'/nowhere/python'"):
            list(workers.run([segment(0)], lambda epoch: None))
    assert "No module named" in capfd.readouterr().err
