"""The coordinator's side of a Dask cluster: assigns segments to its workers, and retries them when a worker dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count, islice
from typing import Any

from caviar.plugin import MemberOutcome, Outcome, Segment, Tell, TrialState, Workers, pack, say_once

from caviar_plugins.executors.dask_link import Ended, Link, News, Threads
from caviar_plugins.executors.dask_local import ClusterProblem, LocalCluster
from caviar_plugins.executors.pool import log_line
from caviar_plugins.look_up import LOOK_UP

_DEATHS = 3  # a segment with which so many workers died, one after the other, is made smaller, or set aside


@dataclass(frozen=True)
class _Task:
    """A segment, and how many workers died while they trained it."""

    segment: Segment
    deaths: int = 0


@dataclass(frozen=True)
class _Member:
    """A worker of the cluster. Its machine's seats have numbers, of which it has as many as threads, from `first`.

    `job` is the future that keeps the job there.
    """

    address: str
    threads: int
    first: int
    job: Any

    @property
    def seats(self) -> range:
        return range(self.first, self.first + self.threads)


@dataclass
class _Training:
    """A task on a worker, its future, and how many of its epochs have been told."""

    task: _Task
    member: _Member
    future: Any
    told: int = 0


class Cluster(Workers):
    """The workers that the scheduler has at each moment: the one at `address`, else that of `local`.

    It connects when it is first needed, so a run that has nothing to train needs no scheduler.
    """

    def __init__(
        self,
        job_spec: bytes,
        address: str | None,
        check_stop: Callable[[], None],
        on_devices: bool,
        local: LocalCluster | None = None,
    ) -> None:
        self._job_spec, self._address, self._local = job_spec, address, local
        self._check_stop, self._on_devices = check_stop, on_devices
        self._members: dict[str, _Member] = {}
        self._busy: dict[str, _Training] = {}

    @cached_property
    def _link(self) -> Link:
        address = self._local.address(self._check_stop) if self._local else self._address
        assert address is not None, "a cluster has an address, or is our own"
        return Link(address, self._job_spec, self._check_stop)

    @property
    def count(self) -> int:
        """The threads of all workers; those of a cluster of our own also while they start. Waits for the first."""
        while not self._members:
            self._listen(lambda epoch: None)
        return max(sum(each.threads for each in self._members.values()), self._local.workers if self._local else 1)

    def run(self, segments: Iterable[Segment], tell: Tell) -> Iterator[Outcome]:
        coming = map(_Task, segments)
        waiting: deque[_Task] = deque()
        try:
            while self._assign(waiting, coming):
                again, outcomes = self._listen(tell)
                waiting.extendleft(again)
                self._assign(waiting, coming)  # a commit may take long: let no worker wait for it
                yield from outcomes
        finally:  # nobody needs the results of what is still being trained
            if self._busy:
                self._link.drop([training.future for training in self._busy.values()])
            self._busy.clear()

    def close(self) -> None:
        if "_link" in vars(self):
            self._link.close()
        if self._local:
            self._local.close()

    def _assign(self, waiting: deque[_Task], coming: Iterator[_Task]) -> bool:
        """Gives every worker a segment for each of its threads; False when all is done."""
        trained = [training.member.address for training in self._busy.values()]
        free = {each: each.threads - trained.count(each.address) for each in self._members.values()}
        least = 0 if waiting or self._busy else 1  # to see whether there is anything to do
        waiting.extend(islice(coming, max(least, sum(free.values()) - len(waiting))))
        while waiting and free:
            member = max(free, key=lambda each: free[each])
            if free[member] < 1:
                break
            free[member] -= 1
            task = waiting.popleft()
            future = self._link.train(member.address, member.job, b"".join(pack(task.segment)))
            self._busy[future.key] = _Training(task, member, future)
        return bool(waiting or self._busy)

    def _listen(self, tell: Tell) -> tuple[list[_Task], list[Outcome]]:
        """Waits for a message: returns the segments to train again, and the outcomes."""
        message = self._link.next(LOOK_UP)
        self._check_stop()
        if self._local:
            self._local.check()
        if isinstance(message, Threads):
            return self._changed(message.of)
        if isinstance(message, News) and (training := self._busy.get(message.key)):
            for epoch in message.epochs if message.before == training.told else ():
                training.told += 1
                tell(epoch)
        if isinstance(message, Ended) and (training := self._busy.pop(message.key, None)):
            return self._ended(training, message, tell)
        return [], []

    def _changed(self, threads: Mapping[str, int]) -> tuple[list[_Task], list[Outcome]]:
        """After workers joined or went."""
        if not threads and self._local is None:
            say_once(f"the Dask scheduler at {self._address} has no workers; waiting for one to join")
        for address in self._members.keys() - threads.keys():
            del self._members[address]
        lost = [training for training in self._busy.values() if training.member.address not in threads]
        self._link.drop([training.future for training in lost])
        for training in lost:
            del self._busy[training.future.key]
        for address in threads.keys() - self._members.keys():
            neighbors = [each for each in self._members.values() if _machine(each.address) == _machine(address)]
            taken = {seat for each in neighbors for seat in each.seats}
            first = next(seat for seat in count() if taken.isdisjoint(range(seat, seat + threads[address])))
            seats = sum(number for each, number in threads.items() if _machine(each) == _machine(address))
            job = self._link.bring(address, first, seats, self._on_devices)
            self._members[address] = _Member(address, threads[address], first, job)
        return _after(lost)

    def _ended(self, training: _Training, ended: Ended, tell: Tell) -> tuple[list[_Task], list[Outcome]]:
        member, result = training.member, self._link.result(ended)
        if not result:
            self._members.pop(member.address, None)  # if it is alive, it gets the job once more
            return _after([training])
        for level, line in result["lines"]:
            log_line(member.first, level, line)
        if "problem" in result:
            raise ClusterProblem(f"the Dask worker at {member.address} cannot train: {result['problem']}")
        for epoch in result["epochs"][training.told :]:
            tell(epoch)
        return [], [replace(outcome, worker=member.address) for outcome in result["outcomes"]]


def _after(lost: Iterable[_Training]) -> tuple[list[_Task], list[Outcome]]:
    """After the deaths of workers: the segments to train again, and the outcomes that are set aside."""
    again, outcomes = list[_Task](), list[Outcome]()
    for training in lost:
        task, segment = replace(training.task, deaths=training.task.deaths + 1), training.task.segment
        if task.deaths < _DEATHS:
            say_once(f"the Dask worker at {training.member.address} was lost; its trials are trained again")
            again.append(task)
        elif len(segment.trials) > 1:
            again += map(_Task, segment.halves())
        else:
            reason = f"the Dask workers that trained it died, {_DEATHS} times in a row"
            aside = MemberOutcome(segment.trials[0], TrialState.QUEUED, segment.start, reason=reason, fault="killed")
            outcomes.append(Outcome(segment, (aside,)))
    return again, outcomes


def _machine(address: str) -> str:
    return address.rpartition(":")[0]
