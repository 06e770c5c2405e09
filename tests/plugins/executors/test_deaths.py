"""A worker that dies or is stuck costs its segment only; one that compiles or was not listened to is waited for."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from subprocess import Popen
from time import sleep

import pytest
from caviar import Problem, TrialState
from caviar.text.once import say_anew
from caviar_plugins import Inline, Processes
from caviar_plugins.executors.worker_handle import Dead

from tests.plugins.executors.jobs import go, job, segment

# Cannot be loaded once a file is there.
LARGE = """
from pathlib import Path
from caviar_plugins import SGD

if Path(__file__).with_name("small").exists():
    raise OSError(12, "Cannot allocate memory")

class Large(SGD):
    pass
"""


def test_a_worker_that_dies_costs_nothing_but_a_second_try(file: Path) -> None:
    once = job(file, "optimizer.use=once", f"optimizer.marker={file.parent / 'marker'}")
    segments = [segment(0, 1), segment(2)]
    there, _ = go(Processes(workers=1), once, segments)
    assert (file.parent / "marker").exists()
    assert there == go(Inline(), once, segments)[0]


def test_a_trial_that_kills_its_workers_has_failed_and_the_others_are_unaffected(file: Path) -> None:
    deadly = job(file, "optimizer.use=deadly", "optimizer.by=SIGSEGV")
    there, _ = go(Processes(workers=2), deadly, [segment(0, 1, rates=(0.1, 0.5)), segment(2)])
    calm, _ = go(Inline(), deadly, [segment(0), segment(2)])
    state, epoch, *_, reason, _ = there.pop(1)
    assert (state, epoch) == (TrialState.FAILED, 0)
    assert reason == "two worker processes that trained it died, the last one killed by SIGSEGV"
    assert there == calm


def not_ignored(number: int) -> None:
    with suppress(OSError):  # SIGKILL cannot be ignored
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("by", "from_outside"),
    [
        *((by, False) for by in ("SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGSYS", "SIGTRAP")),
        *((by, True) for by in ("SIGHUP", "SIGINT", "SIGKILL", "SIGTERM", "SIGXCPU")),
    ],
)
def test_a_signal_that_a_process_raises_by_a_fault_of_its_own_is_told_from_one_that_others_send(
    by: str, from_outside: bool
) -> None:
    number = getattr(signal, by)
    # A shell starts what runs in the background with SIGINT ignored, and children inherit that.
    with Popen(["sleep", "1000"], preexec_fn=partial(not_ignored, number)) as process:
        process.send_signal(number)
    death = Dead(process.returncode)
    assert (str(death), death.by_itself) == (f"killed by {by}", not from_outside)


def test_a_trial_whose_workers_are_killed_from_outside_has_not_failed_and_the_others_are_trained(
    file: Path,
) -> None:
    deadly = job(file, "optimizer.use=deadly", "optimizer.by=SIGKILL")
    there, _ = go(Processes(workers=2), deadly, [segment(0, 1, rates=(0.1, 0.5)), segment(2)])
    calm, _ = go(Inline(), deadly, [segment(0), segment(2)])
    state, epoch, *_, reason, _ = there.pop(1)
    assert (state, epoch) == (TrialState.QUEUED, 0)
    assert reason == "its worker process was killed by SIGKILL 3 times in a row, from outside"
    assert there == calm


def test_a_trial_whose_workers_are_killed_from_outside_twice_is_begun_again_and_one_line_reports_it(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    say_anew()
    notes = file.parent / "notes"
    settings = ("optimizer.use=deadly", "optimizer.by=SIGTERM", "optimizer.times=2", f"optimizer.notes={notes}")
    alone = segment(1, rates=(0.5,))
    there, _ = go(Processes(workers=1), job(file, *settings), [alone])
    assert notes.read_text() == "xx"
    told = "a worker process was killed by SIGTERM, from outside; its trials are trained again"
    assert [record.getMessage() for record in caplog.records] == [told]
    assert there == go(Inline(), job(file, *settings), [alone])[0]


def test_a_trial_whose_worker_the_kernel_killed_for_memory_says_so_and_is_not_begun_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = file.parent / "notes"
    # The kernel's count, which no test may raise: one more each time it is looked at.
    monkeypatch.setattr("caviar_plugins.executors.pool.oom_kills", iter(range(1000)).__next__)
    settings = ("optimizer.use=deadly", "optimizer.by=SIGKILL", f"optimizer.notes={notes}")
    with Processes(workers=1).open(job(file, *settings), lambda: None, 0) as workers:
        outcomes = list(workers.run([segment(0, 1, rates=(0.1, 0.5))], lambda epoch: None))
    members = {each.trial: each for outcome in outcomes for each in outcome.members}
    assert members[0].state is TrialState.FINISHED
    assert (members[1].state, members[1].fault) == (TrialState.QUEUED, "memory")
    assert members[1].reason == "its worker process was killed because memory ran out"
    assert notes.read_text() == "xx"  # with its companion, then alone


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
    say_anew()
    limited = [replace(segment(trial), seconds=(0.1,)) for trial in (0, 1)]
    there, _ = go(Processes(workers=2), job(file, "optimizer.use=cold"), limited)
    assert TrialState.FAILED not in {there[trial][0] for trial in (0, 1)}
    assert [record.getMessage() for record in caplog.records] == [
        "compiling kernels for this machine, which is done once and may take a minute"
    ]


def test_a_worker_that_was_not_listened_to_is_not_taken_for_stuck(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the user has stopped the coordinator for a while, or a commit took long."""
    limited = replace(segment(0, rates=(0.5,), until=12), seconds=(60.0,))
    with Processes(workers=1).open(job(file, "optimizer.use=slow", "trainer.epochs=12"), lambda: None, 0) as workers:
        list(workers.run([segment(1)], lambda epoch: None))  # libraries are loaded now
        monkeypatch.setattr("caviar_plugins.executors.pool._SLACK", 0)
        monkeypatch.setattr("caviar_plugins.executors.pool._GRACE", 1.5)
        (outcome,) = workers.run([limited], lambda epoch: sleep(2) if epoch.epoch == 1 else None)
    assert outcome.members[0].state is TrialState.FINISHED, outcome.members[0].reason


def test_a_worker_for_whose_libraries_memory_does_not_suffice_says_so_in_one_line(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (file.parent / "optimizers.py").write_text(LARGE)
    work = job(file, "optimizer=large")
    (file.parent / "small").touch()
    with (
        Processes(workers=1).open(work, lambda: None, 0) as workers,
        pytest.raises(Problem, match=r"^a worker process could not start: .*Cannot allocate memory"),
    ):
        list(workers.run([segment(0)], lambda epoch: None))
    assert capfd.readouterr().err == ""


def test_workers_that_cannot_start_end_the_run_with_the_reason(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with Processes(workers=1).open(job(file), lambda: None, 0) as workers:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)  # or they may be forks, which need no path
        monkeypatch.setattr(sys, "path", ["/nowhere"])
        with pytest.raises(Problem, match="a worker process could not start: ended with exit code 1"):
            list(workers.run([segment(0)], lambda epoch: None))
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(Problem, match=r"a worker process could not start: .*No such file.*'/nowhere/python'"):
            list(workers.run([segment(0)], lambda epoch: None))
    assert "No module named" in capfd.readouterr().err
