"""How far a run is, what its best trial is, when it will end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import caviar
import pytest
from caviar import Reporter
from caviar.plugin import EpochInfo, RunInfo, RunView, Trial, TrialState, hook
from caviar_plugins import Inline, Log
from caviar_plugins.reporters.tracker import Tracker
from pydantic import PrivateAttr

from tests.plugins.reporters.runs import finished, run_of


def test_half_of_the_epochs_is_half_of_the_run() -> None:
    tracker = Tracker(run_of(0, total=4, resumed=1))
    assert tracker.share == 0.25
    tracker.epoch(EpochInfo((1, 2), 5, ({}, {})))
    assert tracker.share == 0.5
    tracker.ended(finished(1, 0.5))
    assert tracker.share == 0.625


def test_the_time_left_is_shown_once_a_trial_has_ended_and_leaves_out_the_start_up() -> None:
    """Four trials of ten epochs, a second each, two at a time; kernels are compiled for a minute before the first."""
    seconds = iter((61.0, 70.0, 75.0))
    tracker = Tracker(run_of(0, total=4), lambda: next(seconds))
    assert tracker.left() == ""
    for epoch in range(1, 11):
        tracker.epoch(EpochInfo((0, 1), epoch, ({}, {})))
    assert tracker.left() == "", "nobody knows yet"
    tracker.ended(finished(0, 0.5))
    tracker.ended(finished(1, 0.5))
    assert tracker.left() == "10 s left"
    for epoch in range(1, 6):
        tracker.epoch(EpochInfo((2, 3), epoch, ({}, {})))
    assert tracker.left() == "5 s left"
    tracker.ended(finished(2, 0.5))
    tracker.ended(finished(3, 0.5))
    assert tracker.left() == ""


def test_without_a_second_event_no_time_is_shown() -> None:
    tracker = Tracker(run_of(0, total=4))
    tracker.epoch(EpochInfo((0, 1), 10, ({}, {})))
    tracker.ended(finished(0, 0.5))
    assert tracker.left() == ""


def test_models_per_second_count_from_the_first_epoch_and_only_this_process() -> None:
    seconds = iter((60.0, 62.0))
    tracker = Tracker(run_of(0, total=9, resumed=3), lambda: next(seconds))
    assert tracker.rate() == ""
    tracker.epoch(EpochInfo((3,), 1, ({},)))
    for number in (3, 4, 5):
        tracker.ended(finished(number, 0.5))
    assert tracker.rate() == "1.5 models/s"


def test_those_alive_after_each_rung_are_of_this_round() -> None:
    tracker = Tracker(run_of(0, total=16), rungs=lambda trial: (1, 3))
    tracker.epoch(EpochInfo(tuple(range(8)), 1, ({},) * 8))
    assert tracker.alive() == "", "nothing is decided yet"
    for epoch in (2, 3):
        tracker.epoch(EpochInfo((4, 5, 6, 7), epoch, ({},) * 4))
    assert tracker.alive() == "8 trials, left: 4 after epoch 1", "the others are paused, or have ended"
    for number in (4, 5):
        tracker.ended(replace(finished(number, 0.5), state=TrialState.PRUNED, epochs=3))
    assert tracker.alive() == "8 trials, left: 4 after epoch 1, 2 after epoch 3"
    tracker.round_ended()
    assert tracker.alive() == ""


class Clock(Reporter):
    """Notes what is announced as left, on a clock that a trained epoch moves by a second."""

    name = "clock"
    _seconds: float = PrivateAttr(default=0.0)
    _tracker: Tracker = PrivateAttr()
    _notes: list[tuple[float, str]] = PrivateAttr(default_factory=list)

    @hook
    def before_run(self, run: RunInfo, view: RunView) -> None:
        pruner = view.pipeline.search.pruner
        self._tracker = Tracker(run, lambda: self._seconds, lambda trial: tuple(pruner.rungs(run.epochs, trial)))

    @hook
    def after_epoch(self, epoch: EpochInfo) -> None:
        self._seconds += len(epoch.trials)
        self._tracker.epoch(epoch)
        self._notes.append((self._seconds, self._tracker.left()))

    @hook
    def after_trial(self, trial: Trial) -> None:
        self._tracker.ended(trial)

    @hook
    def after_round(self) -> None:
        self._tracker.round_ended()


@caviar.trial(metric="accuracy", goal="maximize", epochs=27)
def rising(rate: Any = Log(1e-3, 1.0)) -> Iterator[dict[str, float]]:
    for epoch in range(27):
        yield {"accuracy": rate + epoch}


@pytest.mark.thorough
@pytest.mark.parametrize(("pruner", "known"), [("hyperband", 0.2), ("top-k", 0.2), ("successive-halving", 0.35)])
def test_with_a_pruner_the_time_left_is_soon_right_within_a_third(pruner: str, known: float) -> None:
    """A pruner that pauses trials shows how many it kept when they go on: here one after the other."""
    clock = Clock()
    caviar.search(rising, trials=48, strategy="random", pruner=pruner, executor=Inline(), reporter=(clock,))
    total = clock._notes[-1][0]
    for share in (known, 0.5, 0.65, 0.8):
        now, told = max(note for note in clock._notes if note[0] <= share * total)
        units = {"min": 60, "s": 1}
        announced = sum(int(many) * units[unit] for many, unit in re.findall(r"(\d+) (min|s)", told))
        assert announced == pytest.approx(total - now, rel=1 / 3), f"after {share:.0%} of {total:.0f} s: {told}"


def test_of_equals_the_lower_index_is_the_best_whatever_the_order() -> None:
    tracker = Tracker(run_of(0))
    for index, objective in ((3, 0.5), (1, 0.5), (2, 0.5), (0, 0.4)):
        tracker.ended(finished(index, objective))
    assert tracker.best is not None
    assert tracker.best.index == 1


def test_a_loss_is_better_when_it_is_lower() -> None:
    tracker = Tracker(replace(run_of(0), goal="minimize"))
    for index, objective in ((0, 0.5), (1, 0.25), (2, 0.75)):
        tracker.ended(finished(index, objective))
    assert tracker.best is not None
    assert tracker.best.index == 1
