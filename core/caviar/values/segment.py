"""Segments: the unit of work that executors carry out, and their outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from caviar.values.arrays import Array
from caviar.values.metrics import Metrics
from caviar.values.trial import TrialState

Fault: TypeAlias = Literal["killed", "memory", "system", "time"]


@dataclass(frozen=True)
class Segment:
    """Train these trials as one population from the end of epoch `start` to the end of epoch `until`.

    `values`: each trial's searched values by path. `state`: what the segment before left, None at epoch 0.
    `seconds`: how much longer each trial may be trained, () for ever. `repeat`: which re-test of the trials this is,
    each from a seed of its own; 0 for the first training. `deadline`: when the search must end, as a time of day
    (`time.time`). Two runs of the same segment give the same bits, as far as time lets them come.
    """

    trials: tuple[int, ...]
    values: tuple[Mapping[str, object], ...]
    start: int
    until: int
    fold: int = 0
    state: Mapping[str, Array] | None = None
    seconds: tuple[float, ...] = ()
    repeat: int = 0
    deadline: float | None = None

    def __str__(self) -> str:
        fold = f", fold {self.fold}" if self.fold else ""
        again = f", re-test {self.repeat}" if self.repeat else ""
        return f"trials {', '.join(map(str, self.trials))}, epochs {self.start} to {self.until}{fold}{again}"

    def part(self, members: Sequence[int]) -> Segment:
        """The same segment with some of its members, by index."""
        chosen = list(members)
        return replace(
            self,
            trials=tuple(self.trials[member] for member in chosen),
            values=tuple(self.values[member] for member in chosen),
            state=None if self.state is None else {name: array[chosen] for name, array in self.state.items()},
            seconds=tuple(self.seconds[member] for member in chosen) if self.seconds else (),
        )

    def halves(self) -> tuple[Segment, Segment]:
        """The same segment in two halves."""
        half = len(self.trials) // 2
        return self.part(range(half)), self.part(range(half, len(self.trials)))


@dataclass(frozen=True)
class MemberOutcome:
    """One trial's part of a segment.

    `state` is finished, paused (trained to `until`, more to come), pruned (out of time), diverged or failed; `epoch`
    the last one completed; `metrics` one member, a row for each epoch trained; `final` the metrics that count, by name;
    `weights` of a finished member; `carry` the training state of a paused one, arrays without the member axis;
    `seconds` how long it was trained, its share of its population's time; `during` when its population began and when
    it left that, as times of day (`time.time`); `trace` the traceback where it failed.

    Still queued: it could not be trained, for a reason of the machine's. `fault` says which: its worker was `killed`
    from outside; it found too little `memory`, alone; the `system` refused something, as on a full disk; or the `time`
    of the search, or of its segment, was over: then `metrics` and `carry` are those of `epoch`, if it was trained.

    `origins`: see `Trial`; the engine notes them when it receives the outcome.
    """

    trial: int
    state: TrialState
    epoch: int
    metrics: Metrics | None = None
    final: Mapping[str, float] | None = None
    reason: str | None = None
    weights: Mapping[str, Array] | None = None
    carry: Mapping[str, Array] | None = None
    seconds: float = 0.0
    fault: Fault | None = None
    trace: str | None = None
    origins: tuple[int, ...] = ()
    during: tuple[float, float] | None = None


@dataclass(frozen=True)
class Outcome:
    """The result of a segment, member by member.

    `identity`: the numeric identity under which it was trained, name -> version; None where nobody has trained,
    because the worker died. `worker`: which one trained it, for people: its host and process, or its address.
    """

    segment: Segment
    members: tuple[MemberOutcome, ...]
    identity: Mapping[str, str] | None = None
    worker: str | None = None
