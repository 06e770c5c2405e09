"""The timeline of a study: which worker trained which trials, from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from caviar.values.segment import MemberOutcome, Outcome


@dataclass(frozen=True)
class TimedPopulation:
    """Trials that a worker trained together, from the end of epoch `start`.

    `worker`: its host and process. `began`: a time of day, in seconds as of `time.time`. Of each of the `trials` the
    epoch that it `reached`, and after how many seconds it `left`: a member that diverges leaves before the others.
    `fold` and `repeat` are those of the segment. Clocks of several machines may differ.
    """

    worker: str
    began: float
    start: int
    trials: tuple[int, ...]
    reached: tuple[int, ...]
    left: tuple[float, ...]
    fold: int = 0
    repeat: int = 0


def timed_populations(outcome: Outcome) -> Iterator[TimedPopulation]:
    """The populations of an outcome: several where its segment was trained in parts; none where its worker died."""
    together: dict[float, list[MemberOutcome]] = {}
    for member in outcome.members:
        if member.during is not None and outcome.worker is not None:
            together.setdefault(member.during[0], []).append(member)
    for began, members in together.items():
        assert outcome.worker is not None
        yield TimedPopulation(
            outcome.worker,
            round(began, 4),
            outcome.segment.start,
            tuple(each.trial for each in members),
            tuple(each.epoch for each in members),
            tuple(round(each.during[1] - began, 4) for each in members if each.during is not None),
            outcome.segment.fold,
            outcome.segment.repeat,
        )
