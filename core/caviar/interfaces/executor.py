"""Executor: carries out segments, in this process, in others or on a cluster."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar, Protocol, TypeAlias

from caviar.interfaces.plugin import Plugin
from caviar.support.closing import Closing
from caviar.support.packed import Buffer
from caviar.values.run import EpochInfo
from caviar.values.segment import Outcome, Segment

Tell: TypeAlias = Callable[[EpochInfo], None]


class Job(Protocol):
    """What can be done with segments of one run. Never raises for a trial's fault: that is a recorded outcome."""

    def perform(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> Outcome:
        """Trains the segment; `tell` is called after each epoch, `check_stop` between steps."""

    def job_spec(self) -> Sequence[Buffer] | None:
        """Bytes, in pieces, from which `caviar.plugin.open_job` makes this job in another process, data included.

        None where that cannot be, because a plugin is known to this process alone: a class in a notebook.
        """

    def devices(self) -> int | None:
        """How many processes have a device of their own to train on; None where they train on the processor."""

    def may_fork(self) -> bool:
        """Whether a fork of this process can train: no device is open, and all plugins are Caviar's own.

        What another plugin opened or stored when it was imported here would be lost, or shared, in a fork.
        """


class Workers(Closing):
    """An executor at work, a context manager that ends its processes."""

    @property
    def count(self) -> int:
        """How many segments are carried out at a time."""
        return 1

    def expect(self, segments: int) -> None:
        """Announces at least so many segments: workers that take time to start may start now.

        Called before any reporter is called, so that a fork finds no thread of theirs.
        """
        return

    @abstractmethod
    def run(self, segments: Iterable[Segment], tell: Tell) -> Iterator[Outcome]:
        """Yields the outcomes of all segments, in any order, each once it is complete; a segment may come in parts.

        Segments are taken when a worker is free, because one may hold the states of many trials.
        """


class Executor(Plugin):
    """Results never depend on it: a segment gives the same bits wherever it runs.

    Order of calls, all in the coordinating process::

        workers = open(job, check_stop)    once a run
        workers.expect(segments)           once, before reporters hear of the run
        workers.count                      before each run
        workers.run(segments, tell)        once for each rung of a round and for its re-tests; one at a time
        workers.close()                    once, also after an error or Ctrl-C: no process may be left

    A worker makes the job once, by `open_job(job.job_spec())` or as a fork, and calls `job.perform` for each segment.
    `tell` is called in the coordinating process, by the thread that iterates over the outcomes; call `check_stop` there
    while waiting, and let through what it raises. The job never raises for a trial's fault. A segment whose process
    died or found no memory is returned as an outcome with a `Fault`, and the engine decides what to do with it.
    """

    kind: ClassVar[str] = "executor"
    interface: ClassVar[int] = 1

    @abstractmethod
    def open(self, job: Job, check_stop: Callable[[], None]) -> Workers:
        """Workers for one run."""
