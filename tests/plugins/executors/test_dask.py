"""Dask, with real clusters on loopback: it gives what inline gives, and the deaths of its workers cost nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from caviar import Executor, Optimizer, Pipeline, Problem, TrialState, load
from caviar.engine.data.resolve import resolve_run
from caviar.plugin import EpochInfo, Segment, Stopped
from caviar.testing import ExecutorContract
from caviar.text.once import say_anew
from caviar_plugins import MLP, Choice, Dask, Digits, Inline, Processes

from tests.plugins.executors.clusters import Commands, cluster, descendants, listening, until
from tests.plugins.executors.jobs import go, job, plain, segment

pytest.importorskip("distributed", reason="distributed is not installed: pip install 'caviar-ml[dask]'")
pytestmark = pytest.mark.peers
slow = pytest.mark.slow

# Kills the Dask worker whose process trains it, the first time or each time.
MURDEROUS = """
import os, signal
from pathlib import Path
from typing import Any, ClassVar
from caviar_plugins import SGD

class Murderous(SGD):
    notes: str
    times: int = 1000

    def update(self, parameters, gradients, state, step, layout):
        notes = Path(self.notes)
        if (self.learning_rate == 0.5).any() and len(notes.read_text() if notes.is_file() else "") < self.times:
            with notes.open("a") as file:
                file.write("x")
            os.kill(os.getppid(), signal.SIGKILL)
            signal.pause()
        super().update(parameters, gradients, state, step, layout)
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with cluster(tmp_path_factory.mktemp("two")) as commands:
        yield commands


def test_a_cluster_of_its_own_gives_inlines_bits_listens_on_loopback_alone_and_leaves_nothing(file: Path) -> None:
    before, work, heard = descendants(os.getpid()), job(file), list[EpochInfo]()
    segments = [segment(0, 1), segment(2), segment(3, 4, 5, until=2), segment(6)]
    here, told = go(Inline(), work, segments)
    with Dask(workers=2).open(work, lambda: None, 7) as workers:
        assert workers.count == 2
        outcomes = list(workers.run(segments, heard.append))
        assert listening(descendants(os.getpid()) | {os.getpid()}) == {"0100007F"}
    assert descendants(os.getpid()) == before
    assert {member.trial: plain(member) for outcome in outcomes for member in outcome.members} == here
    assert sorted(heard, key=lambda each: (each.trials, each.epoch)) == told


@slow
class TestDask(ExecutorContract):
    executor: ClassVar[Executor]

    @pytest.fixture(autouse=True)
    def on_two(self, two: Commands) -> None:
        type(self).executor = Dask(address=two.address)


@slow
def test_inline_processes_and_dask_give_the_same_bits(file: Path, two: Commands) -> None:
    work, segments = job(file), [segment(0, 1), segment(2), segment(3, 4, 5, until=2), segment(6)]
    here, _ = go(Inline(), work, segments)
    for executor in (*(Processes(workers=count) for count in (1, 2, 4)), Dask(address=two.address), Dask(workers=1)):
        assert go(executor, work, segments)[0] == here


@slow
def test_epochs_are_heard_while_a_segment_is_trained(file: Path, two: Commands) -> None:
    epochs = list[EpochInfo]()

    def check_stop() -> None:
        if len(epochs) >= 2:
            raise Stopped

    endless = job(file, "trainer.epochs=1000000")
    with pytest.raises(Stopped), Dask(address=two.address).open(endless, check_stop, 1) as workers:
        list(workers.run([segment(0, until=1_000_000)], epochs.append))


@slow
def test_a_worker_with_several_threads_trains_as_many_segments_at_once(file: Path, tmp_path: Path) -> None:
    with cluster(tmp_path, workers=0) as commands:
        commands.worker(threads=3)
        with Dask(address=commands.address).open(job(file), lambda: None, 3) as workers:
            assert workers.count == 3
            found = list(workers.run([segment(0), segment(1), segment(2)], lambda epoch: None))
            assert len(descendants(commands.workers[0].pid)) == 3
        assert not descendants(commands.workers[0].pid)
    assert len(found) == 3


@slow
def test_a_stopped_run_leaves_no_process_in_the_workers(file: Path, two: Commands) -> None:
    epochs = list[EpochInfo]()

    def check_stop() -> None:
        if epochs:
            raise Stopped

    endless = job(file, "trainer.epochs=1000000")
    with pytest.raises(Stopped), Dask(address=two.address).open(endless, check_stop, 2) as workers:
        list(workers.run([segment(each, until=1_000_000) for each in range(2)], epochs.append))
    assert not descendants(two.workers[0].pid) | descendants(two.workers[1].pid)


