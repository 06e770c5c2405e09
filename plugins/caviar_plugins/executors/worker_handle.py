"""One worker process, as the coordinator sees it: a process, a pipe, and its messages."""

from __future__ import annotations

import logging
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from time import monotonic
from typing import ClassVar

from caviar.plugin import EpochInfo, Outcome, Problem, Segment, pack, unpack

from caviar_plugins.executors.process_start import WorkerArguments, begin

# A process raises these by a fault of its own; all other signals come from outside.
_OWN = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV, signal.SIGSYS, signal.SIGTRAP}
_PATIENCE = 0.5  # seconds for a dismissed worker to end by itself: it looks up between two steps


class NoWorkers(Problem):
    """No worker process can be started; the message gives the reason."""

    exit_code: ClassVar[int] = 1


class Dead(Exception):
    """A worker's process has ended: how or, as it said itself, why; and whether `by_itself` or killed from outside."""

    def __init__(self, code: int, why: str = "") -> None:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        super().__init__(why or (f"killed by {name}" if code < 0 else f"ended with exit code {code}"))
        self.by_itself = code >= 0 or -code in _OWN


@dataclass(frozen=True)
class Message:
    """A worker's message: epochs trained since the last one, and the outcome of its segment once it is complete.

    `compiling`: it compiles kernels, and sends nothing until that is done. `line`: what it logged at `level`.
    `failure`: why it cannot start; then it ends.
    """

    epochs: Sequence[EpochInfo] = ()
    outcome: Outcome | None = None
    compiling: bool = False
    line: str = ""
    level: int = logging.WARNING
    failure: str = ""


@dataclass(frozen=True)
class Seat:
    """A worker's place: `number` of `count` on this machine; `devices`: see `WorkerArguments`."""

    number: int
    count: int
    devices: str | None = None


class WorkerHandle:
    """A worker process, `ready` once it has made the job from the job specification.

    `may_fork`: whether a fork of this process could do the job. Raises NoWorkers.
    """

    def __init__(self, job_spec: int, seat: Seat, may_fork: bool) -> None:
        self.seat = seat
        self.ready, self._compiling, self._heard = False, False, monotonic()
        try:
            self.connection, theirs = Pipe()
        except OSError as error:
            raise NoWorkers(f"a worker process could not start: {error}") from error
        level = logging.getLogger("caviar").getEffectiveLevel()
        arguments = WorkerArguments(theirs.fileno(), job_spec, seat.number, seat.count, level, seat.devices)
        try:
            self._process = begin(arguments, may_fork)
        except OSError as error:
            raise NoWorkers(f"a worker process could not start: {error}") from error
        finally:
            theirs.close()

    @property
    def silent(self) -> float:
        """The seconds since its last message, or since it was given something to do; 0 while it compiles."""
        return 0.0 if self._compiling else monotonic() - self._heard

    def kill(self) -> None:
        """Kills the worker; `receive` then raises Dead."""
        self._process.kill()

    def submit(self, segment: Segment) -> None:
        """Sends the worker a segment to train. If the worker is dead, `receive` raises."""
        self._heard = monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send_bytes(b"".join(pack(segment)))

    def receive(self) -> Message:
        """The next message. Raises Dead."""
        try:
            message = Message(*unpack(self.connection.recv_bytes()))
        except (EOFError, ConnectionResetError):
            raise self._dead() from None
        if message.failure:
            raise self._dead(message.failure)
        self.ready, self._compiling, self._heard = True, message.compiling, monotonic()
        return message

    def _dead(self, why: str = "") -> Dead:
        self.connection.close()
        return Dead(self.end(monotonic() + _PATIENCE), why)

    def end(self, deadline: float) -> int:
        """The exit code of a worker whose pipe has ended; it is killed at the deadline."""
        code = self._process.wait(max(0.0, deadline - monotonic()))
        while code is None:
            self._process.kill()
            code = self._process.wait(_PATIENCE)
        return code


def stop_workers(workers: Sequence[WorkerHandle]) -> None:
    """Ends workers by closing their pipes."""
    for worker in workers:
        worker.connection.close()
    deadline = monotonic() + _PATIENCE
    for worker in workers:
        worker.end(deadline)
