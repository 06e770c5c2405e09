"""The ledger of a study as the engine uses it: rows and arrays together, read from memory, written rarely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TypeAlias

from caviar.engine.storage.address import artifacts_of
from caviar.engine.storage.artifacts import Artifacts
from caviar.engine.storage.assessment_text import to_text
from caviar.engine.storage.keep import Keep, useless
from caviar.engine.storage.pending import NOTHING
from caviar.engine.storage.stored_values import proposed, stored
from caviar.engine.storage.study_view import StudyView
from caviar.engine.storage.trial_folders import drop_checkpoints, trials_with_folders
from caviar.interfaces.store import Changes, Curve, DiskFull, Ledger, Store, StudyRecord
from caviar.values.arrays import Array
from caviar.values.assessment import Assessment
from caviar.values.history import Goal
from caviar.values.metrics import Metrics
from caviar.values.timeline import TimedPopulation
from caviar.values.trial import Trial, TrialState


@dataclass(frozen=True)
class TrialRecord:
    """A trial after a segment: its new state, a row of metrics for each epoch, and arrays to store.

    `weights` are a finished trial's weights, and the training state of one that may be trained further.

    None leaves what was recorded before, so that a trial's final metrics can be added to later.
    """

    trial: Trial
    attempt: int
    metrics: Metrics | None
    weights: Mapping[str, Array] | None


WhenFull: TypeAlias = Callable[[DiskFull, int], None]
"""Told that the disk is full, and about how many bytes are needed; raises, or returns when there may be room."""
_ROWS = 2**20  # bytes: what rows and the log of a database may take besides


def refuse(full: DiskFull, needed: int) -> None:
    """Raises."""
    raise full


class StudyLedger(StudyView):
    """Records a study; a change is visible at once through this ledger.

    After a crash the study is as after some change, with all changes before that one and none after it. Changes that
    must survive are on the disk when they return; the others stay in memory for about a second, with their arrays,
    because a commit can take longer than an epoch. A commit writes the arrays first, then all rows, which name them.

    A change that raises leaves everything as it was, but for an interrupt, which cannot tell whether the commit has
    happened: the change then waits for the next commit, which may write it twice. Nothing that a
    ledger tells changes by that; of a population that begins there may be two notes.
    """

    def __init__(
        self, folder: Path, ledger: Ledger, artifacts: Artifacts, keep: Keep, when_full: WhenFull = refuse
    ) -> None:
        super().__init__(folder, ledger, artifacts)
        self._when_full = when_full
        self._keep, self._pending, self._committed = keep, NOTHING, monotonic()
        self._sweep()
        # A process that was killed after a commit has left those of trials that had just ended.
        drop_checkpoints(folder, [number for number in trials_with_folders(folder) if self._has_ended(number)])

    def holds(self, trial: int) -> bool:
        return trial in self._held()

    def weights(self, trial: int) -> Mapping[str, Array]:
        return dict(self._pending.arrays[trial]) if trial in self._pending.arrays else super().weights(trial)

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        if metric not in self._rows.curves:
            self._commit()  # the store returns the curves of another metric, without pending changes
        return super().curves(metric)

    def timeline(self) -> tuple[TimedPopulation, ...]:
        self._commit()  # the store returns it without what is pending
        return super().timeline()

    def note(self, timeline: Iterable[TimedPopulation]) -> None:
        """Adds populations to the timeline, with the next change: they are no result, and need no commit."""
        if added := tuple(timeline):
            self._pending = self._pending.then(Changes(timeline=added), {}, 0.0)

    def describe(self, study: StudyRecord) -> None:
        """Durably sets or replaces what the study is about."""
        self._change(Changes(study=study), durable=True)

    def migrate(self, study: StudyRecord, trials: Sequence[Trial]) -> None:
        """Durably replaces what the study is about, and with it whole trials, which their new space has moved."""
        anew = {each.index for each in trials if not each.epochs or useless(each)}
        dropped = dict.fromkeys(self._held() & anew)
        self._change(Changes(study, {each.index: proposed(each) for each in trials}, artifacts=dropped), durable=True)

    def assess(self, assessment: Assessment) -> None:
        """Durably sets or replaces what is known about the winner."""
        self._change(Changes(assessment=to_text(assessment)), durable=True)

    def add_round(self, trials: Sequence[Trial]) -> None:
        """Durably adds proposed trials, queued."""
        self._change(Changes(trials={each.index: proposed(each) for each in trials}), durable=True)

    def begin(self, trials: Sequence[int]) -> tuple[int, ...]:
        """Records that a population of these trials is trained; returns the number of each attempt, from 1.

        A trial that continues from a recorded epoch keeps its attempt, any other starts a new one. If nothing is
        pending, other processes see the record at once.
        """
        population = {each: self._attempt(each) for each in trials}
        changes = Changes(populations=(population,))
        if self._pending is NOTHING:
            self.patiently(lambda: self._ledger.commit(changes, durable=False), 0)
            self._rows.change(changes)
        else:
            self._change(changes)
        return tuple(population.values())

    def record(self, records: Sequence[TrialRecord]) -> None:
        """Records all or nothing. Durable if one of the trials has ended: a power loss is then harmless.

        A trial is never found at an epoch without the arrays to continue from.
        """
        new = self._new_rows(each.trial for each in records)
        held = self._held()
        concerned = held | {each.trial.index for each in records if each.weights is not None}
        keep = self._keep.of(new.get(each) or self._known(each) for each in concerned)
        changes = Changes(
            trials=new,
            attempts={each.trial.index: each.attempt for each in records},
            curves=tuple(
                Curve(each.trial.index, each.attempt, each.metrics) for each in records if each.metrics is not None
            ),
            artifacts=dict.fromkeys(held - keep),
        )
        arrays = {each.trial.index: each.weights for each in records if each.weights is not None}
        self._change(
            changes,
            {trial: each for trial, each in arrays.items() if trial in keep},
            trained=sum(trial.seconds - self._known(number).seconds for number, trial in new.items()),
            durable=any(trial.state.done for trial in new.values()),
        )

    def restore(self, trial: int, weights: Mapping[str, Array]) -> None:
        """Durably stores the weights of a finished trial again, which were lost, or dropped while others led."""
        self._change(Changes(), {trial: weights}, durable=True)

    def settle(self, trials: Sequence[Trial]) -> None:
        """Records all or nothing: changes of trials without training. Durable for re-tests, not for decisions."""
        new = self._new_rows(trials)
        dropped = self._held() & {number for number, trial in new.items() if useless(trial)}
        self._change(
            Changes(trials=new, artifacts=dict.fromkeys(dropped)),
            durable=any(trial.state is TrialState.FINISHED for trial in new.values()),
        )

    def close(self) -> None:
        try:
            self._commit()
        finally:
            super().close()

    def _held(self) -> set[int]:
        """The trials whose arrays exist, in memory or in a file."""
        return self._rows.artifacts.keys() | self._pending.arrays.keys()

    def _attempt(self, trial: int) -> int:
        known = self._known(trial)
        last = self._rows.attempts.get(trial, 0)
        return last if known.epochs and not known.state.done else last + 1

    def _new_rows(self, trials: Iterable[Trial]) -> dict[int, Trial]:
        """Rows of trials as they are to be stored; round, point and values stay as proposed."""
        rows: dict[int, Trial] = {}
        for trial in trials:
            known = self._known(trial.index)
            rows[trial.index] = replace(stored(trial), round=known.round, point=known.point, values=known.values)
        return rows

    def _known(self, number: int) -> Trial:
        known = self._rows.trial(number)
        if known is None:
            raise LookupError(f"trial {number} was never added to a round")
        return known

    def _has_ended(self, number: int) -> bool:
        known = self._rows.trial(number)
        return known is not None and known.state.done

    def _change(
        self,
        changes: Changes,
        arrays: Mapping[int, Mapping[str, Array]] | None = None,
        trained: float = 0.0,
        durable: bool = False,
    ) -> None:
        before = self._pending
        copies = {trial: {name: array.copy() for name, array in each.items()} for trial, each in (arrays or {}).items()}
        self._pending = before.then(changes, copies, trained)
        try:
            if durable or self._pending.overdue(monotonic() - self._committed):
                self._commit()
        except Exception:
            self._pending = before
            raise
        except BaseException:  # it may have happened
            self._rows.change(changes)
            raise
        self._rows.change(changes)

    def _commit(self) -> None:
        """Writes all pending changes."""
        if self._pending is not NOTHING:
            self.patiently(self._write, self._pending.bytes)

    def patiently(self, write: Callable[[], None], size: int) -> None:
        """Calls `write`, which needs about so many bytes of the disk; again where that was full and has room now."""
        while True:
            try:
                return write()
            except DiskFull as full:
                self._when_full(full, size + _ROWS)

    def _write(self) -> None:
        """First the arrays, then one commit that names them."""
        written = self._artifacts.write(self._pending.arrays)
        changes = self._pending.changes
        ended = [number for number, trial in changes.trials.items() if trial.state.done]
        changes = replace(changes, artifacts={**changes.artifacts, **written})
        self._ledger.commit(changes)
        self._rows.change(Changes(artifacts=changes.artifacts))
        self._pending, self._committed = NOTHING, monotonic()
        # Only now: a failed commit may still be in effect after a crash, or may not, and needs them in both cases.
        self._sweep()
        drop_checkpoints(self._folder, ended)

    def _sweep(self) -> None:
        self._artifacts.sweep({artifact.path for artifact in self._rows.artifacts.values()})


def open_study(
    store: Store, folder: Path, goal: Goal, candidates: int = 0, when_full: WhenFull = refuse
) -> StudyLedger:
    """Opens the study of a run's folder, new or stored, and locks it for this process. Raises StoreError.

    It keeps the weights of at least so many `candidates` for an ensemble, whatever `store.keep` is. It reads once what
    the study resumes from, so that damage is reported before anything is done. Where the disk is full it calls
    `when_full`, which raises or returns when there may be room.
    """
    artifacts = artifacts_of(store, folder)
    ledger = store.open(folder)
    try:
        return StudyLedger(folder, ledger, artifacts, Keep(max(store.keep, candidates), goal), when_full)
    except BaseException:
        ledger.close()
        raise
