"""Whether the winner still wins: how often chance alone dethrones it, and that a better rival does."""

from __future__ import annotations

import numpy
import pytest
from caviar.engine.revalidation.metric_moved import moved_over_seeds
from caviar.engine.revalidation.rivals import Candidate
from caviar.engine.revalidation.winner_wins import Scores, compared, margin_of_draws, winner_wins
from caviar.values.trial import Trial

RIVALS, SEEDS = 11, 3
CANDIDATES = [Candidate("fresh" if place else "winner", Trial(place, 0, (), {})) for place in range(RIVALS + 1)]
pytest.importorskip("scipy", reason="a revalidation needs SciPy")


def scores(random: numpy.random.Generator, better: float = 0.0, rows: int = 400, spread: float = 0.01) -> Scores:
    """Accuracies of equally good models: each is right on a row with the chance 0.9, seeds move that chance.

    Three of four rows are easy or hard for all of them alike. The last is better by `better`.
    """
    chance = 0.9 + spread * random.normal(size=(RIVALS + 1, SEEDS))
    chance[-1] += better
    alike, alone = random.uniform(size=(rows, 1, 1)), random.uniform(size=(rows, RIVALS + 1, SEEDS))
    right = numpy.where(random.uniform(size=(rows, 1, 1)) < 0.75, alike, alone) < chance
    drawn = [right[random.integers(0, rows, rows)].mean(axis=0) for _ in range(60)]
    return Scores(right.mean(axis=0), numpy.stack(drawn), 1)


def answered(found: Scores) -> str:
    return winner_wins(compared(CANDIDATES, found, [True] * len(CANDIDATES)), found.limit, "accuracy").answer


def test_of_equally_good_rivals_chance_makes_one_better_in_one_of_twenty_cases_at_most() -> None:
    random = numpy.random.default_rng(1)
    answers = [answered(scores(random)) for _ in range(200)]
    assert answers.count("no") <= 15  # of 200: with the rate 0.05 more are seen in 4 of 100 cases


def test_a_rival_that_is_clearly_better_ends_its_reign() -> None:
    random = numpy.random.default_rng(2)
    answers = [answered(scores(random, better=0.08)) for _ in range(30)]
    assert answers.count("no") >= 28


def test_on_many_rows_and_with_little_noise_it_wins_and_that_is_said() -> None:
    random = numpy.random.default_rng(3)
    answers = [answered(scores(random, better=-0.1, rows=4000, spread=0.001)) for _ in range(10)]
    assert answers.count("yes") >= 9


def test_a_rival_that_may_not_win_or_diverged_does_not() -> None:
    random = numpy.random.default_rng(4)
    found = scores(random, better=0.09)
    feasible = [True] * RIVALS + [False]
    rivals = compared(CANDIDATES, found, feasible)
    assert rivals[-1].interval is None
    assert winner_wins(rivals, found.limit, "accuracy").answer != "no"
    found.values[-1, 0] = numpy.nan
    assert compared(CANDIDATES, found, [True] * len(CANDIDATES))[-1].interval is None


def test_a_winner_that_diverges_has_lost() -> None:
    found = scores(numpy.random.default_rng(5))
    found.values[0, 1] = numpy.nan
    assert answered(found) == "no"


@pytest.mark.parametrize("tail", ["normal", "uniform", "exponential"])
def test_the_lead_of_further_draws_is_exceeded_in_one_of_twenty_cases_at_most(tail: str) -> None:
    random = numpy.random.default_rng(6)
    drawn = getattr(random, tail)(size=(4000, 24))
    beyond = [row[16:].max() - row[:16].max() > margin_of_draws(row[:16], 8) for row in drawn]
    assert sum(beyond) <= 0.05 * 4000 + 1.7 * (4000 * 0.05 * 0.95) ** 0.5
    if tail == "exponential":  # for which the bound is close
        assert sum(beyond) >= 0.04 * 4000


def test_a_function_without_noise_loses_to_a_draw_only_where_that_is_beyond_margin() -> None:
    margin = margin_of_draws([0.90, 0.89, 0.88, 0.80, 0.5, 0.4], RIVALS)
    for ahead, answer in ((0.01, "cannot tell"), (2.0, "no"), (-0.01, "yes")):
        values = numpy.full((RIVALS + 1, SEEDS), 0.5)
        values[0] = 0.90
        values[-1] = 0.90 + ahead
        found = Scores(values, None, 1)
        rivals = compared(CANDIDATES, found, [True] * len(CANDIDATES))
        assert winner_wins(rivals, found.limit, "score", margin=margin).answer == answer
    leader = [CANDIDATES[0], Candidate("leader", CANDIDATES[1].trial)]
    rivals = compared(leader, Scores(numpy.asarray([[0.9] * 3, [0.91] * 3]), None, 1), [True, True])
    assert winner_wins(rivals, 0.0, "score", margin=margin).answer == "no", "the search had it behind the winner"


def test_the_best_of_many_noisy_trials_has_not_got_worse_where_nothing_moved() -> None:
    random, wrong = numpy.random.default_rng(7), 0
    for _ in range(300):
        searched = random.normal(size=30)  # of trials that are equally good
        again = Scores(random.normal(size=(RIVALS + 1, SEEDS)), None, 1)
        wrong += moved_over_seeds([searched.max()], again, "score", 30).answer == "yes"
    assert wrong <= 22  # of 300: with the rate 0.05 more are seen in 4 of 100 cases
