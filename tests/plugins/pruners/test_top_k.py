"""top-k."""

from collections.abc import Sequence
from math import inf, isfinite, nan

import numpy
import pytest
from caviar.plugin import Decision
from caviar.testing import PrunerContract
from caviar.values.history import Goal
from caviar_plugins import TopK


class TestTopK(PrunerContract):
    pruner = TopK()


def going(values: Sequence[float], goal: Goal, k: int, first: int = 1) -> list[int]:
    """The trials that continue, by the values at the rung; before it every trial has the reverse of their order."""
    curves = numpy.empty((len(values), first))
    curves[:, :-1] = -numpy.asarray(values)[:, None]
    curves[:, -1] = values
    decisions = TopK(k=k, first=first).decide(curves, tuple(range(32, 32 + len(values))), first, goal)
    assert set(decisions) <= {Decision.GO_ON, Decision.STOP}
    return [trial for trial, each in enumerate(decisions) if each is Decision.GO_ON]


def test_it_decides_once_after_the_first_epochs_and_never_where_a_trial_has_no_more() -> None:
    assert TopK(first=3).rungs(50, trial=7) == (3,)
    assert TopK().rungs(2, trial=0) == (1,)
    assert TopK().rungs(1, trial=0) == ()
    assert TopK(first=9).rungs(9, trial=0) == TopK(first=9).rungs(4, trial=0) == ()


@pytest.mark.parametrize("goal", ["minimize", "maximize"])
@pytest.mark.parametrize("k", [1, 2, 5, 40])
@pytest.mark.parametrize("first", [1, 4])
def test_who_continues_has_fewer_than_k_trials_before_it(goal: Goal, k: int, first: int) -> None:
    """Counted by pairs in plain Python: before a trial are the better, and the equal and earlier ones."""
    generator = numpy.random.default_rng([k, first])
    for count in (1, 2, 16, 31):
        values = generator.integers(0, 9, count).astype(float).tolist()  # many are equal
        for trial in generator.integers(0, count, count // 4).tolist():
            values[trial] = (nan, inf, -inf)[trial % 3]

        def before(other: int, trial: int, values: Sequence[float] = values) -> bool:
            if not isfinite(values[other]) or values[other] == values[trial]:
                return isfinite(values[other]) and other < trial
            return (values[other] < values[trial]) == (goal == "minimize")

        expected = [
            trial
            for trial in range(count)
            if isfinite(values[trial]) and sum(before(other, trial) for other in range(count)) < k
        ]
        assert going(values, goal, k, first) == expected


def test_ties_go_to_the_lower_trial() -> None:
    assert going([1.0, 0.0, 0.0, 0.0], "minimize", 2) == [1, 2]


def test_the_place_of_a_trial_that_diverged_goes_to_the_next_best() -> None:
    assert going([nan, 3.0, 1.0, inf, 2.0], "minimize", 3) == [1, 2, 4]
    assert going([nan, -inf, nan], "maximize", 2) == []


def test_a_round_of_no_more_than_k_trials_is_trained_to_the_end() -> None:
    assert going([5.0, 1.0, 3.0], "minimize", 3) == [0, 1, 2]
