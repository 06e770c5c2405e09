"""gaussian-process."""

from collections.abc import Callable

import numpy
import pytest
from caviar.plugin import Array, Dimension, History, Random, Space, TrialState
from caviar.testing import StrategyContract
from caviar.testing.strategy import SPACE, Line, Stairs, history
from caviar_plugins import GaussianProcess, RandomSearch
from caviar_plugins.strategies.candidates import anywhere
from caviar_plugins.strategies.features import features, settled
from caviar_plugins.strategies.improvement import Improvement
from caviar_plugins.strategies.standardized_losses import standardized_losses

pytest.importorskip("scipy", reason="gaussian-process computes with SciPy")

CUBE = Space(tuple(Dimension(name, Line()) for name in "abc"))


def search(space: Space, loss: Callable[[Array], Array], trials: int, size: int, seed: int = 1) -> tuple[Array, Array]:
    """Points and losses of a search in rounds."""
    points, losses = numpy.empty((0, len(space))), numpy.empty(0)
    while len(points) < trials:
        done = len(points)
        epochs = numpy.ones(done, dtype=numpy.int64)
        past = History("minimize", points, losses, (TrialState.FINISHED,) * done, epochs, losses[:, None])
        new = space.clip(GaussianProcess().propose(space, past, size, Random(seed)))
        points = numpy.concatenate([points, new])
        losses = numpy.concatenate([losses, loss(new)])
    return points, losses


def drawn(loss: Callable[[Array], Array], seed: int) -> Array:
    """Losses of 40 points of random search."""
    return loss(RandomSearch().propose(CUBE, history(CUBE, 0, Random(0)), 40, Random(seed)))


def bowl(points: Array) -> Array:
    total: Array = ((points - [0.9, 0.2, 0.5]) ** 2).sum(1)
    return total


class TestGaussianProcess(StrategyContract):
    strategy = GaussianProcess(first=4)


class TestGaussianProcessThatSeesAPart(StrategyContract):
    strategy = GaussianProcess(first=4, most=16)

    def test_a_long_past_is_no_trouble(self) -> None:
        points = self.proposed(300, 3)
        assert points.shape == (3, len(self.space))


SEEDS = range(1, 6)


@pytest.mark.thorough
@pytest.mark.parametrize("size", [1, 8])
def test_it_comes_ten_times_as_near_to_the_lowest_point_of_a_bowl_as_random_search(size: int) -> None:
    found = [search(CUBE, bowl, 40, size, seed)[1].min() for seed in SEEDS]
    assert numpy.median(found) < 0.1 * numpy.median([drawn(bowl, seed).min() for seed in SEEDS])


def test_a_round_is_spread_out() -> None:
    nearest = []
    for seed in SEEDS:
        last = search(CUBE, bowl, 24, 12, seed)[0][-12:]
        gaps = numpy.sqrt(((last[:, None] - last) ** 2).sum(2)) + numpy.eye(12)
        nearest.append(gaps.min())
    assert numpy.median(nearest) > 0.01


def test_it_learns_which_option_is_best_under_noise() -> None:
    space = Space((Dimension("kind", Stairs(4), ordered=False, levels=4), Dimension("a", Line())))
    noise = numpy.random.default_rng(0)

    def loss(points: Array) -> Array:
        wrong = numpy.floor(points[:, 0] * 4) != 2
        total: Array = (points[:, 1] - 0.3) ** 2 + wrong + noise.normal(0, 0.05, len(points))
        return total

    late = numpy.concatenate([search(space, loss, 40, 10, seed)[0][-20:] for seed in SEEDS])
    assert (numpy.floor(late[:, 0] * 4) == 2).mean() > 0.6
    assert abs(numpy.median(late[:, 1]) - 0.3) < 0.15


def test_a_region_that_diverges_is_left_alone() -> None:
    def loss(points: Array) -> Array:
        return numpy.where(points[:, 1] > 0.6, numpy.inf, bowl(points))

    late = numpy.concatenate([search(CUBE, loss, 32, 8, seed)[0][-16:] for seed in SEEDS])
    assert (late[:, 1] > 0.6).mean() < 0.2


def test_what_was_tried_is_not_proposed_again_while_something_else_is_left() -> None:
    space = Space(tuple(Dimension(name, Stairs(5), levels=5) for name in "ab"))
    tried = [settled(space, search(space, lambda new: new.sum(1), 24, 6, seed)[0]) for seed in SEEDS]
    assert numpy.median([len({tuple(point) for point in points}) for points in tried]) >= 22


