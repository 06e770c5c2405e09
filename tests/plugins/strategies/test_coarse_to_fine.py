"""coarse-to-fine."""

import numpy
from caviar.plugin import Array, Dimension, History, Random, Space, Strategy, TrialState
from caviar.testing import StrategyContract
from caviar.testing.strategy import Line, Stairs
from caviar_plugins import CoarseToFine, RandomSearch

SEEDS = range(1, 8)
PLANE = Space((Dimension("a", Line()), Dimension("b", Line()), Dimension("kind", Stairs(3), ordered=False, levels=3)))


def past(points: Array, losses: Array) -> History:
    size = len(losses)
    epochs = numpy.ones(size, dtype=numpy.int64)
    return History("minimize", points, losses, (TrialState.FINISHED,) * size, epochs, losses[:, None])


def around(centre: tuple[float, ...], width: float, trials: int = 40) -> History:
    """Good trials within `width` of a centre, and worse ones anywhere."""
    generator = numpy.random.default_rng(0)
    points = generator.random((trials, 3))
    points[: trials // 2] = numpy.asarray(centre) + width * (generator.random((trials // 2, 3)) - 0.5)
    return past(PLANE.clip(points), numpy.arange(trials, dtype=float))


class TestCoarseToFine(StrategyContract):
    strategy = CoarseToFine(first=4)

    def test_the_first_trials_are_anywhere(self) -> None:
        points = CoarseToFine(first=9).propose(self.space, self.past(8), 200, Random(1))
        assert numpy.nanmin(points) < 0.02
        assert numpy.nanmax(points) > 0.98

    def past(self, trials: int) -> History:
        return past(numpy.full((trials, len(self.space)), 0.5), numpy.arange(trials, dtype=float))


def test_boxes_are_as_narrow_as_the_leaders_agree() -> None:
    for seed in SEEDS:
        spreads = []
        for width in (0.4, 0.04):
            points = CoarseToFine(explore=0.0).propose(PLANE, around((0.6, 0.3, 0.5), width), 400, Random(seed))
            assert abs(points[:, :2] - [0.6, 0.3]).max() < 2 * width
            spreads.append(points[:, :2].std(0))
        assert (spreads[0] > 4 * spreads[1]).all()


def test_a_best_trial_at_the_edge_of_the_leaders_draws_the_box_beyond_it() -> None:
    history = around((0.6, 0.3, 0.5), 0.1)
    history.points[0, 0] = 0.7
    for seed in SEEDS:
        points = CoarseToFine(explore=0.0).propose(PLANE, history, 400, Random(seed))
        assert (points[:, 0] > 0.72).mean() > 0.1


def test_the_share_of_exploration_is_drawn_from_the_whole_space() -> None:
    past = around((0.6, 0.3, 0.5), 0.02)
    points = numpy.concatenate([CoarseToFine(explore=0.25).propose(PLANE, past, 2000, Random(seed)) for seed in SEEDS])
    away = (abs(points[:, :2] - [0.6, 0.3]) > 0.05).any(1)
    assert abs(away.mean() - 0.25) < 0.03


def test_an_option_that_lost_every_time_still_comes_back() -> None:
    for seed in SEEDS:
        points = CoarseToFine().propose(PLANE, around((0.6, 0.3, 0.5), 0.02), 300, Random(seed))
        options = [PLANE.level("kind", value) for value in points[:, 2]]
        assert set(options) == {0, 1, 2}
        assert options.count(1) > options.count(0) + options.count(2)


def test_it_comes_ten_times_as_near_to_the_lowest_point_of_a_bowl_as_random_search() -> None:
    found = [lowest(CoarseToFine(), seed) for seed in SEEDS]
    assert numpy.median(found) < 0.1 * numpy.median([lowest(RandomSearch(), seed) for seed in SEEDS])


def lowest(strategy: Strategy, seed: int) -> float:
    """The lowest loss of ten rounds."""
    points, losses = numpy.empty((0, 3)), numpy.empty(0)
    for _ in range(10):
        new = PLANE.clip(strategy.propose(PLANE, past(points, losses), 16, Random(seed)))
        points = numpy.concatenate([points, new])
        losses = ((points[:, :2] - [0.9, 0.2]) ** 2).sum(1) + (points[:, 2] < 0.66)
    return float(losses.min())


def test_failed_and_diverged_trials_do_not_lead() -> None:
    history = around((0.6, 0.3, 0.5), 0.05)
    history.points[:5] = 0.95
    history.objectives[:3], history.objectives[3:5] = numpy.nan, numpy.inf
    points = CoarseToFine(explore=0.0).propose(PLANE, history, 100, Random(1))
    assert points[:, 1].max() < 0.5


def test_one_trial_is_enough_to_go_on_from() -> None:
    one = past(numpy.asarray([[0.6, 0.3, 0.5]]), numpy.zeros(1))
    points = CoarseToFine(first=1, explore=0.0).propose(PLANE, one, 50, Random(1))
    assert (abs(points - one.points) <= 1 / 3).all()


def test_the_box_holds_what_is_proposed_and_little_else() -> None:
    history, strategy = around((0.6, 0.3, 0.5), 0.2), CoarseToFine(explore=0.0)
    box = strategy.box(PLANE, history)
    assert box is not None
    for seed in SEEDS:
        points = strategy.propose(PLANE, history, 400, Random(seed))[:, :2]
        assert (box[:2, 0] <= points.min(0)).all()
        assert (points.max(0) <= box[:2, 1]).all()
        assert (numpy.ptp(points, axis=0) > 0.9 * (box[:2, 1] - box[:2, 0])).all()
    assert CoarseToFine(first=100).box(PLANE, history) is None
