"""Store: keeps a study; what it has recorded survives a crash."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.support.closing import Closing
from caviar.values.arrays import Array
from caviar.values.earlier import EarlierTrial
from caviar.values.history import Goal
from caviar.values.metrics import Metrics
from caviar.values.problem import Problem
from caviar.values.trial import Trial


@dataclass(frozen=True)
class StudyRecord:
    """What a study is about; compared when it is resumed.

    file: the resolved pipeline as TOML. identity: what bits depend on, name -> version. fingerprint: of the data.
    plugins: plugin ("optimizer.adam") -> distribution and version. metric, goal: what is searched. earlier: trials
    of other runs that it started from, as they were then.
    """

    file: str
    identity: Mapping[str, str]
    fingerprint: str
    plugins: Mapping[str, str]
    metric: str
    goal: Goal
    earlier: tuple[EarlierTrial, ...] = ()


@dataclass(frozen=True)
class TrialRecord:
    """The end of a segment of a trial: its new state, a row of metrics per epoch, and arrays to keep.

    `weights` are a finished trial's weights, and the training state of one that may be trained further.

    None leaves what was recorded before, so that a trial's final metrics can be added to later.
    """

    trial: Trial
    attempt: int
    metrics: Metrics | None
    weights: Mapping[str, Array] | None


class Ledger(Closing):
    """An open study: a context manager.

    A change is visible at once through this ledger. After a crash the study is as after some change, with all
    changes before that one and none after it. Each method states whether its change is durable when it returns; another
    may take a second or so, because a sync can take longer than an epoch, and `close` makes all of them durable.

    Order of calls, all in the coordinating process and by one thread::

        study, describe               once, when a run begins or is resumed
        add_round                     once a round, with the trials that are missing of it
        begin, weights                before a population is trained; weights of trials that continue from a rung
        record                        after each segment: trials with their curves and arrays
        settle                        after a rung's decisions, and for re-tests
        study, trials, curves, holds  at any time between, often: keep what was read at hand
        close                         once, also after an error

    Arguments and what is returned are never changed by either side. StoreError is the only exception to raise; it ends
    the run, which resumes from what was recorded.
    """

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
    def begin(self, trials: Sequence[int]) -> tuple[int, ...]:
        """Records that a population of these trials is trained; returns the number of each attempt, from 1.

        A trial that continues from a recorded epoch keeps its attempt, any other starts a new one.
        """

    @abstractmethod
    def record(self, records: Sequence[TrialRecord]) -> None:
        """Records all or nothing. Durable if one of the trials has ended: a power loss is then harmless.

        Never is a trial found at an epoch without the arrays to go on from.
        """

    @abstractmethod
    def settle(self, trials: Sequence[Trial]) -> None:
        """Records all or nothing: changes of trials without training. Durable for re-tests, not for decisions."""

    @abstractmethod
    def trials(self) -> tuple[Trial, ...]:
        """All trials by index, without curves; one being trained is as it was before."""

    @abstractmethod
    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        """One metric after each epoch, by trial; of each trial's last attempt only."""

    @abstractmethod
    def holds(self, trial: int) -> bool:
        """Whether arrays of a trial are kept."""

    @abstractmethod
    def weights(self, trial: int) -> Mapping[str, Array]:
        """The arrays last recorded for a trial, checked against their checksum. Raises StoreError."""


class Store(Plugin):
    """Where studies are kept.

    `open` is called once by a process that runs a study; a second process must be refused. `read` may be called by
    any process at any time. Workers never see a store. Raise StoreError, which says which file, why, and what to do.
    """

    kind: ClassVar[str] = "store"
    interface: ClassVar[int] = 2

    @abstractmethod
    def open(self, folder: Path, goal: Goal) -> Ledger:
        """The study of a run's folder, new or as it was left, locked for this process. Raises StoreError.

        `goal` says whose weights are the best, where a store keeps only those.
        """

    @abstractmethod
    def read(self, folder: Path) -> Ledger:
        """Opens a study read-only, even while another process runs it: it returns what is durable then.

        Raises StoreError.
        """


class StoreError(Problem):
    """The study cannot be read or written; the message says which file, why, and what to do."""

    exit_code: ClassVar[int] = 1
