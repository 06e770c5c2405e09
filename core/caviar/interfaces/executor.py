"""Executor: carries out segments, here, in processes or on a cluster."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import ClassVar, Protocol, Self, TypeAlias

from caviar.interfaces.plugin import Plugin
from caviar.values.run import EpochInfo
from caviar.values.segment import Outcome, Segment

Tell: TypeAlias = Callable[[EpochInfo], None]


class Job(Protocol):
    """What can be done with segments of one run. Never raises for a trial's fault: that is a recorded outcome."""

    def perform(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> Outcome:
        """Trains the segment; `tell` is called after each epoch, `check_stop` between steps."""


class Workers(ABC):
    """An executor at work, a context manager that ends its processes."""

    @abstractmethod
    def run(self, segments: Sequence[Segment], tell: Tell) -> Iterator[Outcome]:
        """The outcomes of all segments, in any order, each as soon as it is there."""

    def close(self) -> None:  # noqa: B027  (nothing to end is a fine default)
        """Ends whatever runs."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Executor(Plugin):
    """Results never depend on it: a segment gives the same bits wherever it runs."""

    kind: ClassVar[str] = "executor"
    interface: ClassVar[int] = 1

    @abstractmethod
    def open(self, job: Job, check_stop: Callable[[], None]) -> Workers:
        """Workers for one run."""
