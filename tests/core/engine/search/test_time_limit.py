"""search.trial_seconds: whose time is over is pruned with the curve so far, its companions go on unchanged."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from caviar import TrialState
from caviar.engine.search.history import history_of
from caviar.engine.search.objective import Objective
from caviar.engine.storage.study_view import read_study
from caviar.engine.study import Run
from caviar_plugins import SQLite

from tests.core.engine.search.searching import search

PLUGINS = '''
"""A trainer that trains some members for ever; an executor that notes limits; a pruner that looks at every epoch."""

from pathlib import Path

import caviar
from caviar import plugin
import numpy
from caviar_plugins import Grid, Inline


class Lazy(caviar.Trainer):
    """Members of width 7 are never done with epoch `until`; others have nothing to do."""

    until: int = 2
    width: plugin.Tunable[int] = 3

    def fuse_key(self, values, floats):
        return str(values)

    def start(self, population, data, context):
        return {"epoch": numpy.zeros(len(population))}

    def advance(self, state, population, data, context, until):
        while self.width == 7 and until == self.until and self.late(context):
            context.check_stop()
        state["epoch"] += 1
        rows = numpy.full((len(population), 1, 1), until / 10)
        return plugin.Advance(state, plugin.Metrics(("validation.accuracy",), until, rows), (None,) * len(population))

    def late(self, context):
        return True

    def finish(self, state, population, data, context):
        return plugin.Finish({"epoch": state["epoch"]})

    def predict(self, weights, population, x, context):
        return numpy.zeros((len(population), len(x), len(context.task.classes)))


class Noting(Inline):
    def open(self, job, check_stop, trials):
        workers = super().open(job, check_stop, trials)
        run = workers.run

        def noted(segments, tell):
            with open(Path(__file__).parent / "noted", "a") as file:
                for segment in segments:
                    print(segment.seconds, file=file)
                    yield from run([segment], tell)

        workers.run = noted
        return workers


class LazyLater(Lazy):
    """Only when trained once more."""

    name = "lazy-later"

    def late(self, context):
        return context.random.key != plugin.Random(1).key


class Again(caviar.Strategy):
    """Each point of a grid is trained twice."""

    def propose(self, space, history, count, random):
        return Grid().propose(space, history, count, random)

    def retests(self, space, history, random):
        return tuple(range(len(history)))


class Look(caviar.Pruner):
    def rungs(self, epochs, trial):
        return tuple(range(1, epochs))

    def decide(self, curves, trials, rung, goal):
        return (plugin.Decision.GO_ON,) * len(trials)
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
baselines = false
strategy = "grid"
trials = 2
trial_seconds = 0.5
"""


@pytest.fixture
def file(put: Callable[[str, str], Path]) -> Path:
    return put(PIPELINE, PLUGINS)


def by_width(done: Run) -> dict[int, Any]:
    return {trial.values["trainer.width"]: trial for trial in done.summary.trials}


def curve(done: Run, trial: int) -> list[float]:
    with closing(sqlite3.connect(done.info.folder / "study.sqlite")) as database:
        return [row[0] for row in database.execute("SELECT value FROM metric WHERE trial = ? ORDER BY epoch", (trial,))]


@pytest.mark.parametrize(("executor", "until"), [("inline", 1), ("inline", 3), ("processes", 3)])
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


@pytest.mark.parametrize("executor", ["inline", "processes"])
def test_a_re_test_out_of_time_counts_as_none(file: Path, executor: str) -> None:
    settings = ("trainer.use=lazy-later", "search.strategy=again", f"executor={executor}")
    done = search(file, "runs", *settings)
    late, fine = by_width(done)[7], by_width(done)[3]
    assert [(trial.state, len(trial.retests)) for trial in (late, fine)] == [(TrialState.FINISHED, 1)] * 2
    assert (late.runs, fine.runs) == (pytest.approx((0.4,)), pytest.approx((0.4, 0.4)))
    assert late.retests[0].state is TrialState.PRUNED
    reason = r"stopped after 0\.\d+ s \(trial_seconds = 0.5\), at epoch 1 of 4"
    assert re.fullmatch(reason, late.retests[0].reason or "")
    with read_study(SQLite(), done.info.folder) as ledger:
        history = history_of(
            ledger.trials(), ledger, Objective("validation.accuracy", "maximize", 0.0), done.info.space
        )
    assert (history.stopped, sum(history.repeats)) == (1, 3), "strategies see what it took"
    again = search(file, "runs", *settings, "search.trial_seconds=0")
    assert again.summary.trials == done.summary.trials, "what is recorded stays"


def test_the_folds_of_a_re_test_share_its_time(file: Path) -> None:
    search(file, "runs", "search.strategy=again", "data.folds=2", "trainer.until=9", "executor=noting")
    assert (file.parent / "noted").read_text().split() == ["(0.25,)"] * 8


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
