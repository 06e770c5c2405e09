"""A study for reading: its rows as they were when it was opened, and the arrays of its trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from caviar.engine.storage.address import artifacts_of
from caviar.engine.storage.artifacts import Artifacts
from caviar.engine.storage.assessment_text import from_text
from caviar.engine.storage.rows import Rows
from caviar.interfaces.store import Ledger, Store, StoreError, StudyRecord
from caviar.support.closing import Closing
from caviar.values.arrays import Array
from caviar.values.assessment import Assessment
from caviar.values.timeline import TimedPopulation
from caviar.values.trial import Trial


class StudyView(Closing):
    """Reads from memory, except for arrays, and for curves of a metric that is requested for the first time."""

    def __init__(self, folder: Path, ledger: Ledger, artifacts: Artifacts) -> None:
        self._folder, self._ledger, self._artifacts = folder, ledger, artifacts
        self._rows = Rows(ledger)

    def study(self) -> StudyRecord | None:
        """What the study is about; None when it is new."""
        return self._rows.study

    def trials(self) -> tuple[Trial, ...]:
        """All trials by index, without curves; one in training is as it was before it."""
        return self._rows.trials()

    def retested(self) -> dict[int, Trial]:
        """The trials that have re-tests, by their place among all."""
        return self._rows.retested()

    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics that trials have, sorted, as far as they are known.

        Before a trial has finished: those of the curves that this process has recorded, and the searched one.
        """
        return tuple(sorted(self._rows.metrics))

    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        """One metric after each epoch, by trial; of each trial's last attempt only. Raises StoreError.

        What is returned changes with the study.
        """
        if metric not in self._rows.curves:
            self._rows.read_curves(metric, self._ledger)
        return self._rows.curves[metric]

    def assessment(self) -> Assessment | None:
        """What was found about the winner when the search last ended; None before. Raises StoreError."""
        text = self._rows.assessment
        try:
            return None if text is None else from_text(text)
        except (ValueError, TypeError, KeyError):
            raise StoreError(f"{self._folder}: the assessment of the winner is damaged; run again") from None

    def timeline(self) -> tuple[TimedPopulation, ...]:
        """Which worker trained which trials, from when to when, in the order of time. Raises StoreError."""
        return tuple(sorted(self._ledger.timeline(), key=lambda each: (each.began, each.worker)))

    def holds(self, trial: int) -> bool:
        """Whether arrays of a trial are stored."""
        return trial in self._rows.artifacts

    @property
    def files(self) -> Mapping[str, int]:
        """The files of stored arrays, relative to the run's folder or addresses, and the trials that they belong to."""
        return {artifact.path: trial for trial, artifact in self._rows.artifacts.items() if artifact.path}

    def weights(self, trial: int) -> Mapping[str, Array]:
        """The arrays last recorded for a trial, checked against their checksum. Raises StoreError."""
        if trial not in self._rows.artifacts:
            raise StoreError(
                f"{self._folder}: no weights of trial {trial}; only those of the best finished trials are kept, "
                "as set by keep in [store]"
            )
        return self._artifacts.read(trial, self._rows.artifacts[trial])

    def close(self) -> None:
        self._ledger.close()


def read_study(store: Store, folder: Path) -> StudyView:
    """Opens a study read-only, even while another process runs it. Raises StoreError."""
    artifacts = artifacts_of(store, folder)
    ledger = store.read(folder)
    try:
        return StudyView(folder, ledger, artifacts)
    except BaseException:
        ledger.close()
        raise
