"""The deadline of a search: how many members of a population can still be trained before `search.seconds` are over."""

from __future__ import annotations

import time
from collections.abc import Callable

from caviar.engine.training.variants import seconds_compiling


class SearchOver(BaseException):
    """The time of the search ended within an epoch. Not an Exception, so that it makes no trial fail."""


class Deadline:
    """Measures a population's epochs against the time at which a search must end; None: it need not.

    It is a time of day, because workers compare it too, each with a clock of its own. Compiling kernels takes time of
    the search, but foretells nothing about the next epoch.
    """

    def __init__(self, at: float | None) -> None:
        self._at, self._since, self._took = at, _working(), 0.0

    def watched(self, check_stop: Callable[[], None]) -> Callable[[], None]:
        """A `check_stop` that also raises SearchOver when the time is over."""

        def check() -> None:
            check_stop()
            if self._at is not None and time.time() > self._at:
                raise SearchOver

        return check_stop if self._at is None else check

    def lap(self, members: int) -> None:
        """Notes that an epoch of so many members has ended."""
        now = _working()
        self._since, self._took = now, (now - self._since) / members

    def in_time(self, members: int, epochs: int) -> int:
        """How many of the members to train on: those for which so many epochs more will end in time, as the last did.

        Where not even one will, one is trained as long as another epoch of it ends in time.
        """
        if self._at is None or not epochs:
            return members
        left = self._at - time.time()
        whole = int(left / (self._took * epochs)) if self._took else members
        return min(members, max(whole, 1)) if left > self._took else 0


def _working() -> float:
    """The time of day without what was spent compiling."""
    return time.time() - seconds_compiling()
