"""successive-halving."""

from collections.abc import Sequence

import numpy
from caviar.plugin import Array, Decision
from caviar.testing import PrunerContract
from caviar_plugins import SuccessiveHalving

GO, PAUSE = Decision.GO_ON, Decision.PAUSE
NINE = tuple(range(9))


class TestSuccessiveHalving(PrunerContract):
    pruner = SuccessiveHalving()


def curves(*rows: Sequence[float]) -> Array:
    """Curves of different lengths, NaN beyond."""
    longest = max(map(len, rows))
    return numpy.asarray([[*row, *[numpy.nan] * (longest - len(row))] for row in rows], dtype=float)


def test_rungs_are_powers_below_the_last_epoch() -> None:
    assert SuccessiveHalving(first=1, factor=3).rungs(50, trial=7) == (1, 3, 9, 27)
    assert SuccessiveHalving(first=2, factor=2).rungs(16, trial=0) == (2, 4, 8)
    assert SuccessiveHalving(first=5).rungs(5, trial=0) == ()


def test_a_third_of_the_round_goes_on_at_the_first_rung() -> None:
    values = curves(*[[value] for value in (9, 1, 8, 2, 7, 3, 6, 4, 5)])
    decisions = SuccessiveHalving().decide(values, NINE, 1, "minimize")
    assert [trial for trial in NINE if decisions[trial] is GO] == [1, 3, 5]
    assert set(decisions) == {GO, PAUSE}
    decisions = SuccessiveHalving().decide(values, NINE, 1, "maximize")
    assert [trial for trial in NINE if decisions[trial] is GO] == [0, 2, 4]


def test_at_the_next_rung_a_ninth_goes_on_of_those_that_got_there() -> None:
    values = curves(*[[1.0]] * 6, [9, 9, 3], [9, 9, 2], [9, 9, 4])
    decisions = SuccessiveHalving().decide(values, NINE, 3, "minimize")
    assert [trial for trial in NINE if decisions[trial] is GO] == [7]


def test_when_the_leaders_diverged_the_best_paused_trial_is_promoted() -> None:
    values = curves([5.0], [4.0], [6.0], [7.0], [8.0], [9.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0])
    values = numpy.concatenate([values, numpy.full((9, 1), numpy.nan)], axis=1)
    decisions = SuccessiveHalving().decide(values, NINE, 3, "minimize")
    assert [trial for trial in NINE if decisions[trial] is GO] == [6]
    values[6:] = numpy.nan  # as the engine shows trials that diverged
    decisions = SuccessiveHalving().decide(values, NINE, 3, "minimize")
    assert [trial for trial in NINE if decisions[trial] is GO] == [1]


def test_ties_go_to_the_lower_trial() -> None:
    decisions = SuccessiveHalving().decide(numpy.ones((9, 1)), NINE, 1, "minimize")
    assert decisions == (GO,) * 3 + (PAUSE,) * 6


def test_a_round_of_one_trains_to_the_end() -> None:
    assert SuccessiveHalving().decide(curves([1.0]), (4,), 1, "minimize") == (GO,)


def test_where_all_diverged_no_trial_continues() -> None:
    assert SuccessiveHalving().decide(numpy.full((3, 1), numpy.nan), (0, 1, 2), 1, "maximize") == (PAUSE,) * 3
