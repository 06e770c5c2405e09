"""Clocks: a member's time is its share of each epoch, and compiling is nobody's."""

from __future__ import annotations

from time import monotonic
from types import SimpleNamespace

import pytest
from caviar.engine.training.clock import Clock, OutOfTime
from caviar.engine.training.variants import compiled
from caviar.plugin import Segment, watch_compiling
from caviar_plugins import MLP

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


def test_compiling_is_announced_once_for_kernels_around_kernels_and_so_is_its_end() -> None:
    from numba.core import event

    assert compiled(MLP) is not MLP
    told = list[bool]()
    watch_compiling(told.append)
    try:
        for _ in range(2):
            with event.trigger_event("numba:compile", COMPILED), event.trigger_event("numba:compile", COMPILED):
                assert told[-1]
    finally:
        watch_compiling(lambda going: None)
    assert told == [True, False] * 2


def test_without_a_limit_no_trial_runs_out_of_time() -> None:
    hand = Hand()
    clock = Clock(segment(), hand)
    hand.at += 1e9
    clock.watched(lambda: None)()
    clock.lap()
    assert not clock.over(0)
