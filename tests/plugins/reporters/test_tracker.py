"""How far a run is, what its best trial is, when it will end."""

from __future__ import annotations

from dataclasses import replace

from caviar.plugin import EpochInfo, TrialState
from caviar_plugins.reporters.tracker import Tracker

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
    tracker.epoch(EpochInfo((2, 3), 5, ({}, {})))
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
    tracker = Tracker(run_of(0, total=16))
    for epoch in (1, 2, 3):
        tracker.epoch(EpochInfo(tuple(range(8)), epoch, ({},) * 8))
    assert tracker.alive() == "", "nothing was stopped yet"
    for number, epochs in ((0, 1), (1, 1), (2, 1), (3, 1), (4, 3), (5, 3)):
        tracker.ended(replace(finished(number, 0.5), state=TrialState.PRUNED, epochs=epochs))
    assert tracker.alive() == "8 trials, 4 after epoch 1, 2 after epoch 3"
    tracker.round_ended()
    assert tracker.alive() == ""


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
