"""What waits at a rung is on the disk a little later, with all that was recorded before it, or not at all."""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from caviar.engine.storage import pending
from caviar.engine.storage.study_ledger import StudyLedger, TrialRecord, open_study
from caviar.engine.storage.study_view import read_study
from caviar.plugin import StoreError, StudyRecord, Trial, TrialState
from caviar_plugins.stores.sqlite import SQLite

Finish = Callable[..., TrialRecord]


@pytest.fixture(autouse=True)
def never_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "SECONDS", inf)


def waits(record: TrialRecord) -> TrialRecord:
    return replace(record, trial=replace(record.trial, state=TrialState.RUNNING, objective=None))


def durable(folder: Path) -> tuple[list[str], list[int], set[str]]:
    """What another process finds: states, trials with a curve, the trials of weight files."""
    with read_study(SQLite(), folder / "run") as looking:
        states = [trial.state.value for trial in looking.trials()[:3]]
        files = {path.name.rpartition("-")[0] for path in (folder / "run").glob("models/*")}
        return states, [*looking.curves("loss")], files


@pytest.mark.usefixtures("ledger")
class TestPending:
    def test_a_trial_at_a_rung_is_on_the_disk_when_another_has_ended(
        self, tmp_path: Path, ledger: StudyLedger, finish: Finish
    ) -> None:
        ledger.record([waits(finish(0, None))])
        assert ledger.trials()[0].state is TrialState.RUNNING
        assert (ledger.weights(0)["layer1.weight"] == 0).all()
        assert durable(tmp_path) == (["queued"] * 3, [], set())
        ledger.record([finish(1, 0.5)])
        assert durable(tmp_path) == (["running", "finished", "queued"], [0, 1], {"trial-0", "trial-1"})
        assert (ledger.weights(0)["layer1.weight"] == 0).all()

    @pytest.mark.parametrize("limit", ["SECONDS", "BYTES"])
    def test_what_is_pending_for_long_or_takes_much_memory_is_put_on_the_disk(
        self, tmp_path: Path, ledger: StudyLedger, finish: Finish, monkeypatch: pytest.MonkeyPatch, limit: str
    ) -> None:
        ledger.record([waits(finish(0, None))])
        monkeypatch.setattr(pending, limit, 0)
        ledger.begin([1])
        assert durable(tmp_path) == (["running", "queued", "queued"], [0], {"trial-0"})

    def test_what_took_long_to_train_is_on_the_disk_though_another_was_put_there_a_moment_ago(
        self, tmp_path: Path, ledger: StudyLedger, finish: Finish, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pending, "SECONDS", 600.0)
        short, long = waits(finish(0, None)), waits(finish(1, None))
        ledger.record([replace(short, trial=replace(short.trial, seconds=0.1))])
        assert durable(tmp_path)[0] == ["queued"] * 3
        ledger.record([replace(long, trial=replace(long.trial, seconds=600.0))])
        assert durable(tmp_path) == (["running", "running", "queued"], [0, 1], {"trial-0", "trial-1"})
        ledger.record([replace(long, trial=replace(long.trial, epochs=9, seconds=600.1))])
        with read_study(SQLite(), tmp_path / "run") as looking:
            assert looking.trials()[1].epochs < 9

    def test_a_decision_is_pending_and_a_pruned_trial_leaves_no_file(
        self, tmp_path: Path, ledger: StudyLedger, finish: Finish
    ) -> None:
        waiting = waits(finish(0, None))
        ledger.record([waiting])
        ledger.settle([replace(waiting.trial, state=TrialState.PRUNED)])
        assert durable(tmp_path) == (["queued"] * 3, [], set())
        ledger.close()
        assert durable(tmp_path) == (["pruned", "queued", "queued"], [0], set())

    def test_a_change_that_fails_takes_back_nothing_that_was_pending(
        self, tmp_path: Path, ledger: StudyLedger, finish: Finish
    ) -> None:
        ledger.record([waits(finish(0, None))])
        stranger = replace(finish(1, 0.9), trial=Trial(99, 0, (), {}))
        with pytest.raises(LookupError, match="trial 99 was never added"):
            ledger.record([finish(1, 0.5), stranger])
        assert [trial.state.value for trial in ledger.trials()[:2]] == ["running", "queued"]
        ledger.close()
        assert durable(tmp_path) == (["running", "queued", "queued"], [0], {"trial-0"})


@pytest.mark.parametrize(("limit", "epochs"), [(50, 2), (2_000, 2), (60_000, 900)])
def test_a_disk_that_is_full_when_pending_changes_are_written_leaves_the_study_as_it_says(
    tmp_path: Path, study: StudyRecord, trials: Sequence[Trial], finish: Finish, limit: int, epochs: int
) -> None:
    """Whether it is a weight file or the store's own that cannot be written: they stay pending."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_study(SQLite(keep=3), tmp_path / "run", "maximize") as ledger:
        ledger.describe(study)
        ledger.add_round(trials)
        for index in range(3):
            ledger.record([waits(finish(index, None, epochs=epochs))])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            with pytest.raises(StoreError, match=r"larger than this user or file system allows|disk's space"):
                ledger.record([finish(3, 0.5, epochs=epochs)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        said = [(trial.state, ledger.holds(trial.index)) for trial in ledger.trials()]
        assert said[:4] == [(TrialState.RUNNING, True)] * 3 + [(TrialState.QUEUED, False)]
    with open_study(SQLite(keep=3), tmp_path / "run", "maximize") as ledger:
        assert [(trial.state, ledger.holds(trial.index)) for trial in ledger.trials()] == said
        for trial in ledger.trials():
            assert ledger.holds(trial.index) == bool(trial.epochs)
            assert not trial.epochs or len(ledger.curves("loss")[trial.index]) == trial.epochs
            assert not trial.epochs or ledger.weights(trial.index)
