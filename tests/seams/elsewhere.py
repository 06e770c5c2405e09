"""A third party's executor: programs that are sent the job and its segments as bytes, as if on other machines."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from select import select
from typing import IO, Any

from caviar.plugin import (
    Executor,
    Job,
    MemberOutcome,
    Outcome,
    Problem,
    Segment,
    Tell,
    TrialState,
    Workers,
    open_job,
    pack,
    setting,
    unpack,
)


class Elsewhere(Executor, interface=2):
    """Starts `programs` copies of this file. `kernels` is what BLAS takes the last one's processor for, "" as it is."""

    programs: int = setting(default=2, ge=1)
    kernels: str = ""

    def open(self, job: Job, check_stop: Callable[[], None], trials: int) -> Workers:
        spec = job.job_spec()
        if spec is None:
            raise Problem("executor 'elsewhere' cannot send a plugin that is known to this process alone")
        return Programs(b"".join(spec), [*[""] * (self.programs - 1), self.kernels], check_stop)


class Programs(Workers):
    def __init__(self, spec: bytes, kernels: list[str], check_stop: Callable[[], None]) -> None:
        self._spec, self._check_stop = spec, check_stop
        self._idle = [self._started(each) for each in kernels]
        self._busy: dict[IO[bytes], tuple[Any, Segment]] = {}

    @property
    def count(self) -> int:
        return len(self._idle) + len(self._busy)

    def run(self, segments: Iterable[Segment], tell: Tell) -> Iterator[Outcome]:
        coming = iter(segments)
        try:
            while True:
                while self._idle and (segment := next(coming, None)):
                    program = self._idle.pop()
                    self._busy[program.stdout] = program, segment
                    send(program.stdin, b"".join(pack(segment)))
                if not self._busy:
                    return
                for answers in select(list(self._busy), [], [], 0.1)[0]:
                    answer = receive(answers)
                    if not answer:
                        yield self._ended(*self._busy.pop(answers))
                    elif isinstance(value := unpack(answer), Outcome):
                        self._idle.append(self._busy.pop(answers)[0])
                        yield value
                    else:
                        tell(value)
                self._check_stop()
        finally:  # nobody waits for what is still being trained
            while self._busy:
                self._ended(*self._busy.popitem()[1])

    def close(self) -> None:
        for program in (*self._idle, *(program for program, _ in self._busy.values())):
            stop(program)
        self._busy.clear()

    def _started(self, kernels: str = "") -> Any:
        environment = os.environ | ({"OPENBLAS_CORETYPE": kernels} if kernels else {})
        command, pipe = [sys.executable, __file__], subprocess.PIPE
        program = subprocess.Popen(command, bufsize=0, stdin=pipe, stdout=pipe, env=environment)
        send(program.stdin, self._spec)
        return program

    def _ended(self, program: Any, segment: Segment) -> Outcome:
        stop(program)
        self._idle.append(self._started())
        state, reason = TrialState.QUEUED, f"its program ended with {program.returncode}"
        aside = [MemberOutcome(each, state, segment.start, reason=reason, fault="killed") for each in segment.trials]
        return Outcome(segment, tuple(aside))


def stop(program: Any) -> None:
    program.kill()
    program.communicate()


def send(pipe: Any, message: bytes) -> None:
    pipe.write(len(message).to_bytes(8, "little") + message)


def receive(pipe: Any) -> bytes:
    """The next message; nothing where the other side has ended."""
    return exactly(pipe, int.from_bytes(exactly(pipe, 8), "little"))


def exactly(pipe: Any, size: int) -> bytes:
    pieces = []
    while size and (piece := pipe.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)  # what a plugin prints is no answer
    job = open_job(receive(sys.stdin.buffer))
    while order := receive(sys.stdin.buffer):
        done = job.perform(unpack(order), lambda epoch: send(answers, b"".join(pack(epoch))), lambda: None)
        send(answers, b"".join(pack(done)))
