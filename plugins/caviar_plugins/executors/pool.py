"""The coordinator's side of the processes: who trains what, and what becomes of a segment whose worker died."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait

from caviar import Buffer, MemberOutcome, Outcome, Segment, Tell, TrialState, Workers

from caviar_plugins.executors.hand import Dead, Hand, NoWorkers, dismiss

_LOOK_UP = 0.1  # seconds between two looks at whether the user wants to stop
_FALSE_STARTS = 3  # so many workers killed before they were ready, one after the other, are no accident


@dataclass(frozen=True)
class _Task:
    """A segment, and how many workers died of it."""

    segment: Segment
    deaths: int = 0


class Pool(Workers):
    """At most `count` workers, started when there is something for them to do.

    The blueprint lies in memory that all of them share: data are neither sent nor copied.
    """

    def __init__(self, blueprint: Iterable[Buffer], count: int, check_stop: Callable[[], None]) -> None:
        self._count, self._check_stop = count, check_stop
        self._hands: dict[Hand, _Task | None] = {}
        self._false_starts = 0
        self._shared = os.memfd_create("caviar-job")
        with open(self._shared, "wb", closefd=False) as file:
            file.writelines(blueprint)

    @property
    def count(self) -> int:
        return self._count

    def run(self, segments: Iterable[Segment], tell: Tell) -> Iterator[Outcome]:
        coming = map(_Task, segments)
        waiting: deque[_Task] = deque()
        try:
            while self._assign(waiting, coming):
                for hand in self._heard():
                    try:
                        message = hand.receive()
                    except Dead as death:
                        again, outcomes = self._after(hand, death)
                        waiting.extendleft(again)
                    else:
                        self._false_starts = 0
                        for epoch in message.epochs:
                            tell(epoch)
                        outcomes = [message.outcome] if message.outcome else []
                        if outcomes:
                            self._hands[hand] = None
                    self._assign(waiting, coming)  # a commit may take its time: let nobody wait for it
                    yield from outcomes
        finally:  # whoever is still at work is at it for nobody
            self._part_with([hand for hand, task in self._hands.items() if task])

    def close(self) -> None:
        self._part_with(list(self._hands))
        os.close(self._shared)

    def _assign(self, waiting: deque[_Task], coming: Iterator[_Task]) -> bool:
        """Gives everyone something to do, and takes on who is missing; False when all is done."""
        busy = sum(task is not None for task in self._hands.values())
        waiting.extend(islice(coming, max(0, self._count - busy - len(waiting))))
        for hand in [hand for hand, task in self._hands.items() if task is None and hand.ready]:
            if waiting:
                task = self._hands[hand] = waiting.popleft()
                hand.give(task.segment)
        starting = sum(not hand.ready for hand in self._hands)
        for _ in range(min(len(waiting) - starting, self._count - len(self._hands))):
            self._hands[Hand(self._shared, self._count)] = None
        return bool(waiting) or any(self._hands.values())

    def _heard(self) -> list[Hand]:
        """Who has something to say, or is dead."""
        by_end = {hand.connection: hand for hand in self._hands}
        heard = wait(list(by_end), _LOOK_UP)
        self._check_stop()
        return [by_end[end] for end in heard if end in by_end]

    def _after(self, hand: Hand, death: Dead) -> tuple[list[_Task], list[Outcome]]:
        """What is to be done again, and what is given up, now that a worker has died."""
        task = self._hands.pop(hand)
        if not hand.ready:
            self._false_starts += 1
            if death.by_itself or self._false_starts == _FALSE_STARTS:
                raise NoWorkers(f"a worker process could not start: {death}")
        if task is None:
            return [], []
        if task.deaths == 0:
            return [_Task(task.segment, 1)], []
        if len(task.segment.trials) > 1:
            return [_Task(half, 1) for half in task.segment.halves()], []
        reason = f"two worker processes that trained it died, the last one {death}"
        failed = MemberOutcome(task.segment.trials[0], TrialState.FAILED, task.segment.start, reason=reason)
        return [], [Outcome(task.segment, (failed,))]

    def _part_with(self, hands: Sequence[Hand]) -> None:
        for hand in hands:
            del self._hands[hand]
        dismiss(hands)
