"""Executor: carries out segments, in this process, in others or on a cluster."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Protocol, TypeAlias

from caviar.interfaces.plugin import Plugin
from caviar.support.closing import Closing
from caviar.support.packed import Buffer
from caviar.values.run import EpochInfo
from caviar.values.segment import Outcome, Segment

Tell: TypeAlias = Callable[[EpochInfo], None]


class Job(Protocol):
    """Trains the segments of one run. Never raises for a trial's fault: that is a recorded outcome."""

    def perform(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> Outcome:
        """Trains the segment; `tell` is called after each epoch, `check_stop` between steps.

        The outcome carries the numeric identity of the process that calls this, with which kernels were compiled.
        """

    def job_spec(self) -> Sequence[Buffer] | None:
        """Bytes, in pieces, from which `caviar.plugin.open_job` makes this job in another process, data included.

        None if a plugin exists in this process only, such as a class in a notebook.
        """

    def devices(self) -> int | None:
        """How many processes can have a device of their own to train on; None where they train on the processor."""

    def plugins(self) -> Mapping[str, str]:
        """The distribution and version of each plugin that training uses: "optimizer.adam" -> "caviar-ml 0.1.0".

        A worker needs the same ones installed; a code file, whose version is that of its code, travels with the job.
        """


class Workers(Closing):
    """A running executor: a context manager that ends its processes."""

    @property
    def count(self) -> int:
        """The number of segments that are trained at the same time."""
        return 1

    @abstractmethod
    def run(self, segments: Iterable[Segment], tell: Tell) -> Iterator[Outcome]:
        """Yields the outcomes of all segments, in any order, each once it is complete; a segment may come in parts.

        An outcome is passed on as `Job.perform` returned it, identity included. Segments are taken when a worker
        is free, because one may hold the states of many trials.
        """


class Executor(Plugin):
    """Trains segments; results never depend on it: a segment gives the same bits wherever it runs.

    Order of calls, all in the coordinating process::

        workers = open(job, check_stop, trials)   once a run, before any reporter is called: no thread of theirs runs
        workers.count                             before each run
        workers.run(segments, tell)               once for each rung of a round and for its re-tests; one at a time
        workers.close()                           once, also where `run` raised or is not finished: no process is left

    A worker in another process makes the job once, by `open_job(job_spec)` from the bytes of `job.job_spec()`, and
    calls `job.perform` for each segment; `pack` and `unpack` turn segments, epochs and outcomes into bytes and back.
    `tell` is called in the coordinating process, by the thread that iterates over the outcomes; call `check_stop` there
    while waiting, and do not catch what it raises. The job never raises for a trial's fault. A segment whose process
    died or found no memory is returned as an outcome with a `Fault`, and the engine decides what to do with it.

    Workers may run on other machines. An outcome that was trained under another numeric identity than the study's
    (another processor, BLAS, NumPy, numba or backend, plain code in place of compiled) ends the run, and nothing of it
    is recorded: its bits may differ.
    """

    kind: ClassVar[str] = "executor"
    interface: ClassVar[int] = 2

    @abstractmethod
    def open(self, job: Job, check_stop: Callable[[], None], trials: int) -> Workers:
        """Returns the workers for one run, in which `trials` are still to be trained.

        Start workers that need time here, in proportion to `trials`: the engine proposes the first round next. With
        `trials` 0 the study is complete, except perhaps for re-tests.
        """
