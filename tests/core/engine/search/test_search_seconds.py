"""search.seconds: a search ends in time, with the trials that it would have had without a limit, and can go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from caviar import Trial, TrialState, load, open_run
from caviar.engine.search.objective import Objective
from caviar.engine.search.time_limit import TimeLimit, mark
from caviar.engine.study import Run, run
from caviar.plugin import Goal, Reporter, hook

from tests.core.engine.search.rungs import PLUGINS, bits, differences
from tests.core.engine.search.searching import search

SLOW = '''

import time
from caviar_plugins import PopulationTrainer


class Slow(PopulationTrainer, interface=2):
    """An epoch takes a second for each member, by a clock that nothing else moves; it looks up in the middle."""

    def advance(self, state, population, data, context, until):
        if getattr(time.time, "moves", False):
            time.time.at += len(population) / 2
            context.check_stop()
            time.time.at += len(population) / 2
        return super().advance(state, population, data, context, until)
'''
PREDICTS_SLOWLY = '''

class PredictsSlowly(Slow, interface=2):
    """To be ready to predict takes five seconds."""

    def predictor(self, *given, **named):
        if getattr(time.time, "moves", False):
            time.time.at += 5
        return super().predictor(*given, **named)
'''
PIPELINE = """
name = "p"
reporter = []
executor = "inline"
[data]
path = "blobs.npz"
[model]
units = 4
[optimizer]
learning_rate = { log = [1e-4, 1.0] }
[trainer]
use = "slow"
epochs = 4
batch_size = 32
[search]
strategy = { use = "coarse-to-fine", first = 4, retest = 0.0 }
trials = 12
round = 4
"""


class Hand:
    """A clock whose hand the trainer moves."""

    moves = True

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def file(put: Callable[[str, str], Path]) -> Path:
    return put(PIPELINE, PLUGINS + SLOW)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hand:
    """The time of day is as the trainer says: a trial takes four seconds."""
    hand = Hand()
    monkeypatch.setattr(time, "time", hand)
    return hand


def points(trials: tuple[Trial, ...]) -> list[Any]:
    return [(trial.round, trial.point, trial.values) for trial in trials]


def found(file: Path, into: str) -> tuple[list[Any], ...]:
    return bits(file.parent / into / "p")


def ended(done: Run) -> list[int]:
    return [trial.index for trial in done.summary.trials if trial.state is TrialState.FINISHED]


def test_it_ends_in_time_with_the_first_trials_of_a_search_without_a_limit(file: Path, clock: Hand) -> None:
    whole = search(file, "whole").summary.trials
    assert clock.at == 1000 + 12 * 4
    for seconds, trials in ((10, 4), (18, 8), (40, 12)):
        began = clock.at
        done = search(file, f"in{seconds}", f"search.seconds={seconds}")
        assert clock.at - began <= seconds
        assert points(done.summary.trials) == points(whole[:trials])
        finished = ended(done)
        assert [done.summary.trials[each] for each in finished] == [whole[each] for each in finished]
        assert done.summary.best is not None
        said = f"after {len(finished)} of 12 trials: search.seconds = {seconds} ended the search; "
        assert done.summary.stopped == said + "the same command continues it"


def test_where_not_all_of_a_population_would_end_some_of_it_do(file: Path, clock: Hand) -> None:
    """After an epoch, 4 s, 4.5 s are left: time for one more trial of 3 s, and nothing of the others."""
    done = search(file, "runs", "search.seconds=9.5")
    assert ended(done) == [0]
    others = done.summary.trials[1:]
    assert {trial.state for trial in others} == {TrialState.QUEUED}
    assert {trial.epochs for trial in others} == {1}
    marks = {trial.reason for trial in others}
    assert marks == {"stopped at epoch 1 of 4: search.seconds = 9.5 ended the search"}


def test_a_round_that_the_time_ends_is_not_told_to_be_over(file: Path, clock: Hand) -> None:
    rounds: list[int] = []

    class Watcher(Reporter):
        @hook
        def after_round(self, index: int) -> None:
            rounds.append(index)

    def with_seconds(seconds: float) -> None:
        pipeline = load(file, [f"search.seconds={seconds}"], file.parent / "plugins.py")
        run(pipeline, file.parent / "runs", watchers=[Watcher()])

    with_seconds(9.5)
    assert rounds == []
    with_seconds(1000)
    assert rounds == [0, 1, 2]


@pytest.mark.parametrize("settings", [(), ("search.pruner=look",), ("data.folds=2",), ("search.strategy.retest=0.3",)])
def test_with_more_seconds_it_goes_on_to_the_bits_of_a_search_without_a_limit(
    file: Path, clock: Hand, settings: tuple[str, ...]
) -> None:
    if settings == ("search.pruner=look",):
        settings = (*settings, "search.round=6")
    search(file, "whole", *settings)
    for seconds in (3, 7, 11, 23, 1000):
        done = search(file, "runs", *settings, f"search.seconds={seconds}")
    assert done.summary.stopped is None
    assert not differences(found(file, "runs"), found(file, "whole"))
    assert not [trial.reason for trial in done.summary.trials if trial.reason]


@pytest.mark.parametrize("seconds", [9.5, 17.5])
def test_a_trial_in_training_wins_where_it_is_the_best_at_the_epoch_that_it_has_reached(
    file: Path, clock: Hand, seconds: float
) -> None:
    """Some trials have ended; those in training are compared with them by their curves."""
    done = search(file, "runs", f"search.seconds={seconds}", "search.ensemble=4", "data.test=0.2")
    stored = open_run(done.info.folder, file.parent / "plugins.py")
    trials, curves = stored.trials, stored.all_curves()["validation.accuracy"]
    reached = {each.index: curves[each.index][each.epochs - 1] for each in trials if each.epochs}
    assert {each.state.done for each in trials if each.epochs} == {True, False}
    best = max(reached, key=lambda number: (reached[number], -number))
    assert done.summary.best is not None
    assert done.model is not None
    assert (done.summary.best.index, done.model.trial) == (best, best)
    assert stored.best is not None
    assert stored.best.index == best
    assert done.summary.best.metrics["validation.accuracy"] == pytest.approx(reached[best])
    won = trials[best]
    said = f"the model is trial {best} at epoch {won.epochs} of 4: the time ended its training"
    assert (said in done.summary.notes) is not won.state.done
    assert won.epochs < 4 or seconds == 17.5
    resumed = search(file, "runs", f"search.seconds={seconds}", "search.ensemble=4", "data.test=0.2").info.best
    assert resumed is not None
    assert resumed.state.done, "until the time ends the search again, only finished trials are compared"


def test_an_ensemble_is_selected_from_as_many_trials_as_there_is_time_for(file: Path, clock: Hand) -> None:
    plugins = file.parent / "plugins.py"
    plugins.write_text(plugins.read_text() + PREDICTS_SLOWLY)
    done = search(file, "runs", "trainer.use=predictsslowly", "search.seconds=100", "search.ensemble=4")
    assert len(ended(done)) == 12
    (note,) = (each for each in done.summary.notes if "selected from" in each)
    assert note.endswith("of 8 trials: search.seconds left no time for more")
    assert clock.at - 1000 <= 100
    assert not any("selected from" in each for each in search(file, "others", "search.ensemble=4").summary.notes)


def test_one_in_training_does_not_win_where_the_winner_must_meet_conditions(file: Path, clock: Hand) -> None:
    where = "search.where='validation.accuracy >= 0'"
    done = search(file, "runs", "search.seconds=3", "search.round=1", where)
    assert done.summary.best is None


def test_without_any_trial_at_its_end_the_model_is_the_best_as_it_stands_and_that_is_said(
    file: Path, clock: Hand
) -> None:
    done = search(file, "runs", "search.seconds=3", "search.round=1", "data.test=0.2")
    (trial,) = done.summary.trials
    assert (trial.state, trial.epochs) == (TrialState.QUEUED, 2)
    assert done.summary.best is not None
    assert done.summary.notes == ("the model is trial 0 at epoch 2 of 4: the time ended its training",)
    curve = open_run(done.info.folder, file.parent / "plugins.py").curves()[0]
    assert done.summary.best.metrics["validation.accuracy"] == pytest.approx(curve[-1])
    assert "test.accuracy" in done.summary.best.metrics
    assert done.model is not None


def test_one_in_training_without_a_value_or_without_its_state_does_not_rank() -> None:
    begun = tuple(Trial(number, 0, (), {}, epochs=1) for number in range(4))
    curves = {0: [float("nan")], 1: [0.3], 2: [0.2], 3: [0.4]}
    found: list[Trial] = []
    holds = {0, 1, 2}.__contains__
    ledger: Any = SimpleNamespace(trials=lambda: begun, holds=holds, curves=lambda metric: curves, settle=found.extend)
    orders: dict[Goal, list[int]] = {"maximize": [1, 2], "minimize": [2, 1]}
    for goal, order in orders.items():
        objective = Objective("validation.r2", goal, -1.0)
        mark(ledger, TimeLimit(5.0), 9, objective)
        assert [each.index for each in objective.winners(tuple(found))] == order
        found.clear()


def test_a_limit_within_the_first_epoch_leaves_no_model_and_says_so(file: Path, clock: Hand) -> None:
    done = search(file, "runs", "search.seconds=1")
    assert done.summary.best is None
    assert [trial.epochs for trial in done.summary.trials] == [0] * 4
    assert (done.summary.stopped or "").startswith("after 0 of 12 trials: search.seconds = 1 ended the search")


def test_workers_in_other_processes_heed_it_too(file: Path) -> None:
    """The clock is the real one: each population would take far longer than the limit."""
    plugins = file.parent / "plugins.py"
    endless = "while until == 3:\n            context.check_stop()\n        if getattr(time"
    plugins.write_text(plugins.read_text().replace("if getattr(time", endless))
    done = search(file, "runs", "search.seconds=4", "executor={use='processes', workers=2}")
    assert (done.summary.stopped or "").startswith("after 0 of 12 trials")
    assert {trial.state for trial in done.summary.trials} == {TrialState.QUEUED}
