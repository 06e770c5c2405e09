"""A worker process: makes the job from the job specification, then trains one segment after the other."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from mmap import ACCESS_READ, mmap
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import NoReturn

from caviar.plugin import EpochInfo, Job, Outcome, Problem, Segment, Stopped, open_job, pack, unpack, watch_compiling

_PATIENCE = 0.4  # seconds to end by itself once the coordinator has closed the pipe, or is gone
_TELL = 0.1  # seconds between two messages about epochs
_log = logging.getLogger("caviar")


def main(connection: int, job_spec: int, number: int, count: int, level: int) -> None:
    """Trains segments, as `number` of `count`, until the pipe ends; all output of this process goes through the pipe.

    Of what is logged, records of `level` and above go through it.
    """
    gc.disable()  # while libraries load: a tenth of the start went into looking for garbage that is not there
    _log.setLevel(level)
    worker = _Worker(Connection(connection))
    try:
        job = open_job(mmap(job_spec, 0, access=ACCESS_READ), number, count)
    except (Problem, OSError, MemoryError) as error:  # too little memory for a library, for one
        worker.fail(str(error) or type(error).__name__)
    worker.work(job)
    sys.stdout.flush()
    os._exit(0)  # taking down an interpreter takes longer than anyone should wait for


class _Worker:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._segments: SimpleQueue[Segment | None] = SimpleQueue()
        self._gone, self._speaking, self._compiling = Event(), Lock(), False
        Thread(target=self._listen, daemon=True).start()

    def work(self, job: Job) -> None:
        with suppress(BrokenPipeError, ConnectionResetError, Stopped):
            self._say()
            watch_compiling(self._compile)
            _log.addHandler(_Aloud(self._say))
            _log.propagate = False
            while segment := self._segments.get():
                said = _Epochs(self._say)
                outcome = job.perform(segment, said, self._check_stop)
                self._say(said.kept, outcome)
                gc.enable()

    def fail(self, why: str) -> NoReturn:
        """Ends this process, which cannot start."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._say((), None, "", logging.ERROR, why)
        os._exit(1)

    def _listen(self) -> None:
        """Receives segments while one is trained: the coordinator never waits for a worker to read."""
        try:
            with suppress(EOFError, ConnectionResetError):
                while True:
                    self._segments.put(unpack(self._connection.recv_bytes()))
        finally:  # also where a segment does not fit into memory: the coordinator would wait for ever
            self._gone.set()
            self._segments.put(None)
            sleep(_PATIENCE)
            os._exit(1)

    def _check_stop(self) -> None:
        if self._gone.is_set():
            raise Stopped

    def _compile(self, going: bool) -> None:
        if going != self._compiling:  # while it waits for another process, this is called again and again
            self._compiling = going
            self._say()

    def _say(self, epochs: Sequence[EpochInfo] = (), outcome: Outcome | None = None, *log: str | int) -> None:
        """The fields of a Message."""
        with self._speaking:
            self._connection.send_bytes(b"".join(pack([epochs, outcome, self._compiling, *log])))


class _Aloud(logging.Handler):
    """Passes records on to the coordinator, which logs a warning once for all workers."""

    def __init__(self, say: Callable[..., None]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = record.getMessage()
        except Exception:  # what a plugin logs may be anything, and is no reason for its trial to fail
            self.handleError(record)
        else:
            self._say((), None, line, record.levelno)


class _Epochs:
    """Reports epochs, several at a time: a message per epoch would cost more than a short epoch."""

    def __init__(self, say: Callable[[list[EpochInfo]], None]) -> None:
        self._say, self._last = say, monotonic()
        self.kept: list[EpochInfo] = []

    def __call__(self, epoch: EpochInfo) -> None:
        self.kept.append(epoch)
        if monotonic() - self._last >= _TELL:
            self._say(self.kept)
            self.kept, self._last = [], monotonic()
