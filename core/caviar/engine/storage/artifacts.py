"""Artifacts: where the arrays of trials lie, apart from the rows that a store keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping

from caviar.interfaces.store import Artifact
from caviar.values.arrays import Array


class Artifacts(ABC):
    """The arrays of one run's trials. All errors are StoreErrors.

    An artifact never changes: other arrays of the same trial are another artifact, at another path. What was written
    becomes part of the study by the commit that names it, so `write` comes before that commit and `sweep` behind it.
    """

    @abstractmethod
    def write(self, arrays: Mapping[int, Mapping[str, Array]]) -> dict[int, Artifact]:
        """An artifact for each of these trials, on the disk for good when it returns."""

    @abstractmethod
    def read(self, trial: int, artifact: Artifact) -> Mapping[str, Array]:
        """The arrays of an artifact that is what it was when it was written."""

    @abstractmethod
    def sweep(self, keep: Collection[str]) -> None:
        """Removes artifacts at other paths than these: superseded ones, and leftovers of a killed process.

        Never fails: what cannot be removed now will be the next time.
        """
