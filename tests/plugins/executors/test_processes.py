"""Processes give what inline gives; a worker that dies costs its segment only; nothing of them is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from caviar import (
    Array,
    EpochInfo,
    Executor,
    History,
    Optimizer,
    Pipeline,
    Problem,
    Random,
    Search,
    Segment,
    Space,
    Stopped,
    TrialState,
    load,
)
from caviar.engine.job import Work
from caviar.engine.setup import set_up
from caviar.registry import index
from caviar.testing import ExecutorContract
from caviar_plugins import MLP, Choice, Digits, Inline, PopulationTrainer, Processes, RandomSearch

OPTIMIZERS = '''
"""Optimizers that kill the process they run in: the first time only, or wherever they meet a certain trial."""

import ctypes
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import caviar
from caviar_plugins import SGD


class Once(SGD):
    marker: str = ""

    def update(self, parameters, gradients, state, step, layout):
        if not Path(self.marker).exists():
            Path(self.marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        super().update(parameters, gradients, state, step, layout)


class Stuck(SGD):
    def update(self, parameters, gradients, state, step, layout):
        if (self.learning_rate == 0.5).any():
            ctypes.PyDLL(None).sleep(1000)  # holds Python's lock: no other thread of the process can act
        super().update(parameters, gradients, state, step, layout)


class Cold(SGD):
    """Compiles for six seconds at its first step, as numba tells of it."""

    def update(self, parameters, gradients, state, step, layout):
        from numba.core import event

        if (step == 1).all():
            with event.trigger_event("numba:compile", {"dispatcher": SimpleNamespace(py_func=SGD.update)}):
                ctypes.PyDLL(None).sleep(6)  # holds Python's lock, as compiling does
        super().update(parameters, gradients, state, step, layout)


class Slow(SGD):
    """Takes 0.3 seconds for an epoch."""

    def update(self, parameters, gradients, state, step, layout):
        if (self.learning_rate == 0.5).any():
            ctypes.PyDLL(None).usleep(50_000)
        super().update(parameters, gradients, state, step, layout)


class Deadly(SGD):
    def update(self, parameters, gradients, state, step, layout):
        if (self.learning_rate == 0.5).any():
            os.kill(os.getpid(), signal.SIGKILL)
        super().update(parameters, gradients, state, step, layout)
'''

PIPELINE = """
name = "p"
data = "digits"
[model]
units = 4
[optimizer]
use = "sgd"
learning_rate = { uniform = [0.01, 1.0] }
[trainer]
epochs = 3
batch_size = 512
"""


class TestProcesses(ExecutorContract):
    executor = Processes(workers=2)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "p.toml").write_text(PIPELINE)
    (tmp_path / "optimizers.py").write_text(OPTIMIZERS)
    yield tmp_path / "p.toml"
    index.forget("caviar_code_")


def job(file: Path, *settings: str) -> Work:
    return set_up(load(file, settings, file.parent / "optimizers.py"))[0]


def segment(*trials: int, rates: tuple[float, ...] = (), until: int = 3) -> Segment:
    rates = rates or tuple(0.1 + trial / 100 for trial in trials)
    return Segment(trials, tuple({"optimizer.learning_rate": rate} for rate in rates), 0, until)


def go(executor: Executor, work: Work, segments: list[Segment]) -> tuple[dict[int, Any], list[EpochInfo]]:
    """Each trial's outcome as plain comparable values, and what was told."""
    told = list[EpochInfo]()
    with executor.open(work, lambda: None) as workers:
        outcomes = list(workers.run(segments, told.append))
    return {member.trial: plain(member) for outcome in outcomes for member in outcome.members}, told


def plain(member: Any) -> Any:
    arrays = {**(member.weights or {}), **(member.carry or {})}
    rows = None if member.metrics is None else member.metrics.values.tolist()
    bits = {name: (str(array.dtype), array.shape, array.tobytes()) for name, array in arrays.items()}
    return member.state, member.epoch, rows, member.final, member.reason, bits


def test_one_worker_and_four_give_inlines_bits_and_tell_the_same(file: Path) -> None:
    work = job(file)
    segments = [segment(0, 1), segment(2), segment(3, 4, 5, until=2), segment(6)]
    here, told = go(Inline(), work, segments)
    assert [here[trial][0] for trial in range(7)] == [*["finished"] * 3, *["paused"] * 3, "finished"]
    for count in (1, 4):
        there, heard = go(Processes(workers=count), work, segments)
        assert there == here
        assert sorted(heard, key=lambda each: (each.trials, each.epoch)) == told


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
        "compiling kernels for this machine, once: some 10 seconds"
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


