"""How much each hyperparameter mattered."""

import numpy
import pytest
from caviar.engine.analysis.importance import importance
from caviar.plugin import Array, Dimension, History, Space, TrialState
from caviar.testing.strategy import Line, Stairs

CUBE = Space(tuple(Dimension(name, Line()) for name in "abc"))


def study(space: Space, points: Array, losses: Array, states: tuple[TrialState, ...] | None = None) -> History:
    size = len(points)
    states = states or (TrialState.FINISHED,) * size
    return History("minimize", space.clip(points), losses, states, numpy.ones(size, dtype=int), losses[:, None])


def uniform(trials: int, space: Space = CUBE, seed: int = 0) -> Array:
    return numpy.random.default_rng(seed).random((trials, len(space)))


def exact_shares() -> tuple[float, float]:
    """For the best tenth of 2 a + b, a and b uniform: by integration of the two marginals."""
    middles = (numpy.arange(2000) + 0.5) / 2000
    sums = 2 * middles[:, None] + middles
    inside = sums <= numpy.quantile(sums, 0.1)
    parts = [((inside.mean(axis) / inside.mean() - 1) ** 2).mean() for axis in (1, 0)]
    return parts[0] / sum(parts), parts[1] / sum(parts)


def test_shares_are_those_of_the_integral() -> None:
    points = uniform(20_000)
    found = importance(CUBE, study(CUBE, points, 2 * points[:, 0] + points[:, 1]))
    a, b = exact_shares()
    assert found["a"] == pytest.approx(a, abs=0.03)
    assert found["b"] == pytest.approx(b, abs=0.03)
    assert found["c"] < 0.01
    assert sum(found.values()) == pytest.approx(1)


def test_sixty_four_trials_tell_what_matters_most() -> None:
    for seed in range(5):
        points = uniform(64, seed=seed)
        found = importance(CUBE, study(CUBE, points, (points[:, 1] - 0.7) ** 2 + 0.01 * points[:, 0]))
        assert max(found, key=lambda path: found[path]) == "b"


def test_options_and_whole_numbers_are_counted_by_level() -> None:
    space = Space((Dimension("kind", Stairs(4), ordered=False, levels=4), Dimension("a", Line())))
    points = uniform(4000, space)
    found = importance(space, study(space, points, (numpy.floor(points[:, 0] * 4) != 2) + 0.0))
    # All of the best tenth take one option of four: (4 - 1)^2 / 4 + 3 / 4.
    assert found["kind"] > 0.98


def test_it_does_not_matter_how_a_metric_is_turned() -> None:
    points = uniform(200)
    history = study(CUBE, points, points[:, 0] + points[:, 1])
    turned = History("maximize", history.points, -history.objectives, history.states, history.epochs, -history.curves)
    assert importance(CUBE, history) == importance(CUBE, turned)


def test_trials_that_did_not_finish_are_not_among_the_best() -> None:
    points = uniform(400)
    bad = points[:, 2] < 0.5
    states = tuple(TrialState.PRUNED if each else TrialState.FINISHED for each in bad)
    found = importance(CUBE, study(CUBE, points, numpy.where(bad, -1.0, points[:, 0]), states))
    assert found["a"] > found["c"] > found["b"]


def test_what_is_seldom_active_weighs_less() -> None:
    space = Space(
        (
            Dimension("kind", Stairs(2), ordered=False, levels=2),
            Dimension("kind.a", Line(), parent="kind", when=0),
            Dimension("b", Line()),
        )
    )
    points = uniform(3000, space)
    points[:, 0] = numpy.where(points[:, 0] < 0.9, 0.9, 0.1)
    effect = numpy.where(points[:, 0] < 0.5, points[:, 1], 0.5)
    found = importance(space, study(space, points, effect + points[:, 2]))
    assert found["kind.a"] < found["b"] / 3


def test_a_few_trials_tell_nothing() -> None:
    points = uniform(15)
    assert importance(CUBE, study(CUBE, points, points[:, 0])) == {}


def test_equal_results_give_shares_that_are_finite() -> None:
    found = importance(CUBE, study(CUBE, uniform(40), numpy.zeros(40)))
    assert numpy.isfinite(list(found.values())).all()
