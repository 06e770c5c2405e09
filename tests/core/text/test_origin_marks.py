"""Which trials were trained alike, as a column."""

from __future__ import annotations

import pytest
from caviar.plugin import Trial, TrialState
from caviar.text.origin_marks import origin_marks


@pytest.mark.parametrize(
    ("origins", "marks"),
    [
        ([(0,), (0,)], {}),
        ([(), (0,)], {}),
        ([(0,), (1,)], {0: "0", 1: "1"}),
        ([(0,), ()], {}),
        ([(0, 1), (0, 1)], {0: "0+1", 1: "0+1"}),
    ],
)
def test_trials_are_marked_where_they_are_of_several_origins(
    origins: list[tuple[int, ...]], marks: dict[int, str]
) -> None:
    trials = [Trial(number, 0, (), {}, TrialState.FINISHED, 1, {}, origins=each) for number, each in enumerate(origins)]
    assert origin_marks(trials) == marks
