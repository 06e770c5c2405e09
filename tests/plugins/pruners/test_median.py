"""median."""

import numpy
from caviar.plugin import Decision
from caviar.testing import PrunerContract
from caviar_plugins import Median


class TestMedian(PrunerContract):
    pruner = Median()


def going(curves: list[list[float]], rung: int, goal: str = "minimize") -> list[int]:
    decisions = Median().decide(numpy.asarray(curves, dtype=float), tuple(range(len(curves))), rung, goal)  # type: ignore[arg-type]
    return [trial for trial, each in enumerate(decisions) if each is Decision.GO_ON]


def test_rungs_begin_at_first_and_come_every_few_epochs() -> None:
    assert Median(first=2, every=3).rungs(10, trial=5) == (2, 5, 8)
    assert Median().rungs(1, trial=0) == ()


def test_the_worse_half_stops() -> None:
    assert going([[1.0], [2.0], [3.0], [4.0], [5.0]], 1) == [0, 1, 2]
    assert going([[1.0], [2.0], [3.0], [4.0]], 1, "maximize") == [2, 3]


def test_a_trials_best_epoch_counts() -> None:
    assert going([[0.5, 9.0], [2.0, 1.0], [3.0, 2.0]], 2) == [0, 1]


def test_stopped_trials_still_count_so_that_who_was_good_goes_on() -> None:
    nan = float("nan")
    assert going([[1.0, 1.0], [2.0, 2.0], [3.0, nan], [4.0, nan]], 2) == [0, 1]


def test_diverged_trials_stop() -> None:
    nan = float("nan")
    assert going([[nan], [nan], [nan], [2.0]], 1) == [3]
    assert going([[nan], [float("inf")]], 1) == []