@slow
def test_a_worker_that_dies_costs_nothing_but_a_second_try(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    say_anew()
    (file.parent / "optimizers.py").write_text(MURDEROUS)
    work = job(file, "optimizer.use=murderous", f"optimizer.notes={file.parent / 'notes'}", "optimizer.times=1")
    segments = [segment(0, 1, rates=(0.1, 0.5)), segment(2), segment(3)]
    with cluster(file.parent) as commands:
        there, _ = go(Dask(address=commands.address), work, segments)
        assert sum(each.poll() is None for each in commands.workers) == 1
    assert there == go(Inline(), work, segments)[0]
    line = caplog.records[-1].getMessage()  # the first may be that there are no workers yet
    assert line.startswith("the Dask worker at tcp://127.0.0.1:")
    assert line.endswith("was lost; its trials are trained again")


@slow
def test_a_trial_whose_workers_die_again_and_again_is_set_aside_and_the_others_are_trained(file: Path) -> None:
    (file.parent / "optimizers.py").write_text(MURDEROUS)
    notes = file.parent / "notes"
    work = job(file, "optimizer.use=murderous", f"optimizer.notes={notes}")
    segments = [segment(0, 1, rates=(0.1, 0.5)), segment(2)]
    there, _ = go(Dask(workers=2), work, segments)
    calm, _ = go(Inline(), work, [segment(0), segment(2)])
    state, epoch, *_, reason, _ = there.pop(1)
    assert (state, epoch) == (TrialState.QUEUED, 0)
    assert reason == "the Dask workers that trained it died, 3 times in a row"
    assert there == calm
    assert notes.read_text() == "xxxxxx"


@slow
def test_a_trial_that_kills_its_process_has_failed_and_its_worker_lives(file: Path, two: Commands) -> None:
    deadly = job(file, "optimizer.use=deadly", "optimizer.by=SIGSEGV")
    there, _ = go(Dask(address=two.address), deadly, [segment(0, rates=(0.5,)), segment(2)])
    assert there[0][0] is TrialState.FAILED
    assert there[0][4] == "two worker processes that trained it died, the last one killed by SIGSEGV"
    assert all(each.poll() is None for each in two.workers)


@slow
def test_a_worker_that_joins_is_used(file: Path, tmp_path: Path) -> None:
    used = set[str]()

    def segments() -> Iterator[Segment]:
        trial = 0
        while len(used) < 2:
            yield segment(trial, until=1)
            trial += 1

    with (
        cluster(tmp_path, workers=1) as commands,
        Dask(address=commands.address).open(job(file), lambda: None, 1) as workers,
    ):
        for number, outcome in enumerate(workers.run(segments(), lambda epoch: None)):
            assert outcome.worker is not None
            used.add(outcome.worker)
            if number == 0:
                commands.worker()
        assert workers.count == 2
    assert all(address.startswith("tcp://127.0.0.1:") for address in used)


@slow
def test_nobody_waits_for_a_first_worker_in_silence(
    file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    say_anew()
    with (
        cluster(tmp_path, workers=0) as commands,
        Dask(address=commands.address).open(job(file), lambda: None, 1) as workers,
    ):
        outcomes = workers.run([segment(0)], lambda epoch: None)
        commands.worker()
        assert workers.count == 1
        assert len(list(outcomes)) == 1
    (line,) = {record.getMessage() for record in caplog.records}
    assert line == f"the Dask scheduler at {commands.address} has no workers; waiting for one to join"


@slow
def test_a_scheduler_that_is_not_there_is_a_clear_error(file: Path) -> None:
    with (
        Dask(address="tcp://127.0.0.1:9").open(job(file), lambda: None, 1) as workers,
        pytest.raises(Problem, match=r"no Dask scheduler can be reached at tcp://127.0.0.1:9: .*'dask scheduler'"),
    ):
        list(workers.run([segment(0)], lambda epoch: None))


def test_a_plugin_that_only_this_process_knows_is_refused() -> None:
    class Still(Optimizer):
        def init(self, parameters: Any, layout: Any) -> Any:
            return {}

        def update(self, parameters: Any, gradients: Any, state: Any, step: Any, layout: Any) -> None:
            pass

    pipeline = Pipeline(data=Digits(), model=MLP(units=Choice((3, 4))), optimizer=Still(), reporter=())
    with pytest.raises(Problem, match=r"cannot send a plugin that only this process knows, .* a code file"):
        Dask().open(resolve_run(pipeline)[0], lambda: None, 1)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (("executor.address=tcp://10.0.0.1:8786", "executor.workers=2"), "leave out one of the two"),
        (("executor.address=10.0.0.1:8786",), "an address begins with its protocol: tcp://10.0.0.1:8786"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_before_anything_is_read(
    file: Path, settings: tuple[str, ...], told: str
) -> None:
    with pytest.raises(Problem, match=told):
        load(file, ("executor=dask", *settings))


def test_where_distributed_is_missing_the_command_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Problem, match=r"pip install 'caviar-ml\[dask\]'"):
        load(file, ("executor=dask",))


@slow
def test_processes_of_a_killed_coordinator_end_and_the_workers_stay(file: Path, two: Commands) -> None:
    script = file.parent / "script.py"
    script.write_text(
        "import caviar\n"
        f"caviar.load({str(file)!r}, ['trainer.epochs=1000000', 'reporter=[]', 'executor=dask',"
        f" 'executor.address={two.address}', 'search.trials=2']).run(runs={str(file.parent / 'runs')!r})\n"
    )
    coordinator = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until(lambda: all(descendants(each.pid) for each in two.workers), coordinator)
    coordinator.kill()
    coordinator.communicate()
    until(lambda: not any(descendants(each.pid) for each in two.workers))
    assert all(each.poll() is None for each in two.workers)
