"""Inline carries out segments here and now."""

from collections.abc import Callable

import numpy
import pytest
from caviar.engine.training.variants import _numba_works
from caviar.plugin import EpochInfo, Outcome, Segment, Stopped, Tell
from caviar.testing import ExecutorContract
from caviar_plugins.executors.inline import Inline


class TestInline(ExecutorContract):
    executor = Inline()


class Noting:
    """A job that notes what it is given."""

    def __init__(self) -> None:
        self.done: list[int] = []

    def perform(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> Outcome:
        check_stop()
        self.done.append(segment.trials[0])
        tell(EpochInfo(segment.trials, segment.until, ({},)))
        return Outcome(segment, ())

    def job_spec(self) -> None:
        """It lives in this process alone."""

    def devices(self) -> None:
        """It trains on the processor."""

    def plugins(self) -> dict[str, str]:
        return {}


SEGMENTS = [Segment((trial,), ({},), 0, 5) for trial in range(3)]


def test_outcomes_come_one_by_one_as_soon_as_they_are_there() -> None:
    job, told = Noting(), list[EpochInfo]()
    with Inline().open(job, lambda: None, 3) as workers:
        outcomes = workers.run(SEGMENTS, told.append)
        assert next(outcomes).segment is SEGMENTS[0]
        assert job.done == [0]
        assert [outcome.segment for outcome in outcomes] == SEGMENTS[1:]
    assert [info.trials for info in told] == [(0,), (1,), (2,)]


class Compiling(Noting):
    """A job whose only step needs a kernel that was never compiled."""

    def perform(self, segment: Segment, tell: Tell, check_stop: Callable[[], None]) -> Outcome:
        numba = pytest.importorskip("numba")
        self.result = numba.njit(lambda x: x + 1)(numpy.float32(1))
        return super().perform(segment, tell, lambda: None)


def test_the_wish_to_stop_is_seen_before_each_kernel_is_compiled_and_not_after_the_end() -> None:
    def stop() -> None:
        raise Stopped

    if not _numba_works():
        pytest.skip("numba is not installed")
    stopped, job = Compiling(), Compiling()
    with Inline().open(stopped, stop, 3) as workers, pytest.raises(Stopped):
        next(workers.run(SEGMENTS, lambda epoch: None))
    assert stopped.done == []
    with Inline().open(job, lambda: None, 3) as workers:
        assert len(list(workers.run(SEGMENTS, lambda epoch: None))) == 3
