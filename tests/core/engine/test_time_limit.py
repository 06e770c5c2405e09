"""search.trial_seconds: whose time is over is pruned with the curve so far, its companions go on unchanged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
from caviar import Segment, TrialState, load
from caviar.engine.clock import Clock, OutOfTime
from caviar.engine.study import Run, run
from caviar.engine.twins import compiled
from caviar.registry import index
from caviar_plugins import MLP

PLUGINS = '''
"""A trainer that trains some members for ever; an executor that notes limits; a pruner that looks at every epoch."""

from pathlib import Path

import caviar
import numpy
from caviar_plugins import Inline


class Lazy(caviar.Trainer):
    """Members of width 7 are never done with epoch `until`; others have nothing to do."""

    until: int = 2
    width: caviar.Tunable[int] = 3

    def fuse_key(self, values, floats):
        return str(values)

    def start(self, population, data, context):
        return {"epoch": numpy.zeros(len(population))}

    def advance(self, state, population, data, context, until):
        while self.width == 7 and until == self.until:
            context.check_stop()
        state["epoch"] += 1
        rows = numpy.full((len(population), 1, 1), until / 10)
        return caviar.Advance(state, caviar.Metrics(("validation.accuracy",), until, rows), (None,) * len(population))

    def finish(self, state, population, data, context):
        return caviar.Finish({"epoch": state["epoch"]})

    def predict(self, weights, population, x, context):
        return numpy.zeros((len(population), len(x), len(context.task.classes)))


class Noting(Inline):
    def open(self, job, check_stop):
        workers = super().open(job, check_stop)
        run = workers.run

        def noted(segments, tell):
            with open(Path(__file__).parent / "noted", "a") as file:
                for segment in segments:
                    print(segment.seconds, file=file)
                    yield from run([segment], tell)

        workers.run = noted
        return workers


class Look(caviar.Pruner):
    def rungs(self, epochs, trial):
        return tuple(range(1, epochs))

    def decide(self, curves, trials, rung, goal):
        return (caviar.Decision.GO_ON,) * len(trials)
'''
PIPELINE = """
name = "p"
reporter = []
executor = "inline"
[data]
path = "blobs.npz"
[trainer]
use = "lazy"
epochs = 4
width = { choice = [3, 7] }
[search]
strategy = "grid"
trials = 2
trial_seconds = 0.5
"""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    y = numpy.arange(90) % 3
    numpy.savez(tmp_path / "blobs.npz", X=numpy.random.default_rng(0).normal(0, 1.2, (90, 4)), y=y)
    (tmp_path / "plugins.py").write_text(PLUGINS)
    (tmp_path / "p.toml").write_text(PIPELINE)
    yield tmp_path / "p.toml"
    index.forget("caviar_code_")


def search(file: Path, into: str, *settings: str) -> Run:
    return run(load(file, settings, file.parent / "plugins.py"), file.parent / into)


def by_width(done: Run) -> dict[int, Any]:
    return {trial.values["trainer.width"]: trial for trial in done.summary.trials}


def curve(done: Run, trial: int) -> list[float]:
    with sqlite3.connect(done.info.folder / "study.sqlite") as database:
        return [row[0] for row in database.execute("SELECT value FROM metric WHERE trial = ? ORDER BY epoch", (trial,))]


@pytest.mark.parametrize("executor", ["inline", "processes"])
@pytest.mark.parametrize("until", [1, 3])
def test_a_trial_out_of_time_is_pruned_with_its_curve_and_the_others_finish(
    file: Path, executor: str, until: int
) -> None:
    done = search(file, "runs", f"executor={executor}", f"trainer.until={until}")
    late, fine = by_width(done)[7], by_width(done)[3]
    assert (late.state, late.epochs, fine.state) == (TrialState.PRUNED, until - 1, TrialState.FINISHED)
    assert late.seconds >= 0.5
    assert late.reason == f"stopped after {late.seconds:.3g} s (trial_seconds = 0.5), at epoch {until - 1} of 4"
    assert curve(done, late.index) == pytest.approx([0.1, 0.2, 0.3, 0.4][: until - 1])
    assert done.summary.best is not None
    assert done.summary.best.index == fine.index


def test_time_adds_up_over_rungs_and_what_is_recorded_stays(file: Path) -> None:
    done = search(file, "runs", "search.pruner=look", "trainer.until=3")
    late = by_width(done)[7]
    assert (late.state, late.epochs) == (TrialState.PRUNED, 2)
    assert curve(done, late.index) == pytest.approx([0.1, 0.2])
    again = search(file, "runs", "search.pruner=look", "trainer.until=3", "search.trial_seconds=0")
    assert (again.info.resumed, again.summary.trials) == (2, done.summary.trials)


def test_the_folds_of_a_trial_share_its_time(file: Path) -> None:
    late = by_width(search(file, "runs", "data.folds=2", "trainer.until=3", "executor=noting"))[7]
    assert (late.state, late.epochs) == (TrialState.PRUNED, 2)
    assert (file.parent / "noted").read_text().split() == ["(0.25,)"] * 4


def test_a_training_that_is_over_is_finished_however_long_it_took(file: Path) -> None:
    (file.parent / "plugins.py").write_text(PLUGINS.replace("context.check_stop()", "break"))
    done = search(file, "runs", "search.trial_seconds=1e-9", "trainer.epochs=1")
    assert done.summary.count(TrialState.FINISHED) == 2
    (file.parent / "plugins.py").write_text(PLUGINS.replace("context.check_stop()", "break"))
    done = search(file, "more", "search.trial_seconds=1e-9")
    assert [(trial.state, trial.epochs) for trial in done.summary.trials] == [(TrialState.PRUNED, 1)] * 2


COMPILED = {"dispatcher": SimpleNamespace(py_func=compiled)}


class Hand:
    """A clock whose hand is moved by the test."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def segment(**seconds: float) -> Segment:
    trials = tuple(range(max(1, len(seconds))))
    return Segment(trials, ({},) * len(trials), 0, 9, seconds=tuple(seconds.values()))


