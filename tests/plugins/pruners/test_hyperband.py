"""hyperband."""

from collections import Counter

import numpy
import pytest
from caviar.plugin import Decision
from caviar.testing import PrunerContract
from caviar_plugins import Hyperband


class TestHyperband(PrunerContract):
    pruner = Hyperband()


def test_trials_are_dealt_to_brackets_by_hyperbands_shares() -> None:
    pruner = Hyperband(first=1, factor=3, brackets=3)
    found = Counter(pruner.rungs(27, trial) for trial in range(1000))
    # Three rungs: 27 / 4, 9 / 3 and 3 / 2 of 11.25.
    assert found[1, 3, 9] == pytest.approx(600, abs=10)
    assert found[3, 9] == pytest.approx(267, abs=10)
    assert found[9,] == pytest.approx(133, abs=10)


def test_every_stretch_of_trials_has_all_brackets() -> None:
    pruner = Hyperband()
    for start in range(0, 320, 16):
        assert len({pruner.rungs(27, trial) for trial in range(start, start + 16)}) == 3


def test_there_are_no_more_brackets_than_rungs() -> None:
    assert {Hyperband(brackets=5).rungs(9, trial) for trial in range(50)} == {(1, 3), (3,)}
    assert Hyperband().rungs(1, 0) == ()


def test_the_best_third_of_those_at_the_rung_go_on_and_the_others_stop() -> None:
    curves = numpy.full((7, 3), numpy.nan)
    curves[:6, 2] = [0.5, 0.9, 0.1, 0.7, numpy.nan, 0.8]
    decisions = Hyperband().decide(curves, tuple(range(7)), 3, "maximize")
    assert [each is Decision.GO_ON for each in decisions] == [False, True, False, False, False, True, False]
    assert set(decisions) == {Decision.GO_ON, Decision.STOP}
