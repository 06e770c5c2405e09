"""Store: keeps a study; what it has said to be recorded survives a crash."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.history import Goal
from caviar.values.metrics import Metrics
from caviar.values.trial import Trial


@dataclass(frozen=True)
class StudyRecord:
    """What a study is about. All but `file` are compared when it is resumed.

    file: the resolved pipeline as TOML. identity: what bits depend on, name -> version. fingerprint: of the data.
    plugins: plugin ("optimizer.adam") -> distribution and version.
    """

    file: str
    identity: Mapping[str, str]
    fingerprint: str
    plugins: Mapping[str, str]


@dataclass(frozen=True)
class TrialRecord:
    """The end of one attempt at a trial: its new state, one row of metrics per epoch, and a finished trial's weights.

    None leaves what was recorded before, so that a trial's final metrics can be added to later.
    """

    trial: Trial
    attempt: int
    metrics: Metrics | None
    weights: Mapping[str, Array] | None


class Ledger(ABC):
    """An open study: a context manager."""

    @abstractmethod
    def study(self) -> StudyRecord | None:
        """What the study is about; None when it is new."""

    @abstractmethod
    def describe(self, study: StudyRecord) -> None:
        """Sets or replaces what the study is about."""

    @abstractmethod
    def add_round(self, index: int, trials: Sequence[Trial]) -> None:
        """Durably adds proposed trials to a round, queued."""

    @abstractmethod
    def begin(self, population: int, trials: Sequence[int]) -> int:
        """Notes that a population of these trials starts, and returns the number of the attempt, counted from 1."""

    @abstractmethod
    def record(self, records: Sequence[TrialRecord]) -> None:
        """Durably, all or nothing: first every weight file, then one commit. When it returns, a power loss is harmless."""

    @abstractmethod
    def trials(self) -> tuple[Trial, ...]:
        """All trials by index, without curves; one being trained is as it was before."""

    @abstractmethod
    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        """One metric after each epoch, by trial; of each trial's last attempt only."""

    @abstractmethod
    def weights(self, trial: int) -> Mapping[str, Array]:
        """A finished trial's weights, checked against their checksum. Raises StoreError."""

    @abstractmethod
    def close(self) -> None:
        """Ends the use of the study."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Store(Plugin):
    """Where studies are kept."""

    kind: ClassVar[str] = "store"
    interface: ClassVar[int] = 1

    @abstractmethod
    def open(self, folder: Path, goal: Goal) -> Ledger:
        """The study of a run's folder, new or as it was left, locked for this process. Raises StoreError.

        `goal` says whose weights are the best, where a store keeps only those.
        """

    @abstractmethod
    def read(self, folder: Path) -> Ledger:
        """A study for looking only, even while another process goes on with it. Raises StoreError."""


class StoreError(Exception):
    """The study cannot be read or written; the message says which file, why, and what to do."""