def test_a_members_time_is_its_share_of_each_epoch() -> None:
    hand = Hand()
    clock = Clock(segment(a=3.0, b=10.0), hand)
    hand.at += 4
    clock.lap()
    assert clock.spent == {0: 2.0, 1: 2.0}
    assert not clock.over(0)
    hand.at += 4
    clock.lap()
    assert (clock.over(0), clock.over(1)) == (True, False)
    clock.go_on([1])
    hand.at += 4
    clock.lap()
    assert clock.spent == {0: 4.0, 1: 8.0}


def test_an_epoch_is_left_only_when_it_is_too_late_for_everyone() -> None:
    hand = Hand()
    clock = Clock(segment(a=3.0, b=10.0), hand)
    check = clock.watched(lambda: None)
    hand.at += 19.9
    check()
    hand.at += 0.2
    with pytest.raises(OutOfTime):
        check()
    clock.lap()
    clock.go_on([1])
    assert clock.over(1)


def test_compiling_kernels_takes_no_trials_time() -> None:
    """numba's own events, as when one kernel is compiled around another."""
    from numba.core import event

    assert compiled(MLP) is not MLP  # listens to numba from here on
    clock = Clock(segment(a=1e-3))
    check = clock.watched(lambda: None)
    with event.trigger_event("numba:compile", COMPILED), event.trigger_event("numba:compile", COMPILED):
        began = monotonic()
        while monotonic() < began + 0.05:
            check()
    clock.lap()
    assert clock.spent[0] < 0.05


def test_without_a_limit_nobody_is_ever_late() -> None:
    hand = Hand()
    clock = Clock(segment(), hand)
    hand.at += 1e9
    clock.watched(lambda: None)()
    clock.lap()
    assert not clock.over(0)
