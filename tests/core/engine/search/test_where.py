"""search.where: who may win, what strategies see, and that neither kills nor workers change it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Trial, load
from caviar.engine.analysis.results import model_of
from caviar.engine.model.on_disk import NotAModel
from caviar.engine.storage.study_view import read_study
from caviar.engine.study import Interrupted
from caviar.plugin import History, Random, Space
from caviar.registry.code import with_code
from caviar.registry.index import using
from caviar_plugins import SQLite

from tests.commands import pipe
from tests.core.engine.search.rungs import PLUGINS, bits, differences
from tests.core.engine.search.searching import search

PIPELINE = """
name = "p"
reporter = []
executor = "inline"
[data]
path = "blobs.npz"
test = 0.2
[model]
units = 4
[optimizer]
learning_rate = { log = [1e-4, 1.0] }
[trainer]
epochs = 4
batch_size = 16
[search]
baselines = false
strategy = { use = "coarse-to-fine", first = 4 }
trials = 12
round = 4
[store]
keep = 1
"""
SPY = '''

class Spy(caviar.Strategy):
    """Random search that notes what it sees."""

    def propose(self, space, history, count, random):
        SEEN.append(history)
        return caviar_plugins.RandomSearch().propose(space, history, count, random)


SEEN = []
import caviar_plugins
'''


@pytest.fixture
def file(put: Callable[[str, str], Path]) -> Path:
    return put(PIPELINE, PLUGINS + SPY)


def middle(trials: tuple[Trial, ...], metric: str = "validation.log_loss") -> float:
    """A bound that about half of the trials meet."""
    return float(numpy.median([trial.metrics[metric] for trial in trials]))


def test_the_winner_is_the_best_of_those_that_meet_all_conditions(file: Path) -> None:
    free = search(file, "free", "search.strategy=random").summary
    for metric in ("train.loss", "validation.accuracy"):
        above = f"{metric} > {middle(free.trials, metric)!r}"
        tight = f"validation.loss < {max(trial.metrics['validation.loss'] for trial in free.trials)!r}"
        done = search(file, metric, "search.strategy=random", f'search.where=["{above}", "{tight}"]').summary
        able = [
            trial
            for trial in free.trials
            if trial.metrics[metric] > middle(free.trials, metric)
            and trial.metrics["validation.loss"] < max(each.metrics["validation.loss"] for each in free.trials)
        ]
        assert done.best is not None
        assert done.best.index == min(able, key=lambda trial: (-(trial.objective or 0), trial.index)).index
        assert [trial.index for trial in done.trials if trial.feasible] == [trial.index for trial in able]
        assert [trial.metrics for trial in done.trials] == [trial.metrics for trial in free.trials]


def test_the_winners_weights_are_kept_though_others_have_a_better_objective(file: Path) -> None:
    free = search(file, "free", "search.strategy=random").summary
    worst = min(free.trials, key=lambda trial: (trial.objective or 0, trial.metrics["train.loss"]))
    done = search(file, "odd", "search.strategy=random", f"search.where=train.loss >= {worst.metrics['train.loss']!r}")
    assert done.summary.best is not None
    assert done.summary.best.index != (free.best and free.best.index)
    assert done.model is not None
    with read_study(SQLite(), done.info.folder) as ledger:
        assert set(ledger.weights(done.summary.best.index)) == set(done.model.first.weights)


def test_where_no_trial_meets_them_there_is_no_winner_and_the_nearest_trial_is_named(file: Path) -> None:
    done = pipe(file.parent, "run", "p.toml", "--json", "--quiet", "--set", "search.where=validation.log_loss<0")
    told: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, told["best"], told["finished"], told["feasible"]) == (1, None, 12, 0)
    trials = json.loads(pipe(file.parent, "results", "runs/p", "--json").stdout)["trials"]
    nearest = min(trials, key=lambda trial: trial["metrics"]["validation.log_loss"])
    assert {trial["feasible"] for trial in trials} == {False}
    assert done.stderr == (
        f"no trial meets validation.log_loss < 0: the nearest is trial {nearest['trial']}, "
        f"with validation.log_loss {nearest['metrics']['validation.log_loss']:.6g}\n"
    )
    assert not (file.parent / "runs/p/models/best.safetensors").exists()
    found = pytest.raises(NotAModel, match=re.escape(f"there is no model: {done.stderr.strip()}"))
    with using(with_code(file.parent / "plugins.py")), found:
        model_of(file.parent / "runs/p")


def test_strategies_see_the_violation_of_each_trial(file: Path) -> None:
    free = search(file, "free", "search.strategy=random").summary
    bound = middle(free.trials)
    search(file, "spied", "search.strategy=spy", f"search.where=validation.log_loss < {bound!r}")
    code = str(file.parent / "plugins.py")
    (spied,) = (module for module in sys.modules.values() if getattr(module, "__file__", None) == code)
    history: History = spied.SEEN[-1]
    off = numpy.array([max(0.0, trial.metrics["validation.log_loss"] / bound - 1) for trial in free.trials[:8]])
    assert history.violations is not None
    numpy.testing.assert_allclose(history.violations, off, rtol=1e-9)
    assert 0 < (off > 0).sum() < 8
    assert history.losses[off > 0].min() > history.losses[off == 0].max()
    numpy.testing.assert_array_equal(history.objectives, [trial.objective for trial in free.trials[:8]])


def test_a_model_looks_where_the_conditions_are_met(file: Path) -> None:
    """Accuracy grows with the learning rate here; the condition is only met where the rate is small."""
    points = numpy.linspace(0, 1, 16)[:, None]
    pipeline = load(file, ["search.strategy=gaussian-process"])
    from caviar import TrialState
    from caviar.config.declaration.space import space_of

    space: Space = space_of(pipeline)
    violations = numpy.maximum(0.0, points[:, 0] - 0.3)
    states, epochs = (TrialState.FINISHED,) * 16, numpy.full(16, 4)
    objectives = points[:, 0].copy()
    past = History("maximize", points, objectives, states, epochs, objectives[:, None], violations=violations)
    proposed = pipeline.search.strategy.propose(space, past, 8, Random(1))
    assert (proposed < 0.5).mean() > 0.7
    free = History("maximize", points, objectives, states, epochs, objectives[:, None])
    assert (pipeline.search.strategy.propose(space, free, 8, Random(1)) > 0.5).mean() > 0.7


def test_killed_at_any_commit_and_on_any_executor_the_search_is_the_same(file: Path) -> None:
    settings = ["store.use=failing", "search.where=validation.log_loss < 0.9", "search.pruner=brackets"]
    search(file, "whole", *settings)
    whole = bits(file.parent / "whole/p")
    free = search(file, "free", *settings[::2])
    assert differences(bits(free.info.folder), whole), "the condition changes what is proposed"
    call = deaths = 0
    while call < 36:
        call += 3
        try:
            search(file, f"dies{call}", *settings, f"store.call={call}")
        except Interrupted:
            deaths += 1
        search(file, f"dies{call}", *settings)
        assert not differences(bits(file.parent / f"dies{call}/p"), whole), f"died before call {call}"
    assert deaths > 4
    search(file, "two", "search.where=validation.log_loss < 0.9", "search.pruner=brackets", "executor=processes")
    search(file, "one", "search.where=validation.log_loss < 0.9", "search.pruner=brackets")
    assert not differences(bits(file.parent / "two/p"), bits(file.parent / "one/p"))


def test_a_changed_condition_is_another_study(file: Path) -> None:
    from caviar.engine.resume.check import Refused

    search(file, "runs", "search.where=validation.log_loss < 0.9")
    with pytest.raises(Refused, match=r"changed: search\.where"):
        search(file, "runs", "search.where=validation.log_loss < 0.8")


def test_a_metric_of_another_task_is_reported_with_its_line_by_check_and_by_run(file: Path) -> None:
    file.write_text(PIPELINE.replace("[search]", '[search]\nwhere = "validation.r2 > 0"'))
    line = PIPELINE.splitlines().index("[search]") + 2
    told = f"p.toml:{line}: search.where: 'validation.r2' does not fit"
    for command in ("check", "run"):
        done = pipe(file.parent, command, "p.toml")
        assert (done.returncode, done.stderr.startswith(told)) == (2, True)
