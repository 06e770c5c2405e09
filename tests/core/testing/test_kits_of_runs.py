"""The kits of what trains, keeps and watches: each catches what it is there to catch."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import (
    Advance,
    Array,
    Changes,
    Decision,
    Goal,
    Head,
    Job,
    Ledger,
    Population,
    Reporter,
    RunInfo,
    StoreError,
    Summary,
    Table,
    TrainerContext,
    Trial,
    Workers,
    hook,
)
from caviar.testing import (
    BackendContract,
    DataContract,
    ExecutorContract,
    PrunerContract,
    ReporterContract,
    StoreContract,
    TrainerContract,
)
from caviar_plugins import Digits, Inline, Median, NumPy, PopulationTrainer, Progress, SQLite
from pydantic import PrivateAttr


class SharedClock(PopulationTrainer):
    def start(self, *facts: Any) -> dict[str, Array]:
        return super().start(*facts) | {"clock": numpy.zeros(1)}


class ForgetsItsMoments(PopulationTrainer):
    def advance(self, state: dict[str, Array], *facts: Any) -> Advance:
        state["optimizer.m"][...] = 0
        return super().advance(state, *facts)


class MembersMeet(PopulationTrainer):
    def advance(self, state: dict[str, Array], *facts: Any) -> Advance:
        state["parameters"] += 1e-3 * state["parameters"].mean(axis=0)
        return super().advance(state, *facts)


class LosesPatience(Median):
    _asked: int = PrivateAttr(default=0)

    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        self._asked += 1
        return (Decision.GO_ON if self._asked < 20 else Decision.STOP,) * len(trials)


class RungAtTheEnd(Median):
    def rungs(self, epochs: int, trial: int) -> tuple[int, ...]:
        return tuple(range(1, epochs + 1))


class LooksAtTheLastColumn(Median):
    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        return super().decide(curves[:, -1:], trials, 1, goal)


class StopsEverybody(Median):
    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        return (Decision.STOP,) * len(trials)


class LosesItselfInNaN(Median):
    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        now = curves[:, rung - 1] if goal == "maximize" else -curves[:, rung - 1]
        return tuple(Decision.STOP if each < numpy.median(now) else Decision.GO_ON for each in now)


class PrunesNobody(Median):
    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        return (Decision.GO_ON,) * len(trials)


class LeavesItsFileOpen(Reporter):
    _file: int = PrivateAttr(default=0)

    @hook
    def before_run(self) -> None:
        self._file = os.open(__file__, os.O_RDONLY)  # a number, so that Python itself does not complain

    @hook
    def after_run(self) -> None:
        os.close(self._file)


class PredictsScaledTargets(PopulationTrainer):
    def predict(self, weights: Any, population: Population, x: Array, context: TrainerContext) -> Array:
        found = super().predict(weights, population, x, context)
        if context.task.kind == "regression":
            found = (found - context.task.scales[0].center) / context.task.scales[0].scale
        return found


class Celebrates(Progress):
    @hook
    def after_run(self, run: RunInfo, summary: Summary) -> None:
        assert summary.best is not None


class CountsInAField(Reporter):
    trials: int = 0

    @hook
    def after_trial(self, trial: Trial) -> None:
        self.__dict__["trials"] += 1


class OldHead(Digits):
    def head(self) -> Head:
        return replace(super().head(), rows=5000)


class Shuffles(Digits):
    def read(self) -> Table:
        table = super().read()
        return table.with_columns({**table.columns, "x": numpy.random.default_rng().permuted(table.columns["x"])})


class OneByOne(SQLite):
    def open(self, folder: Path) -> Ledger:
        ledger = super().open(folder)
        commit = ledger.commit

        def each(changes: Changes, durable: bool = True) -> None:
            for number, trial in changes.trials.items():
                commit(replace(changes, trials={number: trial}, attempts={}, curves=(), artifacts={}), durable)
            commit(changes, durable)

        ledger.commit = each  # type: ignore[method-assign]
        return ledger


class CountsNoAttempts(SQLite):
    def open(self, folder: Path) -> Ledger:
        ledger = super().open(folder)
        commit = ledger.commit

        def first(changes: Changes, durable: bool = True) -> None:
            curves = tuple(replace(curve, attempt=1) for curve in changes.curves)
            commit(replace(changes, attempts=dict.fromkeys(changes.attempts, 1), curves=curves), durable)

        ledger.commit = first  # type: ignore[method-assign]
        return ledger


class LetsEverybodyIn(SQLite):
    def open(self, folder: Path) -> Ledger:
        try:
            return super().open(folder)
        except StoreError:
            return self.read(folder)


class WritesLater(SQLite):
    def open(self, folder: Path) -> Ledger:
        ledger, kept = super().open(folder), list[Changes]()
        commit, close = ledger.commit, ledger.close

        def later(changes: Changes, durable: bool = True) -> None:
            if changes.study is not None:
                commit(changes)
            else:
                kept.append(changes)

        def end() -> None:
            for changes in kept:
                commit(changes)
            close()

        ledger.commit, ledger.close = later, end  # type: ignore[method-assign]
        return ledger


class Silent(Inline):
    def open(self, job: Job, check_stop: Callable[[], None], trials: int) -> Workers:
        workers = super().open(job, check_stop, trials)
        run = workers.run
        workers.run = lambda segments, tell: run(segments, lambda epoch: None)  # type: ignore[method-assign]
        return workers


class Hoards(Inline):
    def open(self, job: Job, check_stop: Callable[[], None], trials: int) -> Workers:
        workers = super().open(job, check_stop, trials)
        run = workers.run
        workers.run = lambda segments, tell: run(list(segments), tell)  # type: ignore[method-assign]
        return workers


class Deaf(Inline):
    def open(self, job: Job, check_stop: Callable[[], None], trials: int) -> Workers:
        return super().open(job, lambda: None, trials)


class SendsFloat32(NumPy):
    def send(self, array: Array) -> Array:
        return array.astype("float32") if array.dtype == "float64" else array


FAULTS = [
    (TrainerContract, SharedClock(epochs=3), "every_array_of_the_state_begins_with_the_members"),
    (TrainerContract, ForgetsItsMoments(epochs=3), "an_interruption_after_any_epoch_changes_no_bit"),
    (TrainerContract, MembersMeet(epochs=3), "a_member_is_the_same_alone_and_in_a_population"),
    (TrainerContract, MembersMeet(epochs=3), "members_that_are_parted_do_not_notice"),
    (PrunerContract, LosesPatience(), "equal_arguments_give_equal_decisions"),
    (PrunerContract, RungAtTheEnd(), "rungs_rise_and_lie_below_the_last_epoch"),
    (PrunerContract, LooksAtTheLastColumn(), "epochs_that_nobody_has_reached_do_not_matter"),
    (PrunerContract, StopsEverybody(), "the_best_of_a_round_is_never_stopped"),
    (PrunerContract, LosesItselfInNaN(), "a_trial_that_diverged_keeps_no_other_from_being_pruned"),
    (ReporterContract, LeavesItsFileOpen(), "files_are_closed_when_a_run_ends_in_whatever_way"),
    (TrainerContract, PredictsScaledTargets(epochs=3), "numbers_are_predicted_in_the_units_of_their_targets"),
    (ReporterContract, Celebrates(), "it_survives_a_run_in_which_no_trial_finished"),
    (ReporterContract, CountsInAField(), "its_fields_never_change"),
    (DataContract, OldHead(), "the_head_agrees_with_the_rows"),
    (DataContract, Shuffles(), "it_reads_the_same_twice"),
    (StoreContract, OneByOne(), "a_commit_is_there_whole_or_not_at_all"),
    (StoreContract, CountsNoAttempts(), "a_curve_is_that_of_the_attempt_that_counts"),
    (StoreContract, LetsEverybodyIn(), "a_study_has_one_ledger_that_records"),
    (StoreContract, WritesLater(), "a_study_can_be_read_while_it_goes_on"),
    (ExecutorContract, Silent(), "outcomes_and_epochs_are_those_of_the_job_itself_each_once"),
    (ExecutorContract, Hoards(), "segments_are_taken_when_there_is_someone_for_them"),
    (ExecutorContract, Deaf(), "the_wish_to_stop_is_heard"),
    (BackendContract, SendsFloat32(), "arrays_come_back_from_the_device_as_they_were"),
]


@pytest.mark.parametrize(("kit", "plugin", "law"), FAULTS, ids=[type(plugin).__name__ for _, plugin, _ in FAULTS])
def test_a_faulty_plugin_breaks_the_law(kit: type, plugin: Any, law: str, tmp_path: Path) -> None:
    contract = type("Contract", (kit,), {plugin.kind: plugin})()
    test = getattr(contract, f"test_{law}")
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test(tmp_path) if signature(test).parameters else test()


def test_the_law_about_diverged_trials_is_skipped_for_a_pruner_that_prunes_no_trial() -> None:
    contract: Any = type("Contract", (PrunerContract,), {"pruner": PrunesNobody()})()
    with pytest.raises(pytest.skip.Exception, match="let the worst trial of every round continue"):
        contract.test_a_trial_that_diverged_keeps_no_other_from_being_pruned()


def test_the_law_about_units_is_skipped_for_a_trainer_of_classes() -> None:
    contract: Any = type("Contract", (TrainerContract,), {"trainer": PopulationTrainer(), "regression": None})()
    with pytest.raises(pytest.skip.Exception, match="does not train regressions"):
        contract.test_numbers_are_predicted_in_the_units_of_their_targets()
