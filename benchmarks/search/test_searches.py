"""The yardstick itself."""

from dataclasses import dataclass

import numpy
import pytest
from caviar.plugin import Array, History, Random, Space
from caviar_plugins import RandomSearch, TopK, Uniform

from benchmarks.search.curves import FULL, METHODS, CurveTask
from benchmarks.search.searches import Ours, Setting, search
from benchmarks.search.tasks import Facts, Task, dimension


@dataclass(frozen=True)
class Slope(Task):
    """The coordinate, with two training seeds that lie 1 apart."""

    def repeats(self, points: Array) -> Array:
        found: Array = points + numpy.asarray([-0.5, 0.5])
        return found


SLOPE = Slope("slope", "toy", "maximize", Space((dimension("x", Uniform(0.0, 1.0)),)))
FACTS = Facts(best=-1.0, median=-0.5, deviation=0.7, random_gap=0.1)


@pytest.mark.parametrize("size", [1, 8])
def test_regret_is_that_of_the_luckiest_trials_mean(size: int) -> None:
    searcher = Ours(RandomSearch(), SLOPE.space, SLOPE.goal, seed=3)
    found = search(searcher, SLOPE, FACTS, Setting("toy", 24, size), seed=3)
    leader = searcher.points[numpy.argmax(searcher.runs), 0]
    assert found["regret"][-1] == pytest.approx((1 - leader) / 0.5, abs=1e-6)
    assert len(found["regret"]) == 24


class Doubting(RandomSearch):
    """Has its first trial trained once more after every round."""

    def retests(self, space: Space, history: History, random: Random) -> tuple[int, ...]:
        return (0,)


def test_retests_count_as_trainings_and_move_the_incumbent() -> None:
    searcher = Ours(Doubting(), SLOPE.space, SLOPE.goal, seed=3)
    found = search(searcher, SLOPE, FACTS, Setting("toy", 24, 7), seed=3)
    assert len(found["regret"]) == 24
    assert [len(runs) for runs in searcher.runs] == [4, *[1] * 20]
    objectives = [sum(runs) / len(runs) for runs in searcher.runs]
    deviation = numpy.std(searcher.runs[0], ddof=1)
    worsened = numpy.asarray(objectives) - deviation / numpy.sqrt([len(runs) for runs in searcher.runs])
    leader = searcher.points[worsened.argmax(), 0]
    assert found["regret"][-1] == pytest.approx((1 - leader) / 0.5, abs=1e-6)


def test_a_task_counts_where_chance_is_further_off_than_noise() -> None:
    assert not FACTS.separates
    assert Facts(best=0.0, median=1.0, deviation=0.1, random_gap=0.2).separates


@dataclass(frozen=True)
class Flat(CurveTask):
    """Each trial's loss is its coordinate, at all epochs."""

    rounds: list[Array]

    def curves(self, points: Array) -> Array:
        self.rounds.append(points)
        return numpy.repeat(points, self.epochs, axis=1)


def test_early_discarding_in_one_round_spends_all_epochs_and_finishes_the_best_of_all_trials() -> None:
    task = Flat("flat", "toy", SLOPE.space, epochs=10, best=0.0, median=0.5, rounds=[])
    steps = METHODS["random, top-k in one round"](task, 3)["steps"]
    (points,) = task.rounds
    k = TopK().k
    assert len(points) + k * 9 == FULL * 10
    assert len(points) < steps[0][0] <= steps[-1][0] <= FULL * 10
    assert steps[-1][1] == pytest.approx(points.min() / 0.5, abs=1e-6)
