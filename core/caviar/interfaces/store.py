"""Store: keeps the rows of a study; a commit that has returned survives a crash."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import ENOSPC
from pathlib import Path
from typing import ClassVar

from pydantic import field_validator

from caviar.interfaces.fields.field import setting
from caviar.interfaces.plugin import Plugin
from caviar.support.closing import Closing
from caviar.support.files import FULL, why_unusable
from caviar.text.shell import shell_word
from caviar.values.earlier import EarlierTrial
from caviar.values.history import Goal
from caviar.values.metrics import Metrics
from caviar.values.problem import Problem
from caviar.values.timeline import TimedPopulation
from caviar.values.trial import Trial


@dataclass(frozen=True)
class Origin:
    """How trials were trained: of how many epochs a whole training was, and under which numeric identity."""

    epochs: int
    identity: Mapping[str, str]


@dataclass(frozen=True)
class StudyRecord:
    """What a study is about; a resumed run must agree with it.

    file: the resolved pipeline as TOML. identity: what bits depend on, name -> version. fingerprint: of the data.
    plugins: plugin ("optimizer.adam") -> distribution and version. metric, goal: what is searched. earlier: trials
    of other runs that it started from, as they were then. origins: all under which its trials were trained, the
    first first; `Trial.origins` are places in it. file and identity are those of the latest run.
    """

    file: str
    identity: Mapping[str, str]
    fingerprint: str
    plugins: Mapping[str, str]
    metric: str
    goal: Goal
    earlier: tuple[EarlierTrial, ...] = ()
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Artifact:
    """A file that holds arrays of a trial. The engine writes, reads and removes the file; a store keeps this row.

    `path` is relative to the run's folder, or an address below `Store.artifacts`.
    """

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Curve:
    """Metrics of one trial after consecutive epochs from `metrics.first`, measured in its training `attempt`."""

    trial: int
    attempt: int
    metrics: Metrics


@dataclass(frozen=True)
class Changes:
    """Rows that are written together, all of them or none.

    study: replaces what the study is about. trials: whole rows by number, new ones or in the place of those before.
    populations: the trials that a population is trained of, each with the number of its attempt; a note, which
    `Ledger.attempts` counts and nothing else is told of. attempts: for trials
    that were trained, the attempt whose curve counts from now on. curves: what is added to curves; one that begins at
    an epoch which the same attempt has already replaces that. artifacts: the file of a trial's arrays, None where it
    has none any more. assessment: replaces what the engine found about the winner, a text in JSON that a store keeps
    as it is. timeline: populations that were trained, added to those before; a note for people, which a store may drop.
    """

    study: StudyRecord | None = None
    trials: Mapping[int, Trial] = field(default_factory=dict)
    populations: tuple[Mapping[int, int], ...] = ()
    attempts: Mapping[int, int] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()
    artifacts: Mapping[int, Artifact | None] = field(default_factory=dict)
    assessment: str | None = None
    timeline: tuple[TimedPopulation, ...] = ()


class Ledger(Closing):
    """An open study as rows: a context manager.

    The engine holds the trials in memory and collects changes, so a ledger neither caches rows nor delays writes.
    Order of calls, all in the coordinating process and by one thread::

        study, trials, attempts,      once, when a run starts or resumes; `curves` once for each metric that is used
        curves, artifacts, assessment
        commit                        for a new round, when a trial has ended, and about once a second between
        close                         once, also after an error

    A ledger that was opened for reading tells in all calls what was committed when it was opened, and nothing that was
    committed later: its trials, curves and files belong together. Arguments and what is returned are
    never changed by either side. StoreError is the one exception to raise: also where a row is not as it was written.
    It ends the run, and the same command goes on from what was committed.
    """

    @abstractmethod
    def study(self) -> StudyRecord | None:
        """What the study is about; None when it is new."""

    @abstractmethod
    def trials(self) -> tuple[Trial, ...]:
        """All trials, in the order of their numbers."""

    @abstractmethod
    def attempts(self) -> Mapping[int, int]:
        """The highest attempt number of each trial that has one, whether that training was recorded or only started."""

    @abstractmethod
    def curves(self, metric: str) -> Mapping[int, Sequence[float]]:
        """One metric after each epoch, by trial, of the attempt that counts; NaN for an epoch that is missing."""

    @abstractmethod
    def artifacts(self) -> Mapping[int, Artifact]:
        """The files of trials' arrays, by trial."""

    @abstractmethod
    def assessment(self) -> str | None:
        """The text last committed as `Changes.assessment`; None before the first."""

    def timeline(self) -> tuple[TimedPopulation, ...]:
        """What was committed as `Changes.timeline`, each once, in any order; () where the store keeps none of it."""
        return ()

    @abstractmethod
    def commit(self, changes: Changes, durable: bool = True) -> None:
        """Writes all changes or none, durably: after it returns a power loss is harmless. Raises StoreError.

        After an interrupt the same changes may come again; what the ledger tells is then what it told after the first.
        Where `durable` is false, it need not survive a power loss before the next commit that is.
        """


