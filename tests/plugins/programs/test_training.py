"""A program's training that goes on: what it is handed, and when that is given up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from caviar.plugin import TrialFailed
from caviar_plugins.programs.training import Plan, ProgramTraining
from caviar_plugins.programs.trial_files import TrialFiles

from tests.plugins.programs.running import is_running

# Begins behind the epoch of its state, and counts from $1.
COUNTS = """
n=$(cat state/n 2>/dev/null || echo $(($1 - 1)))
while [ $n -lt $2 ]; do
    n=$((n + 1))
    echo $n >>trained
    echo $n >state/n
    echo "{\\"epoch\\": $n, \\"score\\": $n}"
done
"""

# As COUNTS, but prints all its lines at once, at its end: none is lost where it is stopped after one of them.
AHEAD = """
n=$(cat state/n 2>/dev/null || echo $(($1 - 1)))
while [ $n -lt $2 ]; do
    n=$((n + 1))
    echo $n >>trained
    lines="$lines{\\"epoch\\": $n, \\"score\\": $n}
"
done
echo $n >state/n
printf "%s" "$lines"
"""


def training(folder: Path, script: str, *words: int, resumes: bool = True) -> ProgramTraining:
    command = ["sh", "-c", script, "sh", *map(str, words)]
    plan = Plan(command, os.environ, folder, {}, "validation.score", None, None, resumes)
    return ProgramTraining(plan, TrialFiles(folder, {}))


def reached(one: ProgramTraining, until: int, to_its_end: bool = False) -> list[float]:
    found = [line.metrics["validation.score"] for line in one.reach(until, to_its_end, lambda: None)]
    one.close()
    return found


@pytest.mark.parametrize("first", [0, 1])
def test_a_program_may_count_from_either_end_of_its_first_epoch(tmp_path: Path, first: int) -> None:
    expected = [float(first + each) for each in range(5)]
    assert reached(training(tmp_path, COUNTS, first, first + 1), 2, True) == expected[:2]
    assert reached(training(tmp_path, COUNTS, first, first + 4), 5, True) == expected
    assert len((tmp_path / "trained").read_text().split()) == 5


def test_epochs_that_it_ran_ahead_are_not_trained_again(tmp_path: Path) -> None:
    assert reached(training(tmp_path, AHEAD, 1, 4), 2, True) == [1, 2]
    assert reached(training(tmp_path, AHEAD, 1, 4), 4, True) == [1, 2, 3, 4]
    assert (tmp_path / "trained").read_text().split() == ["1", "2", "3", "4"]


def test_a_state_without_its_metrics_is_given_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reached(training(tmp_path, COUNTS, 1, 4), 4, True)
    journal = tmp_path / "epochs.jsonl"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:2]))  # as if killed before they were kept
    assert reached(training(tmp_path, COUNTS, 1, 5), 5, True) == [1, 2, 3, 4, 5]
    assert (tmp_path / "trained").read_text().split() == ["1", "2", "3", "4", "5", "1", "2", "3", "4", "5"]
    assert "a state that it was handed was ahead of its metrics; it is trained again from its first" in caplog.text


def test_a_state_that_makes_the_program_fail_is_given_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reached(training(tmp_path, COUNTS, 1, 2), 2, True)
    fussy = f"[ -e state/n ] && echo damaged >&2 && exit 4; {COUNTS}"
    assert reached(training(tmp_path, fussy, 1, 3), 3, True) == [1, 2, 3]
    assert "a state that it was handed made it fail (ended with exit code 4); it is trained again" in caplog.text


def test_a_gap_between_epochs_is_a_failure_and_nothing_of_it_is_used_again(tmp_path: Path) -> None:
    script = 'for n in 1 3; do echo "{\\"epoch\\": $n, \\"score\\": $n}"; done'
    with pytest.raises(TrialFailed, match="'sh' printed epoch 3 after epoch 1, after 1 epoch; its last line: "):
        reached(training(tmp_path, script), 2)
    assert TrialFiles(tmp_path, {}).epochs == []


def test_another_result_of_the_same_epoch_is_told_and_the_first_one_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script = 'echo x >>runs; for n in 1 2; do echo "{\\"score\\": $n$(wc -l <runs)}"; [ $1 = $n ] && exit 0; done'
    assert reached(training(tmp_path, script, 1, resumes=False), 1, True) == [11]
    assert reached(training(tmp_path, script, 2, resumes=False), 2, True) == [11, 22]
    assert "gave another validation.score when an epoch was trained again" in caplog.text


def test_a_program_is_ended_wherever_its_metrics_are(tmp_path: Path) -> None:
    script = 'echo $$ >pid; echo "{\\"score\\": 1}" >metrics; sleep 1000'
    plan = Plan(["sh", "-c", script], os.environ, tmp_path, {}, "validation.score", tmp_path / "metrics", None, False)
    assert reached(ProgramTraining(plan, TrialFiles(tmp_path, {})), 1) == [1]
    assert not is_running((tmp_path / "pid").read_text())
