"""search.patience: when a search stops, that it is told, and that more of it goes on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from caviar import Trial, TrialState
from caviar.engine.search.patience import out_of_patience
from caviar.engine.study import Interrupted

from tests.core.engine.search.rungs import PLUGINS, bits, differences
from tests.core.engine.search.searching import gone_on, search

PIPELINE = """
name = "p"
reporter = []
executor = "inline"
[data]
path = "blobs.npz"
[model]
units = 4
[optimizer]
learning_rate = { log = [1e-4, 1.0] }
[trainer]
epochs = 2
batch_size = 32
[search]
baselines = false
strategy = { use = "coarse-to-fine", first = 4, retest = 0.0 }
trials = 40
round = 4
"""


@pytest.fixture
def file(put: Callable[[str, str], Path]) -> Path:
    return put(PIPELINE, PLUGINS)


def found(file: Path, into: str) -> tuple[list[Any], ...]:
    return bits(file.parent / into / "p")


def stall(trials: tuple[Trial, ...], patience: int, begin: int = 4) -> int:
    """How many trials there are when, at the end of a round of four, the last `patience` have not beaten the best."""
    for end in range(begin, len(trials) + 1, 4):
        objectives = [trial.objective or 0.0 for trial in trials[:end] if trial.state is TrialState.FINISHED]
        if len(objectives) - 1 - objectives.index(max(objectives)) >= patience:
            return end
    return len(trials)


def test_it_stops_at_the_end_of_the_first_round_after_so_many_that_were_no_better(file: Path) -> None:
    whole = search(file, "whole")
    for patience in (3, 8, 15):
        expected = stall(whole.summary.trials, patience)
        done = search(file, f"by{patience}", f"search.patience={patience}")
        assert len(done.summary.trials) == expected < 40
        assert found(file, f"by{patience}")[0] == found(file, "whole")[0][:expected]
        assert (done.summary.stopped or "").startswith(f"after {expected} of 40 trials: none of the last ")
        assert (done.summary.stopped or "").endswith(f"finished trials was better (search.patience = {patience})")
    assert whole.summary.stopped is None


def test_the_same_again_trains_nothing_and_says_so_and_with_more_patience_it_goes_on(file: Path) -> None:
    whole = search(file, "whole")
    first = search(file, "runs", "search.patience=3")
    again = search(file, "runs", "search.patience=3")
    assert again.info.resumed == len(again.summary.trials) == len(first.summary.trials)
    assert again.summary.stopped == first.summary.stopped
    search(file, "runs", "search.patience=8")
    longer = search(file, "runs")
    assert longer.summary.stopped is None
    assert longer.summary.best == whole.summary.best
    assert not differences(found(file, "runs"), found(file, "whole"))


def test_less_patience_leaves_what_there_is_and_ends_what_was_begun(file: Path) -> None:
    whole, begun = search(file, "whole").summary.trials, list[Any]()
    while len(begun) <= stall(whole, 3) or begun[-1][2] != "queued":  # each go gets one or two commits done
        with pytest.raises(Interrupted):
            search(file, "runs", "store.use=failing", "store.call=2")
        begun = found(file, "runs")[0]
    done = search(file, "runs", "store.use=failing", "search.patience=3")
    assert len(done.summary.trials) == stall(whole, 3, begin=len(begun)) < 40
    assert all(trial.state.done for trial in done.summary.trials)
    assert done.summary.stopped


@pytest.mark.parametrize("after", ["false", "true"])
def test_a_search_that_dies_at_any_commit_stops_where_it_would_have(file: Path, after: str) -> None:
    settings = ["search.patience=3", "search.strategy.retest=0.2", "store.use=failing", f"store.after={after}"]
    whole = search(file, "whole", *settings)
    deaths = list(gone_on(search, file, settings))
    for folder, resumed in deaths:
        assert resumed.summary.stopped == whole.summary.stopped
        assert not differences(found(file, folder), found(file, "whole"))
    assert len(deaths) > 5


def test_workers_stop_where_inline_does(file: Path) -> None:
    here = search(file, "here", "search.patience=3")
    there = search(file, "there", "search.patience=3", "executor=processes", "executor.workers=2")
    assert there.summary.stopped == here.summary.stopped
    assert not differences(found(file, "there"), found(file, "here"))


def test_only_finished_trials_count_and_a_tie_is_not_better() -> None:
    def trial(number: int, objective: float, state: TrialState = TrialState.FINISHED, violation: float = 0.0) -> Trial:
        return Trial(number, 0, (), {}, state, objective=objective, violation=violation)

    tied = [trial(0, 0.5), trial(1, 0.5), trial(2, 0.9, TrialState.PRUNED), trial(3, 0.0, TrialState.DIVERGED)]
    assert out_of_patience(tied, "maximize", 2) is None
    assert out_of_patience([*tied, trial(4, 0.4)], "maximize", 2)
    assert out_of_patience([], "maximize", 1) is None
    assert out_of_patience([*tied, trial(4, 0.4)], "maximize", 0) is None
    nearer = [trial(0, 0.5, violation=0.9), trial(1, 0.4, violation=0.8), trial(2, 0.3, violation=0.7)]
    assert out_of_patience(nearer, "maximize", 1) is None, "coming nearer to the conditions is better"