@pytest.mark.parametrize("value", [numpy.nan, numpy.inf, 1.0, -numpy.inf])
def test_a_past_that_says_nothing_is_no_trouble(value: float) -> None:
    past = history(SPACE, 12, Random(0))
    past.objectives[:] = value
    points = GaussianProcess().propose(SPACE, past, 3, Random(1))
    assert numpy.isfinite(SPACE.clip(points)[:, 0]).all()


def test_settled_points_are_those_of_the_engine() -> None:
    points = RandomSearch().propose(SPACE, history(SPACE, 0, Random(0)), 200, Random(3))
    expected = numpy.stack([SPACE.point(SPACE.values(point)) for point in SPACE.clip(points)])
    numpy.testing.assert_allclose(settled(SPACE, points), expected)


def test_options_lie_one_apart_and_inactive_coordinates_do_not_count() -> None:
    points = settled(SPACE, numpy.asarray([[0.1, 0.2, 0.3, 0.9, 0.5, 0.5], [0.5, 0.7, 0.8, 0.1, 0.5, 0.5]]))
    found, owners = features(SPACE, points)
    gaps = (found[0] - found[1]) ** 2
    assert gaps[owners == 0].sum() == pytest.approx(1)
    assert gaps[owners == 3].sum() == 0


def test_scores_keep_the_order_of_the_better_half_and_cut_off_the_worst() -> None:
    losses = numpy.asarray([1.0, 2.0, 3.0, 4.0, 1e9, numpy.inf, numpy.nan])
    found = standardized_losses(losses)
    assert (numpy.diff(found[:4]) > 0).all()
    assert found[4] == found[5] == found[6] == found.max()
    assert found.std() == pytest.approx(1)


def test_further_losses_have_a_place_on_the_scale_but_no_part_in_it() -> None:
    losses = numpy.asarray([1.0, 2.0, 3.0, 4.0])
    found = standardized_losses(losses, numpy.asarray([0.5, 2.0, 1e9]))
    numpy.testing.assert_array_equal(found[:4], standardized_losses(losses))
    assert found[4] == found[0]
    assert found[5] == found[1]
    assert found[6] > found[3]


def test_scores_tell_bad_from_worse_up_to_three_times_as_far_above_the_median_as_the_best_is_below() -> None:
    found = standardized_losses(numpy.asarray([1.0, 2.0, 3.0, 4.0, 5.0, 14.9, 15.1, 50.0]))  # 4.5 + 3 * 3.5 is 15
    assert found[4] < found[5] < found[6] == found[7]


def test_a_lowest_point_in_a_corner_is_met_exactly_with_most_seeds() -> None:
    met = 0
    for seed in SEEDS:
        points, losses = search(CUBE, lambda new: ((new - [1.0, 0.0, 1.0]) ** 2).sum(1), 24, 1, seed)
        met += points[losses.argmin()].tolist() == [1.0, 0.0, 1.0]
    assert met > len(SEEDS) / 2


def test_candidates_lie_at_the_ends_too_and_options_are_drawn_evenly() -> None:
    space = Space((Dimension("a", Line()), Dimension("kind", Stairs(4), ordered=False, levels=4)))
    drawn = anywhere(space, 8000, numpy.random.default_rng(0))
    assert (drawn[:, 0] == 0).mean() == pytest.approx(0.15 / 1.3, abs=0.015)
    assert (drawn[:, 0] == 1).mean() == pytest.approx(0.15 / 1.3, abs=0.015)
    assert numpy.histogram(drawn[:, 1], 4, (0, 1))[0] / 8000 == pytest.approx(0.25, abs=0.02)


def test_a_round_does_not_scatter_once_the_lowest_point_is_about_known() -> None:
    away = []
    for seed in range(1, 6):
        points, _ = search(CUBE, bowl, 32, 16, seed)
        away.append(numpy.median(numpy.sqrt(((points[16:] - [0.9, 0.2, 0.5]) ** 2).sum(1))))
    assert numpy.mean(away) < 0.15


@pytest.mark.parametrize("trials", [5, 40])
def test_what_is_not_looked_at_closely_changes_no_proposal(trials: int, monkeypatch: pytest.MonkeyPatch) -> None:
    past = history(SPACE, trials, Random(3))
    quick = GaussianProcess(first=4).propose(SPACE, past, 12, Random(5))
    monkeypatch.setattr(Improvement, "ceilings", lambda self: numpy.full(len(self.z), numpy.inf))
    assert quick.tobytes() == GaussianProcess(first=4).propose(SPACE, past, 12, Random(5)).tobytes()
