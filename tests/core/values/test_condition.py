"""Conditions, and the ranking that heeds them."""

from math import inf, isinf, nan

import pytest
from caviar.plugin import Trial, TrialState, ranked
from caviar.values.condition import Condition
from hypothesis import given
from hypothesis import strategies as st

RELATIONS = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
NUMBERS = st.floats(-1e6, 1e6)


@given(value=NUMBERS, bound=NUMBERS, relation=st.sampled_from(sorted(RELATIONS)))
def test_a_condition_is_met_exactly_where_its_relation_holds(value: float, bound: float, relation: str) -> None:
    violation = Condition("validation.f1", relation, bound).violation({"validation.f1": value})
    assert (violation == 0.0) == RELATIONS[relation](value, bound)
    assert violation >= 0.0


@pytest.mark.parametrize(("value", "violation"), [(0.4, 0.0), (0.75, 0.5), (1.0, 1.0), (nan, inf), (inf, inf)])
def test_a_violation_is_a_share_of_the_bound(value: float, violation: float) -> None:
    assert Condition("m", "<", 0.5).violation({"m": value}) == pytest.approx(violation)


def test_about_zero_it_is_the_distance_itself_and_without_the_metric_infinite() -> None:
    assert Condition("m", ">=", 0.0).violation({"m": -3.0}) == 3.0
    assert isinf(Condition("m", "<", 0.5).violation({}))


@pytest.mark.parametrize("text", ["validation.log_loss<0.5", " validation.log_loss  <  5e-1 "])
def test_spaces_mean_nothing(text: str) -> None:
    assert Condition.parse(text) == Condition("validation.log_loss", "<", 0.5)
    assert str(Condition.parse(text)) == "validation.log_loss < 0.5"


@pytest.mark.parametrize(
    "text", ["", "m", "m < ", "m = 0.5", "m == 0.5", "0.5 < m", "m < nan", "m < inf", "m < 1 < 2", "m << 1", "m < x"]
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be <metric> < <number>"):
        Condition.parse(text)


def trial(index: int, objective: float | None, violation: float = 0.0) -> Trial:
    return Trial(index, 0, (), {}, TrialState.FINISHED, objective=objective, violation=violation)


def test_those_who_meet_the_conditions_come_first_the_others_by_how_far_off_they_are() -> None:
    trials = [trial(0, 0.9, 2.0), trial(1, 0.5), trial(2, 0.99, 0.1), trial(3, 0.5), trial(4, nan), trial(5, None)]
    diverged = Trial(6, 0, (), {}, TrialState.DIVERGED, objective=1.0)
    assert [each.index for each in ranked([*trials, diverged], "maximize")] == [1, 3, 4, 5, 2, 0]
    assert [each.index for each in ranked(trials, "minimize")][:2] == [1, 3]
    assert [each.index for each in trials if each.feasible] == [1, 3, 4]
