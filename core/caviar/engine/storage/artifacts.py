"""Artifacts: storage for the arrays of trials, apart from the rows that a store keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from caviar.interfaces.store import Artifact, StoreError
from caviar.values.arrays import Array


class Unreachable(StoreError):
    """The place of the artifacts cannot be reached now; none of them counts as lost, for they may be there."""


@contextmanager
def lost_ignored() -> Iterator[None]:
    """Suppresses the error of arrays that are lost; that of a place that cannot be reached ends the run."""
    try:
        yield
    except Unreachable:
        raise
    except StoreError:
        pass


class Artifacts(ABC):
    """The arrays of one run's trials. All errors are StoreErrors.

    An artifact never changes: new arrays of the same trial are another artifact, at another path. An artifact becomes
    part of the study by the commit that names it, so `write` is called before that commit and `sweep` after it.
    """

    @abstractmethod
    def write(self, arrays: Mapping[int, Mapping[str, Array]]) -> dict[int, Artifact]:
        """Writes an artifact for each of these trials, durably."""

    @abstractmethod
    def read(self, trial: int, artifact: Artifact) -> Mapping[str, Array]:
        """The arrays of an artifact. Raises StoreError if it is lost: not there, or not as it was written.

        Unreachable is the StoreError of a place where this cannot be known.
        """

    @abstractmethod
    def sweep(self, keep: Collection[str]) -> None:
        """Removes artifacts at other paths than these: superseded ones, and those that a killed process left.

        Never fails: what cannot be removed now is removed next time.
        """