class Store(Plugin):
    """Where the rows of studies are kept; weights and training states are the engine's.

    `open` is called once by a process that runs a study; a second process must be refused. `read` may be called by
    any process at any time. Workers never see a store. Raise StoreError, whose message names the file, the reason and
    what to do; `file_errors` does so for errors of the operating system, and Damaged is for content that is not as it
    was written. `holder`, `salvage` and `repair` serve `pipe doctor`; a store may leave them as they are.
    """

    kind: ClassVar[str] = "store"
    interface: ClassVar[int] = 5

    keep: int = setting(default=16, ge=1)
    """The number of best finished trials whose weights the engine keeps, which bounds the disk space."""
    artifacts: str | None = setting(default=None, also=("bucket", "artifact_store", "artifact_location"), kw_only=True)
    """Where the engine keeps weights and training states: as "s3://bucket/prefix", or the run's folder."""

    @field_validator("artifacts")
    @classmethod
    def _is_an_address(cls, artifacts: str | None) -> str | None:
        if artifacts is None:
            return None
        kind, marked, place = artifacts.partition("://")
        if "@" in place.partition("/")[0]:  # it is not repeated: it may have a password in it
            raise ValueError(
                "must have no user and no password in it, for files are passed on; "
                "give these by the environment variables of the library that reads the address"
            )
        if not _PROTOCOL.fullmatch(kind) or not marked or not place.strip("/"):
            raise ValueError(
                f'must be an address such as "s3://bucket/prefix", not "{artifacts}"; '
                "without it they are in the run's folder"
            )
        return artifacts.rstrip("/")

    @abstractmethod
    def open(self, folder: Path) -> Ledger:
        """Opens the study of a run's folder, new or stored, and locks it for this process. Raises StoreError.

        It creates the folder if it is missing.
        """

    @abstractmethod
    def read(self, folder: Path) -> Ledger:
        """A study at this moment, for reading only, even while another process goes on with it. Raises StoreError."""

    def holder(self, folder: Path) -> str | None:
        """Which process has the study open to run it, in words; None where there is none or it cannot be known."""
        return None

    def salvage(self, folder: Path) -> Changes:
        """The rows of a damaged study that are as they were written; changes no file. Raises StoreError."""
        raise StoreError(f"{folder}: this store cannot recover a damaged study; put back a copy")

    def repair(self, folder: Path, choose: Callable[[Changes], Changes | None]) -> tuple[Path, ...]:
        """Puts a new study in a damaged one's place: with what `choose` returns for what `salvage` does.

        The files of the damaged study are renamed; returns their new paths. Where `choose` returns None there is no
        study afterwards. Locks the study meanwhile. Raises StoreError.
        """
        raise StoreError(f"{folder}: this store cannot recover a damaged study; put back a copy")


# Of what fsspec reads; not the file systems of this machine, which a run's folder is for.
_PROTOCOL = re.compile(r"(?!(?:file|local|memory)$)[a-z][a-z0-9+.-]*", re.ASCII)


class StoreError(Problem):
    """The study cannot be read or written; the message names the file, the reason and what to do."""

    exit_code: ClassVar[int] = 1


class Damaged(StoreError):
    """A file of a run, or a row of its store, is not as it was written; `folder` is the run's, `why` says more."""

    def __init__(self, path: Path | str, folder: Path, why: str = "damaged") -> None:
        super().__init__(f"{path}: {why}; `pipe doctor {shell_word(str(folder))}` says what is left, and recovers it")


class DiskFull(StoreError):
    """There is no room for the file at `path`; what was recorded before is safe, and the call may be tried again.

    `code` is ENOSPC, or EDQUOT where it is the user's quota that is used up.
    """

    def __init__(self, path: Path, code: int = ENOSPC) -> None:
        super().__init__(f"{path}: {why_unusable(OSError(code, ''))}")
        self.path, self.code = path, code


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turns errors of the operating system into a StoreError about this file."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(path, error.errno) from error
        raise StoreError(f"{path}: {why_unusable(error)}") from error