def children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def test_no_worker_is_started_for_nothing_and_none_stays(file: Path) -> None:
    before = children()
    with Processes(workers=3).open(job(file), lambda: None) as workers:
        assert workers.count == 3
        assert list(workers.run([], lambda epoch: None)) == []
        assert children() == before
        assert len(list(workers.run([segment(0, until=1)], lambda epoch: None))) == 1
        assert len(children() - before) == 1
    assert children() == before


def test_workers_that_are_expected_start_before_their_segment_and_no_more_than_can_be_used(file: Path) -> None:
    before = children()
    with Processes(workers=3).open(job(file), lambda: None) as workers:
        workers.expect(0)
        assert children() == before
        workers.expect(2)
        early = children() - before
        assert len(early) == 2
        assert len(list(workers.run([segment(0, until=1), segment(1, until=1)], lambda epoch: None))) == 2
        assert children() - before == early
        workers.expect(9)
        assert len(children() - before) == 3
    assert children() == before


def test_a_run_starts_its_workers_before_the_first_round_is_proposed_and_none_for_a_run_that_is_done(
    tmp_path: Path,
) -> None:
    before, seen = children(), list[int]()

    class Watchful(RandomSearch):
        name = "watchful"

        def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
            seen.append(len(children() - before))
            return super().propose(space, history, count, random)

    for trials in (2, 2, 4):
        Pipeline(
            data=Digits(),
            model=MLP(units=Choice((4, 8))),
            trainer=PopulationTrainer(epochs=1),
            search=Search(strategy=Watchful(), trials=trials, round=2),
            executor=Processes(workers=2),
            reporter=(),
        ).run(runs=tmp_path)
    assert seen == [2, 2]


def test_the_wish_to_stop_is_heard_while_workers_train(file: Path) -> None:
    before, epochs = children(), list[EpochInfo]()

    def check_stop() -> None:
        if epochs:
            raise Stopped

    with (
        pytest.raises(Stopped),
        Processes(workers=2).open(job(file, "trainer.epochs=1000000"), check_stop) as workers,
    ):
        list(workers.run([segment(0, until=1000000), segment(1, until=1000000)], epochs.append))
    assert children() == before


def test_a_plugin_that_only_this_process_knows_is_run_here() -> None:
    class Still(Optimizer):
        def init(self, parameters: Any, layout: Any) -> Any:
            return {}

        def update(self, parameters: Any, gradients: Any, state: Any, step: Any, layout: Any) -> None:
            pass

    pipeline = Pipeline(data=Digits(), model=MLP(units=Choice((3, 4))), optimizer=Still(), reporter=())
    work = set_up(pipeline)[0]
    assert work.blueprint() is None
    before = children()
    with Processes(workers=2).open(work, lambda: None) as workers:
        assert workers.count == 1
        (outcome,) = workers.run([Segment((0,), ({"model.units": 3},), 0, 1)], lambda epoch: None)
        assert children() == before
    assert outcome.members[0].state is TrialState.PAUSED


def test_a_code_file_that_changes_during_the_run_is_the_old_one_in_workers(file: Path) -> None:
    work = job(file, "optimizer.use=once", f"optimizer.marker={file.parent / 'marker'}")
    (file.parent / "marker").touch()
    with Processes(workers=1).open(work, lambda: None) as workers:
        (file.parent / "optimizers.py").write_text("raise SystemExit('never to be run')")
        (outcome,) = workers.run([segment(0, until=1)], lambda epoch: None)
    assert outcome.members[0].state is TrialState.PAUSED


def test_workers_that_cannot_start_end_the_run_with_the_reason(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with Processes(workers=1).open(job(file), lambda: None) as workers:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)  # or they may be forks, which need no path
        monkeypatch.setattr(sys, "path", ["/nowhere"])
        with pytest.raises(Problem, match="a worker process could not start: ended with exit code 1"):
            list(workers.run([segment(0)], lambda epoch: None))
    assert "No module named" in capfd.readouterr().err


def test_a_script_needs_no_main_guard_and_keeps_its_standard_output(file: Path) -> None:
    script = file.parent / "script.py"
    script.write_text(
        "import caviar, sys\nfrom pathlib import Path\nfrom caviar.engine.study import run\n"
        f"pipeline = caviar.load({str(file)!r}, ['search.trials=2', 'executor.workers=2', 'reporter=[]'])\n"
        f"print(len(run(pipeline, Path({str(file.parent / 'runs')!r})).summary.trials))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr, done.returncode) == ("2\n", "", 0)
