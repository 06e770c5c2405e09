"""The timeline: every epoch of every trial is in it once, within the time of the run, on one worker at a time."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from time import time

import pytest
from caviar import Run, TrialState, load, open_run
from caviar.engine.study import run
from caviar.plugin import TimedPopulation

OPTIMIZER = '''
"""An optimizer that diverges in the second epoch where it meets a learning rate of 0.5."""

import numpy
from caviar_plugins import SGD


class Explodes(SGD):
    def update(self, parameters, gradients, state, step, layout):
        super().update(parameters, gradients, state, step, layout)
        if (step > 9).all():
            parameters[self.learning_rate[:, 0] == 0.5] = numpy.nan
'''
PIPELINE = """
data = "digits"
executor = "inline"
reporter = []
model.units = 4
optimizer = { use = "explodes", learning_rate = { uniform = [0.01, 1.0] } }
trainer = { epochs = 4, batch_size = 512 }
[search]
trials = 8
round = 4
pruner = "successive-halving"
baselines = false
points = [{ optimizer.learning_rate = 0.5 }]
"""


def searched(folder: Path, *settings: str, pipeline: str = PIPELINE) -> Run:
    (folder / "p.toml").write_text(pipeline)
    (folder / "explodes.py").write_text(OPTIMIZER)
    run(load(folder / "p.toml", settings, folder / "explodes.py"), folder)
    return open_run(folder / "p", code=folder / "explodes.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("timeline")


@pytest.fixture(scope="module")
def told(folder: Path) -> tuple[Run, tuple[TimedPopulation, ...], tuple[float, float]]:
    began = time()
    stored = searched(folder)
    return stored, stored.facts().timeline, (began, time())


def test_it_has_every_epoch_of_every_trial_once(told: tuple[Run, tuple[TimedPopulation, ...], object]) -> None:
    stored, timeline, _ = told
    pieces = defaultdict[int, list[tuple[int, int]]](list)
    for each in timeline:
        for number, reached in zip(each.trials, each.reached, strict=True):
            pieces[number].append((each.start, reached))
    for trial in stored.trials:
        first, *_, last = (end for piece in pieces[trial.index] for end in piece)
        assert (first, last) == (0, trial.epochs)
        assert all(before[1] == after[0] for before, after in pairwise(pieces[trial.index]))
    assert any(len(each) > 1 for each in pieces.values()), "a pruner was to part the trainings"


def test_times_lie_within_the_run_and_a_worker_trains_one_population_at_a_time(
    told: tuple[Run, tuple[TimedPopulation, ...], tuple[float, float]],
) -> None:
    _, timeline, (began, ended) = told
    assert len({each.worker for each in timeline}) == 1
    for before, after in pairwise(timeline):
        assert before.began + max(before.left) <= after.began + 1e-3
    assert began <= timeline[0].began
    assert timeline[-1].began + max(timeline[-1].left) <= ended


def test_a_member_that_diverges_leaves_before_the_others(
    told: tuple[Run, tuple[TimedPopulation, ...], object],
) -> None:
    stored, timeline, _ = told
    (trial,) = (each.index for each in stored.trials if each.state is TrialState.DIVERGED)
    population = next(each for each in reversed(timeline) if trial in each.trials)
    place = population.trials.index(trial)
    assert len(population.trials) > 1
    assert all(population.left[place] < left for nth, left in enumerate(population.left) if nth != place)


def test_a_search_that_goes_on_adds_to_it(told: tuple[Run, tuple[TimedPopulation, ...], object], folder: Path) -> None:
    _, before, _ = told
    after = searched(folder, "search.trials=12").facts().timeline
    assert after[: len(before)] == before
    assert {trial for each in after[len(before) :] for trial in each.trials} == {8, 9, 10, 11}


def test_folds_are_told_one_by_one(tmp_path: Path) -> None:
    unpruned = PIPELINE.replace('pruner = "successive-halving"', "")
    timeline = searched(tmp_path, "data.folds=2", "search.trials=2", pipeline=unpruned).facts().timeline
    assert {each.fold for each in timeline} == {0, 1}
