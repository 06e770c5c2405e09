"""The coordinator's side of the processes: assigns segments to workers, and retries them when a worker dies."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import inf
from multiprocessing.connection import wait

from caviar.plugin import Buffer, Fault, MemberOutcome, Outcome, Segment, Tell, TrialState, Workers, say_once

from caviar_plugins.executors.oom import oom_kills
from caviar_plugins.executors.worker_handle import Dead, Message, NoWorkers, WorkerHandle, stop_workers

_log = logging.getLogger("caviar")
_LOOK_UP = 0.1  # seconds between two looks at whether the user wants to stop
# A worker looks at its clock between two steps. One that is this far beyond its trials' time has got stuck in a step.
_SLACK, _GRACE = 2, 5
_KILLS = 3  # a segment whose worker was killed from outside so many times in a row is made smaller, or set aside
_FALSE_STARTS = 3  # so many workers killed before they were ready, one after the other: the run ends


@dataclass(frozen=True)
class _Task:
    """A segment, the number of workers that died of it, and whether its worker was killed because it was silent.

    `kills`: how many of its workers were killed from outside. `oom_kills`: the kernel's count when it was started.
    """

    segment: Segment
    deaths: int = 0
    overdue: bool = False
    kills: int = 0
    oom_kills: int = 0

    @property
    def longest(self) -> float:
        """The seconds within which a worker that trains it must report."""
        seconds = self.segment.seconds
        return _SLACK * max(seconds) * len(seconds) + _GRACE if seconds else inf


class Pool(Workers):
    """At most `count` workers, started when there is work for them, or soon will be.

    The job specification lies in memory that all of them share: data are not sent or copied. `may_fork`: whether a fork
    of this process could do the job. `devices`: CUDA_VISIBLE_DEVICES of each worker; none is set where it is empty.
    """

    def __init__(
        self,
        job_spec: Iterable[Buffer],
        count: int,
        check_stop: Callable[[], None],
        may_fork: bool,
        devices: Sequence[str | None] = (),
    ) -> None:
        self._count, self._check_stop, self._may_fork = count, check_stop, may_fork
        self._devices = devices or (None,) * count
        self._workers: dict[WorkerHandle, _Task | None] = {}
        self._false_starts = 0
        self._shared = os.memfd_create("caviar-job")
        with open(self._shared, "wb", closefd=False) as file:
            file.writelines(job_spec)

    @property
    def count(self) -> int:
        return self._count

    def start(self, wanted: int) -> None:
        """Starts so many more workers, within `count`. Raises NoWorkers."""
        for _ in range(min(wanted, self._count - len(self._workers))):
            free = min(set(range(self._count)) - {worker.number for worker in self._workers})
            self._workers[WorkerHandle(self._shared, free, self._count, self._may_fork, self._devices[free])] = None
            _log.debug("worker %d of %d: started", free, self._count)

    def run(self, segments: Iterable[Segment], tell: Tell) -> Iterator[Outcome]:
        coming = map(_Task, segments)
        waiting: deque[_Task] = deque()
        try:
            while self._assign(waiting, coming):
                for worker in self._heard():
                    try:
                        message = worker.receive()
                    except Dead as death:
                        again, outcomes = self._after(worker, death)
                        waiting.extendleft(again)
                        _log.debug("worker %d %s", worker.number, death)
                        for task in again:
                            _log.debug("%s: tried again", task.segment)
                    else:
                        self._false_starts = 0
                        _pass_on(worker, message)
                        for epoch in message.epochs:
                            tell(epoch)
                        outcomes = [message.outcome] if message.outcome else []
                        if outcomes:
                            self._workers[worker] = None
                    self._assign(waiting, coming)  # a commit may take long: let no worker wait for it
                    yield from outcomes
        finally:  # nobody needs the results of workers that still train
            self._part_with([worker for worker, task in self._workers.items() if task])

    def close(self) -> None:
        self._part_with(list(self._workers))
        os.close(self._shared)

    def _assign(self, waiting: deque[_Task], coming: Iterator[_Task]) -> bool:
        """Gives every worker a segment, and starts missing workers; False when all is done."""
        busy = sum(task is not None for task in self._workers.values())
        waiting.extend(islice(coming, max(0, self._count - busy - len(waiting))))
        for worker in [worker for worker, task in self._workers.items() if task is None and worker.ready]:
            if waiting:
                task = self._workers[worker] = replace(waiting.popleft(), oom_kills=oom_kills())
                worker.submit(task.segment)
        self.start(len(waiting) - sum(not worker.ready for worker in self._workers))
        return bool(waiting) or any(self._workers.values())

    def _heard(self) -> list[WorkerHandle]:
        """The workers that have sent a message, or are dead."""
        by_end = {worker.connection: worker for worker in self._workers}
        heard = wait(list(by_end), _LOOK_UP)
        self._check_stop()
        for worker, task in self._workers.items():
            spoke = worker.connection in heard  # it has sent a message that was not read yet
            if task and not task.overdue and not spoke and worker.silent > task.longest:
                self._workers[worker] = replace(task, overdue=True)
                worker.kill()
        return [by_end[end] for end in heard if end in by_end]

    def _after(self, worker: WorkerHandle, death: Dead) -> tuple[list[_Task], list[Outcome]]:
        """After a worker's death: returns the segments to train again, and the outcomes that have failed."""
        task = self._workers.pop(worker)
        if not worker.ready:
            self._false_starts += 1
            if death.by_itself or self._false_starts == _FALSE_STARTS:
                again = "" if death.by_itself else "; run the same command again to retry and resume"
                raise NoWorkers(f"a worker process could not start: {death}{again}") from None
        if task is None:
            return [], []
        if not death.by_itself and not task.overdue:
            segments, outcomes = _killed(task, death)
            if segments:
                say_once(f"a worker process was {death}, from outside; its trials are trained again")
            return segments, outcomes
        if task.deaths == 0 and not task.overdue:
            return [replace(task, deaths=1)], []
        if len(task.segment.trials) > 1:
            return [_Task(half, 1) for half in task.segment.halves()], []
        reason = f"two worker processes that trained it died, the last one {death}"
        if task.overdue:
            reason = f"stuck in a step: its worker was killed after {task.longest:.3g} s of silence (trial_seconds)"
        failed = MemberOutcome(task.segment.trials[0], TrialState.FAILED, task.segment.start, reason=reason)
        return [], [Outcome(task.segment, (failed,))]

    def _part_with(self, workers: Sequence[WorkerHandle]) -> None:
        for worker in workers:
            del self._workers[worker]
        stop_workers(workers)


def _pass_on(worker: WorkerHandle, message: Message) -> None:
    """Logs what a worker has logged."""
    if message.line and message.level >= logging.WARNING:
        say_once(message.line)
    elif message.line:
        _log.log(message.level, "worker %d: %s", worker.number, message.line)


def _killed(task: _Task, death: Dead) -> tuple[list[_Task], list[Outcome]]:
    """The same task after its worker was killed from outside: no evidence against its trials, unless memory ran out."""
    memory = oom_kills() > task.oom_kills
    if not memory and task.kills + 1 < _KILLS:
        return [replace(task, kills=task.kills + 1)], []
    if len(task.segment.trials) > 1:
        return [_Task(half, task.deaths) for half in task.segment.halves()], []
    (trial,), reason = task.segment.trials, f"its worker process was {death} {_KILLS} times in a row, from outside"
    if memory:
        reason = "its worker process was killed because memory ran out"
    fault: Fault = "memory" if memory else "killed"
    aside = MemberOutcome(trial, TrialState.QUEUED, task.segment.start, reason=reason, fault=fault)
    return [], [Outcome(task.segment, (aside,))]
