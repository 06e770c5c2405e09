"""staged."""

import numpy
import pytest
from caviar.plugin import Array, Dimension, History, Random, Space, Strategy, TrialState
from caviar.testing import StrategyContract
from caviar.testing.strategy import Line, Stairs
from caviar_plugins import Grid, RandomSearch, Staged

TIERS = Space(
    (
        Dimension("rate", Line(), tier=1),
        Dimension("units", Line(), tier=2),
        Dimension("free", Line()),
        Dimension("decay", Line(), tier=3),
    )
)


def search(strategy: Staged, space: Space, trials: int, size: int) -> tuple[Array, Array]:
    """Points and losses of a search in rounds of `size`; the loss is the distance from 0.8 in every dimension."""
    points, losses = numpy.empty((0, len(space))), numpy.empty(0)
    for start in range(0, trials, size):
        past = History(
            "minimize", points, losses, (TrialState.FINISHED,) * start, numpy.ones(start, dtype=int), losses[:, None]
        )
        new = space.clip(strategy.propose(space, past, min(size, trials - start), Random(3)))
        points = numpy.concatenate([points, new])
        losses = numpy.concatenate([losses, numpy.nansum(abs(new - 0.8), axis=1)])
    return points, losses


class TestStaged(StrategyContract):
    strategy = Staged(trials=12)


class TestStagedGrid(StrategyContract):
    strategy = Staged(trials=30, within=RandomSearch())


def test_each_stage_moves_its_own_tier_only_from_the_winner_of_those_before() -> None:
    points, losses = search(Staged(trials=30), TIERS, 30, 10)
    rate, units, free, decay = points.T
    assert len(set(rate[:10])) == len(set(free[:10])) == 10
    assert set(units[:10]) == set(decay[:10]) == {0.5}
    assert len(set(units[10:20])) == 10
    assert set(decay[10:20]) == {0.5}
    assert set(rate[10:20]) == {rate[losses[:10].argmin()]}
    assert len(set(decay[20:])) == 10
    assert set(units[20:]) == {units[losses[:20].argmin()]}


def test_a_round_across_two_stages_holds_trials_of_both() -> None:
    points, _ = search(Staged(trials=30), TIERS, 30, 16)
    assert len(set(points[:10, 0])) == 10
    assert set(points[10:16, 0]) == {0.5}
    assert len(set(points[10:16, 1])) == 6


def test_stages_stay_where_they_were_though_trials_lie_outside_of_changed_ranges() -> None:
    points, losses = search(Staged(trials=30), TIERS, 15, 5)
    losses[2], losses[12] = -1.0, -2.0  # the best of the first stage, and one of the second
    kept = [row for row in range(15) if row not in (1, 4, 11)]
    past = History(
        "minimize",
        points[kept],
        losses[kept],
        (TrialState.FINISHED,) * 12,
        numpy.ones(12, dtype=int),
        losses[kept, None],
        outside=(1, 4, 11),
    )
    new = Staged(trials=30, within=Counting()).propose(TIERS, past, 5, Random(3))
    assert set(new[:, 0]) == {points[2, 0]}
    assert new[:, 1] == pytest.approx(0.054), "of five trials of the stage it sees four"


class Counting(Strategy):
    """Tells by its points how many trials it has proposed, and how many it sees."""

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        return numpy.full((count, len(space)), history.proposed / 100 + len(history) / 1000)


def test_the_hyperparameters_of_a_choice_wait_for_the_choice() -> None:
    space = Space(
        (
            Dimension("optimizer", Stairs(2), tier=2, ordered=False, levels=2),
            Dimension("optimizer.sgd.rate", Line(), tier=1, parent="optimizer", when=1),
            Dimension("units", Line(), tier=1),
        )
    )
    points, _ = search(Staged(trials=20), space, 20, 10)
    assert len(set(points[:10, 2])) == 10
    assert {space.level("optimizer", value) for value in points[:10, 0]} == {1}
    assert numpy.ptp(points[:10, 1]) == 0
    assert len(set(points[10:, 2])) == 1


def test_a_stage_whose_strategy_has_nothing_left_goes_on_at_random() -> None:
    points, _ = search(Staged(trials=20, within=Grid(3)), Space(TIERS.dimensions[:2]), 20, 5)
    assert set(points[:3, 0]) == {0.0, 0.5, 1.0}
    assert len(set(points[3:10, 0]) - {0.0, 0.5, 1.0}) == 7
    assert set(points[10:13, 1]) == {0.0, 0.5, 1.0}


def test_outside_a_run_it_needs_the_total_number_of_trials() -> None:
    with pytest.raises(ValueError, match="set the total number of trials"):
        search(Staged(), TIERS, 4, 2)
