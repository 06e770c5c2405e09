"""Processes give what inline gives; nothing of them is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from caviar import Optimizer, Pipeline, Search, TrialState, load
from caviar.engine.data.resolve import resolve_run
from caviar.plugin import Array, EpochInfo, History, Random, Segment, Space, Stopped
from caviar.testing import ExecutorContract
from caviar_plugins import MLP, Choice, Digits, Inline, PopulationTrainer, Processes, RandomSearch

from tests.plugins.executors.jobs import children, go, job, segment


class TestProcesses(ExecutorContract):
    executor = Processes(workers=2)


def test_one_worker_and_four_give_inlines_bits_and_tell_the_same(file: Path) -> None:
    work = job(file)
    segments = [segment(0, 1), segment(2), segment(3, 4, 5, until=2), segment(6)]
    here, told = go(Inline(), work, segments)
    assert [here[trial][0] for trial in range(7)] == [*["finished"] * 3, *["paused"] * 3, "finished"]
    for count in (1, 4):
        there, heard = go(Processes(workers=count), work, segments)
        assert there == here
        assert sorted(heard, key=lambda each: (each.trials, each.epoch)) == told


def test_no_worker_is_started_for_nothing_and_none_stays(file: Path) -> None:
    before = children()
    with Processes(workers=3).open(job(file), lambda: None, 0) as workers:
        assert workers.count == 3
        assert list(workers.run([], lambda epoch: None)) == []
        assert children() == before
        assert len(list(workers.run([segment(0, until=1)], lambda epoch: None))) == 1
        assert len(children() - before) == 1
    assert children() == before


@pytest.mark.parametrize(("trials", "started"), [(0, 0), (2, 2), (9, 3)])
def test_workers_start_before_their_segments_and_no_more_than_can_be_used(
    file: Path, trials: int, started: int
) -> None:
    before = children()
    with Processes(workers=3).open(job(file), lambda: None, trials) as workers:
        early = children() - before
        assert len(early) == started
        if started == 2:
            assert len(list(workers.run([segment(0, until=1), segment(1, until=1)], lambda epoch: None))) == 2
            assert children() - before == early
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
            search=Search(baselines=False, strategy=Watchful(), trials=trials, round=2),
            executor=Processes(workers=2),
            reporter=(),
        ).run(runs=tmp_path)
    assert seen == [2, 2]


COUNTING = """
import os
from pathlib import Path
from caviar_plugins import ReLU


class Counting(ReLU):
    folder: str

    def forward(self, *known):
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        Path(self.folder, f"{os.getpid()} {len(children)}").touch()
        return super().forward(*known)
"""


def test_workers_have_ended_when_the_winner_is_tested(file: Path, tmp_path: Path) -> None:
    (tmp_path / "counting.py").write_text(COUNTING)
    (tmp_path / "seen").mkdir()
    settings = [f"model.activation={{use='counting', folder='{tmp_path / 'seen'}'}}", "executor.workers=2"]
    before = children()
    load(file, [*settings, "search.trials=2", "reporter=[]"], tmp_path / "counting.py").run(runs=tmp_path)
    seen = {tuple(map(int, path.name.split())) for path in (tmp_path / "seen").iterdir()}
    assert len({process for process, _ in seen}) > 1, "workers trained, and this process did the test part"
    assert {count for process, count in seen if process == os.getpid()} == {len(before)}


def test_the_wish_to_stop_is_heard_while_workers_train(file: Path) -> None:
    before, epochs = children(), list[EpochInfo]()

    def check_stop() -> None:
        if epochs:
            raise Stopped

    with (
        pytest.raises(Stopped),
        Processes(workers=2).open(job(file, "trainer.epochs=1000000"), check_stop, 2) as workers,
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
    work = resolve_run(pipeline)[0]
    assert work.job_spec() is None
    before = children()
    with Processes(workers=2).open(work, lambda: None, 0) as workers:
        assert workers.count == 1
        (outcome,) = workers.run([Segment((0,), ({"model.units": 3},), 0, 1)], lambda epoch: None)
        assert children() == before
    assert outcome.members[0].state is TrialState.PAUSED


def test_a_code_file_that_changes_during_the_run_is_the_old_one_in_workers(file: Path) -> None:
    work = job(file, "optimizer.use=once", f"optimizer.marker={file.parent / 'marker'}")
    (file.parent / "marker").touch()
    with Processes(workers=1).open(work, lambda: None, 0) as workers:
        (file.parent / "optimizers.py").write_text("raise SystemExit('never to be run')")
        (outcome,) = workers.run([segment(0, until=1)], lambda epoch: None)
    assert outcome.members[0].state is TrialState.PAUSED


def test_a_script_needs_no_main_guard_and_keeps_its_standard_output(file: Path) -> None:
    script = file.parent / "script.py"
    script.write_text(
        "import caviar, sys\nfrom pathlib import Path\nfrom caviar.engine.study import run\n"
        f"pipeline = caviar.load({str(file)!r}, ['search.trials=2', 'executor.workers=2', 'reporter=[]'])\n"
        f"print(len(run(pipeline, Path({str(file.parent / 'runs')!r})).summary.trials))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr, done.returncode) == ("2\n", "", 0)
