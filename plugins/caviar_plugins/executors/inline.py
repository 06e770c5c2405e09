"""Inline: segments one after the other, in this process."""

from collections.abc import Callable, Iterable, Iterator

from caviar.plugin import Executor, Job, Outcome, Segment, Tell, Workers, watch_compiling


class Inline(Executor, interface=2):
    """No processes: the simplest executor, whose results the others must reproduce."""

    def open(self, job: Job, check_stop: Callable[[], None], trials: int) -> Workers:
        return _Here(job, check_stop)


class _Here(Workers):
    def __init__(self, job: Job, check_stop: Callable[[], None]) -> None:
        self._job, self._check_stop = job, check_stop

    def run(self, segments: Iterable[Segment], tell: Tell) -> Iterator[Outcome]:
        watch_compiling(self._compile)
        for segment in segments:
            yield self._job.perform(segment, tell, self._check_stop)

    def close(self) -> None:
        watch_compiling(lambda going: None)

    def _compile(self, going: bool) -> None:
        if going:  # kernels may take 20 seconds in all, before there is a step to look up after
            self._check_stop()
