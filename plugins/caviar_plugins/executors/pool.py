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
from caviar_plugins.executors.worker_handle import Dead, NoWorkers, Seat, WorkerHandle, stop_workers
from caviar_plugins.look_up import LOOK_UP

_log = logging.getLogger("caviar")
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


def in_shared_memory(job_spec: Iterable[Buffer]) -> int:
    """A file descriptor of memory that workers share: the job's data are not sent or copied."""
    shared = os.memfd_create("caviar-job")
    with open(shared, "wb", closefd=False) as file:
        file.writelines(job_spec)
    return shared


def log_line(worker: int, level: int, line: str) -> None:
    """Logs what a worker has logged, a warning once."""
    if level >= logging.WARNING:
        say_once(line)
    else:
        _log.log(level, "worker %d: %s", worker, line)


class Pool(Workers):
    """At most one worker for each seat, started when there is work for it, or soon will be.

    `job_spec` is a file descriptor, which the pool closes. `may_fork`: whether a fork of this process could do the job.
    `on_line` gets each line that a worker logs, with the worker's number and the line's level.
    """

    def __init__(
        self,
        job_spec: int,
        seats: Sequence[Seat],
        check_stop: Callable[[], None],
        may_fork: bool = False,
        on_line: Callable[[int, int, str], None] = log_line,
    ) -> None:
        self._job_spec, self._seats, self._check_stop = job_spec, seats, check_stop
        self._may_fork, self._on_line = may_fork, on_line
        self._workers: dict[WorkerHandle, _Task | None] = {}
        self._false_starts = 0

    @property
    def count(self) -> int:
        return len(self._seats)

    def start(self, wanted: int) -> None:
        """Starts so many more workers, as far as there are seats. Raises NoWorkers."""
        for _ in range(min(wanted, self.count - len(self._workers))):
            taken = {worker.seat for worker in self._workers}
            seat = next(each for each in self._seats if each not in taken)
            self._workers[WorkerHandle(self._job_spec, seat, self._may_fork)] = None
            _log.debug("worker %d of %d: started", seat.number, seat.count)

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
                        _log.debug("worker %d %s", worker.seat.number, death)
                        for task in again:
                            _log.debug("%s: tried again", task.segment)
                    else:
                        self._false_starts = 0
                        if message.line:
                            self._on_line(worker.seat.number, message.level, message.line)
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
        os.close(self._job_spec)

    def _assign(self, waiting: deque[_Task], coming: Iterator[_Task]) -> bool:
        """Gives every worker a segment, and starts missing workers; False when all is done."""
        busy = sum(task is not None for task in self._workers.values())
        waiting.extend(islice(coming, max(0, self.count - busy - len(waiting))))
        for worker in [worker for worker, task in self._workers.items() if task is None and worker.ready]:
            if waiting:
                task = self._workers[worker] = replace(waiting.popleft(), oom_kills=oom_kills())
                worker.submit(task.segment)
        self.start(len(waiting) - sum(not worker.ready for worker in self._workers))
        return bool(waiting) or any(self._workers.values())

    def _heard(self) -> list[WorkerHandle]:
        """The workers that have sent a message, or are dead."""
        by_end = {worker.connection: worker for worker in self._workers}
        heard = wait(list(by_end), LOOK_UP)
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
                again = f"a worker process was {death}, from outside; its trials are trained again"
                self._on_line(worker.seat.number, logging.WARNING, again)
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
