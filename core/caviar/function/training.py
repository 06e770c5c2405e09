"""One member's training: calls the function, takes an epoch from it at a time, and keeps its last state."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from inspect import isgenerator
from typing import Any, cast

from caviar.function.interruptible import interruptible
from caviar.function.metrics import WrongMetrics, numbers_of
from caviar.function.state import from_arrays, to_arrays
from caviar.values.arrays import Array

Row = Mapping[str, float]


@dataclass
class Training:
    """`call(state)` calls the function. `metric` is the searched one.

    `state` is the last that it has yielded, as arrays, {} before the first, and `reached` the epoch that it belongs to;
    `epoch` is the last of which the row is known. The epochs between them are trained again before the next, where the
    function is called anew.
    """

    call: Callable[[Any], Any]
    metric: str
    takes_state: bool
    check_stop: Callable[[], None]
    epoch: int = 0
    reached: int = 0
    state: Mapping[str, Array] = field(default_factory=dict)
    over: bool = False
    """Whether it is known that no epoch follows."""
    _running: Generator[Any, None, Any] | None = None
    _at: int = 0
    """The number of epochs that the running call has come to."""

    def next(self) -> Row | None:
        """Trains one epoch more; None where the function has ended before. Raises what the function raises."""
        if self._running is None:
            returned = self._begin()
            if self.over:
                return returned
            for _ in range(self.epoch - self.reached):
                if self._step() is None:
                    return None
        return self._step()

    def close(self) -> None:
        """Closes the generator, if it runs: its `finally` blocks are executed."""
        running, self._running = self._running, None
        if running is not None:
            running.close()

    @property
    def line(self) -> int | None:
        """The line of the yield at which the function waits."""
        frame = None if self._running is None else self._running.gi_frame  # type: ignore[attr-defined]
        return None if frame is None else int(frame.f_lineno)

    def _begin(self) -> Row | None:
        """Calls the function; the metrics of one that returns them, which is its only epoch."""
        self.reached = self.reached if self.takes_state and self.state else 0
        with interruptible(self.check_stop):
            begun = self.call(from_arrays(self.state) if self.reached else None)
        self._at = self.reached
        if isgenerator(begun):
            self._running = cast(Generator[Any, None, Any], begun)
            return None
        self.over = True
        return self._taken(begun, "returned")

    def _step(self) -> Row | None:
        assert self._running is not None, "it was called"
        try:
            with interruptible(self.check_stop):
                given = next(self._running)
        except StopIteration as end:
            if end.value is not None:
                raise WrongMetrics("returned a value, but its metrics are what it yields; yield it") from None
            if not self._at:
                raise WrongMetrics("ended without a yield; it yields metrics after each epoch") from None
            self.over = True
            return None
        return self._taken(given, "yielded")

    def _taken(self, given: Any, how: str) -> Row:
        self._at += 1
        metrics, state = given if isinstance(given, tuple) and len(given) == 2 else (given, None)
        row = numbers_of(metrics, self.metric, how)
        if state is not None:
            self.state, self.reached = to_arrays(state), self._at
        self.epoch = max(self.epoch, self._at)
        return row
