"""Pending changes: recorded, but not on the disk yet; a crash leaves the study as it was before all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from caviar.interfaces.store import Changes
from caviar.values.arrays import Array

SECONDS = 1.0  # since the last commit, and of training that is pending: at most this much is repeated after a crash
BYTES = 2**26  # of arrays in memory


@dataclass(frozen=True)
class Pending:
    """Changes, arrays of trials that have no file yet, and the seconds of training behind them.

    A commit takes milliseconds, as long as a small population's epoch, and with a pruner each rung would take several.
    Most states that wait at a rung never become a file.
    """

    changes: Changes = field(default_factory=Changes)
    arrays: Mapping[int, Mapping[str, Array]] = field(default_factory=dict)
    trained: float = 0.0

    def then(self, changes: Changes, arrays: Mapping[int, Mapping[str, Array]], trained: float) -> Pending:
        """These changes followed by more, with arrays of their trials."""
        before = self.changes
        merged = Changes(
            changes.study or before.study,
            {**before.trials, **changes.trials},
            (*before.populations, *changes.populations),
            {**before.attempts, **changes.attempts},
            (*before.curves, *changes.curves),
            {**before.artifacts, **changes.artifacts},
            changes.assessment or before.assessment,
            (*before.timeline, *changes.timeline),
        )
        kept = {trial: each for trial, each in self.arrays.items() if trial not in changes.artifacts}
        return Pending(merged, {**kept, **arrays}, self.trained + trained)

    def overdue(self, seconds: float) -> bool:
        """Whether the changes should be written now, `seconds` after the last commit."""
        return max(seconds, self.trained) >= SECONDS or self.bytes >= BYTES

    @property
    def bytes(self) -> int:
        """The size of all arrays."""
        return sum(array.nbytes for arrays in self.arrays.values() for array in arrays.values())


NOTHING = Pending()
