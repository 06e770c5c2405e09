"""What fails for the machine's reasons is tried again by the next run, and is no fault of a trial's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from caviar import Trial, TrialState
from caviar.engine.failures.machine_faults import Unfinished, fault_of
from caviar.engine.search.merge_folds import over_folds
from caviar.values.segment import MemberOutcome
from caviar_plugins.stores.sqlite import SQLite

from tests.core.engine.search.rungs import bits, differences
from tests.core.engine.search.searching import search

PIPELINE = """
name = "p"
data = { path = "blobs.npz" }
reporter = []
executor = "inline"
[model]
units = 4
[optimizer]
use = "faulty"
learning_rate = { uniform = [0.01, 1.0] }
[trainer]
epochs = 9
[search]
baselines = false
trials = 8
round = 4
""" + "\n".join(f"[[search.points]]\noptimizer.learning_rate = 0.{number}" for number in range(1, 9))

PLUGINS = '''
"""An optimizer that meets the fault that the file beside it names, where it trains one of the rates named there."""

import errno
import os
import signal
from pathlib import Path

from caviar_plugins import SGD

FAULT = Path(r"{}")


class Faulty(SGD):
    name = "faulty"

    def update(self, parameters, gradients, state, step, layout):
        what, *rates = FAULT.read_text().split()
        for rate in self.learning_rate[:, 0].tolist():
            if what in ("none", "refused") or (rates and f"{{rate:.1f}}" not in rates):
                continue
            if what == "memory" or (what == "later" and step.max() > 1):
                raise MemoryError
            if what == "later":
                continue
            if what == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if what == "alike":
                raise RuntimeError(f"{{rate}} is no rate")
            if what == "different":
                raise RuntimeError("abcdefghijk"[round(10 * rate)])
            raise OSError(getattr(errno, what), what)
        super().update(parameters, gradients, state, step, layout)
'''


@pytest.fixture
def fault(tmp_path: Path) -> Path:
    (tmp_path / "fault").write_text("none")
    return tmp_path / "fault"


@pytest.fixture
def file(put: Callable[[str, str], Path], fault: Path) -> Path:
    return put(PIPELINE, PLUGINS.format(fault))


def trials(file: Path, into: str) -> tuple[Trial, ...]:
    with SQLite().read(file.parent / into / "p") as ledger:
        return ledger.trials()


def states(file: Path, into: str) -> str:
    """The first letters of the trials' states."""
    return "".join(trial.state[0] for trial in trials(file, into))  # f: finished or failed


def failed(file: Path, into: str) -> dict[int, str | None]:
    return {trial.index: trial.reason for trial in trials(file, into) if trial.state is TrialState.FAILED}


@pytest.mark.parametrize("extra", ["seed=1", "data.folds=2", "search.pruner=successive-halving"])
@pytest.mark.parametrize("code", ["ENOSPC", "EMFILE"])
def test_what_the_system_refuses_ends_the_run_after_the_others_and_the_next_one_goes_on(
    file: Path, fault: Path, extra: str, code: str
) -> None:
    search(file, "whole", extra)
    fault.write_text(f"{code} 0.2")
    with pytest.raises(
        Unfinished,
        match=r"trial 1 could not be trained: optimizer 'faulty' of .* failed: OSError.*; run the same command",
    ) as told:
        search(file, "runs", extra, "trainer.population=1")
    assert told.value.exit_code == 1
    before = trials(file, "runs")
    assert len(before) == 4
    assert [trial.state is TrialState.QUEUED for trial in before] == [False, True, False, False]
    assert TrialState.PRUNED not in {trial.state for trial in before}
    fault.write_text("none")
    search(file, "runs", extra)
    assert not differences(bits(file.parent / "runs" / "p"), bits(file.parent / "whole" / "p"))


