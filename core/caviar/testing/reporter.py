"""The laws of reporters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy

from caviar.engine.search.observers import Observers
from caviar.interfaces.reporter import Reporter
from caviar.testing.run_view import TrialsView
from caviar.testing.stated import StatedInterface
from caviar.testing.strategy import Line
from caviar.testing.tools import skip
from caviar.values.dimension import Dimension, Space
from caviar.values.run import EpochInfo, RunInfo, Summary
from caviar.values.trial import Retest, Trial, TrialState

Event = tuple[str, dict[str, Any]]

DESCRIPTORS = Path("/proc/self/fd")
PATH, METRIC = "optimizer.learning_rate", "validation.accuracy"
FINISHED = Trial(0, 0, (0.25,), {PATH: 0.25}, TrialState.FINISHED, 2, {METRIC: 0.5, "train.loss": 1.0}, 0.5)
UNLUCKY = (
    Trial(1, 0, (0.5,), {PATH: 0.5}, TrialState.FAILED, reason="ValueError: [too fast] at x.py:3"),
    Trial(2, 0, (0.7,), {PATH: 0.7}, TrialState.DIVERGED, 1, {METRIC: numpy.nan}, -numpy.inf, "loss was nan"),
    Trial(3, 0, (0.9,), {PATH: 0.9}, TrialState.PRUNED, 1, {METRIC: 0.125}),
)


class ReporterContract(StatedInterface):
    """Set `reporter`. It receives a run's events as the engine sends them, and must not raise."""

    kind = "reporter"
    reporter: ClassVar[Reporter]

    def test_it_survives_a_run(self, tmp_path: Path) -> None:
        self.told(_events(tmp_path, (FINISHED, *UNLUCKY)))

    def test_it_survives_a_run_in_which_no_trial_finished(self, tmp_path: Path) -> None:
        self.told(_events(tmp_path, UNLUCKY))

    def test_it_survives_a_run_that_has_nothing_left_to_do(self, tmp_path: Path) -> None:
        run = replace(_run(tmp_path), resumed=4, best=FINISHED)
        summary = Summary((FINISHED, *UNLUCKY), FINISHED, 0.0)
        end = {"run": run, "summary": summary, "view": TrialsView(summary.trials, METRIC)}
        self.told([("before_run", {"run": run, "view": end["view"]}), ("after_run", end)])

    def test_it_survives_a_run_that_fails_at_any_moment(self, tmp_path: Path) -> None:
        events = list(_events(tmp_path, (FINISHED, *UNLUCKY)))[:-1]
        for last in range(1, len(events) + 1):
            self.told([*events[:last], _failure(tmp_path, "interrupted [by you]")])

    def test_files_are_closed_when_a_run_ends_in_whatever_way(self, tmp_path: Path) -> None:
        if not DESCRIPTORS.is_dir():
            skip(f"{DESCRIPTORS} does not exist, so open files cannot be listed")
        *events, end = _events(tmp_path, (FINISHED, *UNLUCKY))
        failure = _failure(tmp_path, "interrupted")
        for told in ([*events, end], *([*events[:last], failure] for last in range(1, len(events) + 1))):
            before, observers = _open_files(), Observers([self.reporter.model_copy()])
            for event, facts in told:
                observers.tell(event, **facts)
            assert _open_files() - before == set(), f"open after {told[-2][0]} and {told[-1][0]}"

    def test_it_survives_two_runs_one_after_the_other(self, tmp_path: Path) -> None:
        self.told([*_events(tmp_path, UNLUCKY), *_events(tmp_path, (FINISHED,))])

    def test_two_equal_ones_work_side_by_side(self, tmp_path: Path) -> None:
        self.told(_events(tmp_path, (FINISHED, *UNLUCKY)), reporters=2)

    def test_its_fields_never_change(self, tmp_path: Path) -> None:
        before = self.reporter.model_dump()
        for event, facts in _events(tmp_path, (FINISHED, *UNLUCKY)):
            Observers([self.reporter]).tell(event, **facts)
            assert self.reporter.model_dump() == before, f"{event} changed a field"

    def test_what_it_is_told_is_left_as_it_was(self, tmp_path: Path) -> None:
        observers = Observers([self.reporter.model_copy()])
        for event, facts in _events(tmp_path, (FINISHED, *UNLUCKY)):
            facts = deepcopy(facts)
            before = repr(facts)
            observers.tell(event, **facts)
            assert repr(facts) == before, f"{event} changed its arguments"

    def told(self, events: Any, reporters: int = 1) -> None:
        """Sends the events of a run, and asserts that nothing was raised."""
        observers = Observers([self.reporter.model_copy() for _ in range(reporters)])
        for event, facts in events:
            observers.tell(event, **facts)
        assert observers.failures == {}


def _open_files() -> set[tuple[str, str]]:
    """Number and path of every file that is open."""
    found = set()
    for number in DESCRIPTORS.iterdir():
        with suppress(OSError):  # that of the listing itself
            found.add((number.name, os.readlink(number)))
    return {(number, path) for number, path in found if Path(path).is_file()}


def _run(folder: Path) -> RunInfo:
    return RunInfo("study", folder, 4, 0, 2, METRIC, "maximize", None, Space((Dimension(PATH, Line()),)))


def _events(folder: Path, trials: tuple[Trial, ...]) -> Iterator[Event]:
    """All events of a run of one round, in order."""
    run, numbers = _run(folder), tuple(trial.index for trial in trials)
    best = next((trial for trial in trials if trial.state is TrialState.FINISHED), None)
    yield "before_data", {"name": run.name}
    yield "after_data", {}
    yield "before_run", {"run": run, "view": TrialsView((), METRIC)}
    for epoch in (1, 2):
        metrics = tuple({METRIC: 0.5, "train.loss": numpy.nan} for _ in numbers)
        yield "after_epoch", {"run": run, "epoch": EpochInfo(numbers, epoch, metrics)}
    for trial in trials:
        yield "after_trial", {"run": run, "trial": trial, "view": TrialsView(trials, METRIC)}
    yield "after_round", {"run": run, "index": 0, "trials": trials, "view": TrialsView(trials, METRIC)}
    if best is not None:
        yield "after_retest_epoch", {"run": run, "epoch": EpochInfo((best.index,), 1, ({METRIC: 0.25},))}
    again = tuple(replace(each, retests=(Retest(0, each.state, 0.25),)) for each in trials if each is best)
    view = TrialsView(trials, METRIC)
    yield "after_retests", {"run": run, "trials": again, "best": again[0] if again else None, "view": view}
    if best is not None:
        yield "before_baseline", {"run": run, "name": "linear"}
    yield "after_run", {"run": run, "summary": Summary(trials, best, 1.5), "view": TrialsView(trials, METRIC)}


def _failure(folder: Path, reason: str) -> Event:
    return "on_failure", {"run": _run(folder), "reason": reason, "view": TrialsView((FINISHED,), METRIC)}