def test_a_trial_for_which_alone_memory_does_not_suffice_has_failed_and_the_search_goes_on(
    file: Path, fault: Path
) -> None:
    fault.write_text("memory 0.2 0.7")
    done = search(file, "runs")
    assert done.summary.count(TrialState.FINISHED) == 6
    assert set(failed(file, "runs")) == {1, 6}
    told = "does not fit into memory: optimizer 'faulty' of"
    assert all(str(each).startswith(told) for each in failed(file, "runs").values())


def test_where_memory_suffices_for_no_trial_none_has_failed_and_the_next_run_trains_them(
    file: Path, fault: Path
) -> None:
    search(file, "whole")
    fault.write_text("memory")
    with pytest.raises(Unfinished, match=r"trials 0, 1, 2, 3 could not be trained: .*MemoryError.*free some") as told:
        search(file, "runs")
    assert "such runs" not in str(told.value)
    assert states(file, "runs") == "qqqq"
    fault.write_text("none")
    search(file, "runs")
    assert not differences(bits(file.parent / "runs" / "p"), bits(file.parent / "whole" / "p"))


def test_a_trial_that_was_trained_before_has_not_failed_where_memory_is_short_at_a_later_rung(
    file: Path, fault: Path
) -> None:
    rungs = "search.pruner=successive-halving"
    search(file, "whole", rungs)
    fault.write_text("later")
    with pytest.raises(Unfinished, match="free some memory"):
        search(file, "runs", rungs)
    assert not failed(file, "runs")
    fault.write_text("none")
    search(file, "runs", rungs)
    assert not differences(bits(file.parent / "runs" / "p"), bits(file.parent / "whole" / "p"))


def test_a_trial_that_is_alone_in_its_round_and_found_no_memory_in_three_runs_has_failed_and_the_search_goes_on(
    file: Path, fault: Path
) -> None:
    fault.write_text("memory 0.2")
    for run in (1, 2):
        with pytest.raises(Unfinished, match=r"trial 1 could.*free some memory.*after 3 such runs in a row it counts"):
            search(file, "runs", "search.round=1")
        assert states(file, "runs") == "fq"
        assert trials(file, "runs")[1].killed == run
    done = search(file, "runs", "search.round=1")
    assert done.summary.count(TrialState.FINISHED) == 7
    (reason,) = failed(file, "runs").values()
    assert str(reason).startswith("in 3 runs in a row optimizer 'faulty' of")


def test_a_trial_that_was_trained_between_is_no_longer_under_suspicion(file: Path, fault: Path) -> None:
    fault.write_text("killed 0.2")
    settings = ("executor=processes", "executor.workers=1", "trainer.epochs=1", "trainer.population=1")
    with pytest.raises(Unfinished, match=r"trial 1 .*killed by SIGKILL 3 times in a row.*after 3 such runs"):
        search(file, "runs", *settings)
    fault.write_text("none")
    search(file, "runs", *settings)
    assert trials(file, "runs")[1].killed == 0


@pytest.mark.parametrize(("what", "ends"), [("alike", True), ("different", False)])
def test_a_first_round_that_failed_for_one_reason_ends_the_search(
    file: Path, fault: Path, what: str, ends: bool
) -> None:
    fault.write_text(what)
    done = search(file, "runs")
    assert len(failed(file, "runs")) == (4 if ends else 8)
    assert done.summary.best is None
    expected = "after 4 of 8 trials: all of them failed for the same reason: optimizer 'faulty' of"
    assert str(done.summary.stopped).startswith(expected if ends else "None")


def test_a_search_whose_only_round_failed_was_not_stopped_before_its_end(file: Path, fault: Path) -> None:
    fault.write_text("alike")
    done = search(file, "runs", "search.points=[]", "search.trials=4")
    assert len(failed(file, "runs")) == 4
    assert done.summary.stopped is None


def test_trials_of_such_a_round_are_trained_again_by_the_next_run_also_with_fixed_code(file: Path, fault: Path) -> None:
    search(file, "whole")
    fault.write_text("alike")
    search(file, "runs")
    fault.write_text("none")
    code = file.parent / "plugins.py"
    code.write_text(code.read_text() + "# mended\n")
    done = search(file, "runs")
    assert [note.split(":")[0] for note in done.info.notes] == [
        "all trials failed for the same reason and are trained again"
    ]
    assert not differences(bits(file.parent / "runs" / "p"), bits(file.parent / "whole" / "p"))


def test_what_an_error_was_raised_from_counts() -> None:
    wrapped = RuntimeError("loading failed")
    wrapped.__cause__ = OSError(28, "No space left on device")
    assert fault_of(wrapped) == "system"
    assert fault_of(OSError(12, "Cannot allocate memory")) == "memory"
    assert fault_of(FileNotFoundError(2, "No such file")) is None


def test_a_fold_that_could_not_be_trained_leaves_the_trial_to_be_trained() -> None:
    done = MemberOutcome(3, TrialState.FINISHED, 5)
    aside = MemberOutcome(3, TrialState.QUEUED, 0, reason="full", fault="system")
    assert over_folds([done, aside]).state is TrialState.QUEUED
    assert over_folds([aside, MemberOutcome(3, TrialState.FAILED, 0, reason="bad")]).state is TrialState.FAILED


REFUSING = '''
from caviar.plugin import Executor, MemberOutcome, Outcome, TrialState, Workers
from caviar_plugins import RandomSearch


class Again(RandomSearch):
    """Has the first trial trained once more after the first round."""

    name = "again"

    def retests(self, space, history, random):
        return (0,) if len(history) == 4 else ()


class Refusing(Executor):
    """Workers of re-tests, or of trial 1, are killed while the file says so."""

    name = "refusing"

    def open(self, job, check_stop, trials):
        return Here(job, check_stop)


class Here(Workers):
    def __init__(self, job, check_stop):
        self.job, self.check_stop = job, check_stop

    def run(self, segments, tell):
        for segment in segments:
            what, trial = FAULT.read_text().split()[0], segment.trials[0]
            if (what == "refused" and segment.repeat) or (what == "killed" and trial == 1):
                aside = MemberOutcome(trial, TrialState.QUEUED, 0, reason="it was killed", fault="killed")
                yield Outcome(segment, (aside,))
            else:
                yield self.job.perform(segment, tell, self.check_stop)

    def close(self):
        pass
'''


def test_a_trial_whose_worker_is_killed_in_three_runs_has_failed_and_blocks_the_study_no_longer(
    put: Callable[[str, str], Path], fault: Path
) -> None:
    file = put(PIPELINE, PLUGINS.format(fault) + REFUSING)
    fault.write_text("killed 0.2")
    settings = ("executor=refusing", "trainer.population=1")
    for run in (1, 2):
        with pytest.raises(Unfinished, match=r"trial 1 .*: it was killed.*after 3 such runs"):
            search(file, "runs", *settings)
        assert states(file, "runs") == "fqff"
        assert trials(file, "runs")[1].killed == run
    search(file, "runs", *settings)
    assert failed(file, "runs") == {1: "in 3 runs in a row it was killed"}


def test_a_retest_that_could_not_be_trained_is_trained_by_the_next_run(
    put: Callable[[str, str], Path], fault: Path
) -> None:
    file = put(PIPELINE, PLUGINS.format(fault) + REFUSING)
    settings = ("executor=refusing", "search.strategy=again")
    search(file, "whole", *settings)
    fault.write_text("refused")
    with pytest.raises(Unfinished, match="trial 0 could not be trained: it was killed"):
        search(file, "runs", *settings)
    assert [len(trial.retests) for trial in trials(file, "runs")] == [1, 0, 0, 0]
    fault.write_text("none")
    search(file, "runs", *settings)
    assert [trial.retests for trial in trials(file, "runs")] == [trial.retests for trial in trials(file, "whole")]
    assert not differences(bits(file.parent / "runs" / "p"), bits(file.parent / "whole" / "p"))
