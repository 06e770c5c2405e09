"""Starts a worker's process: as a fork of this one, which has loaded its libraries, where safe; else spawned."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from json import dumps
from time import monotonic, sleep
from typing import NoReturn, Protocol

from caviar_plugins.executors.cuda_devices import VARIABLE

_SPAWN = """import sys
sys.path[:] = {path}
from caviar_plugins.executors.lifeline import depend_on
depend_on({coordinator})
from caviar_plugins.executors.worker import main
main({connection}, {job_spec}, {number}, {count}, {level})
"""
_POLL = 0.002  # seconds between two looks at whether a worker has ended
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Process(Protocol):
    """A child of this process, forked or spawned."""

    def wait(self, seconds: float) -> int | None:
        """Its exit code, or minus the signal that killed it; None if it is still alive after `seconds`."""

    def kill(self) -> None:
        """Kills it, if it has not ended."""


@dataclass(frozen=True)
class WorkerArguments:
    """A worker's arguments: two file descriptors, its `number` of `count`, and the lowest level that it logs.

    `devices`: what CUDA_VISIBLE_DEVICES is for it; None leaves that as it is.
    """

    connection: int
    job_spec: int
    number: int
    count: int
    level: int = logging.WARNING
    devices: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that it has besides those of this process."""
        return _ONE_THREAD | ({} if self.devices is None else {VARIABLE: self.devices})


def _can_fork() -> bool:
    """Whether a fork of this process would be a sound worker: it has one BLAS thread, and now one thread in total.

    Other threads, of libraries too, would leave their locks closed for ever. Where there is no /proc it is not tried.
    """
    if not _ONE_THREAD.items() <= os.environ.items():
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def begin(arguments: WorkerArguments, may_fork: bool) -> Process:
    """Starts a worker's process, as a fork if that is allowed and this process can be forked. Raises OSError."""
    if may_fork and _can_fork():
        with suppress(OSError):  # no memory for a second process of this size, maybe
            return Forked(arguments)
    return Spawned(arguments)


class Forked:
    """A forked process: ready at once, while loading the libraries takes a spawned one half a second of a core."""

    def __init__(self, arguments: WorkerArguments) -> None:
        coordinator = os.getpid()
        for stream in (sys.stdout, sys.stderr):  # or what waits there is written twice
            with suppress(AttributeError, ValueError):  # there may be none, or a closed one
                stream.flush()
        # A handler that raised in the child would have it go on as a second coordinator.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self._number = os.fork()
            if self._number == 0:
                _work(arguments, coordinator, before)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._code: int | None = None

    def wait(self, seconds: float) -> int | None:
        deadline = monotonic() + seconds
        while not self._ended() and monotonic() < deadline:  # not every Linux or Python has a pidfd
            sleep(_POLL)
        return self._code

    def _ended(self) -> bool:
        if self._code is None:
            try:
                number, status = os.waitpid(self._number, os.WNOHANG)
            except ChildProcessError:  # SIGCHLD is ignored: its exit code is lost
                self._code = 0
            else:
                self._code = os.waitstatus_to_exitcode(status) if number else None
        return self._code is not None

    def kill(self) -> None:
        if not self._ended():  # until it is waited for, no other process has its number
            os.kill(self._number, signal.SIGKILL)


def _work(arguments: WorkerArguments, coordinator: int, mask: Iterable[int]) -> NoReturn:
    try:
        gc.freeze()  # what the coordinator has is never taken down here: it may hold what is closed now
        _detach((arguments.connection, arguments.job_spec))
        os.environ.update(arguments.environment)
        from caviar_plugins.executors.lifeline import depend_on
        from caviar_plugins.executors.worker import main

        depend_on(coordinator)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        main(arguments.connection, arguments.job_spec, arguments.number, arguments.count, arguments.level)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(1)


def _detach(kept: Sequence[int]) -> None:
    """Releases what belongs to the coordinator: its process group, signals and files, including the store's lock."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for each in signal.valid_signals():
        if callable(signal.getsignal(each)):
            signal.signal(each, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    logger = logging.getLogger("caviar")  # the coordinator shows what workers log; its handlers would show it twice
    logger.handlers.clear()
    logger.propagate = False
    # The numbers stay taken: where a plugin had a file, it must not find one of ours now, the shared data even.
    nowhere = os.open(os.devnull, os.O_PATH)
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number not in kept:
            os.dup2(nowhere, number)


class Spawned:
    """A spawned process; without multiprocessing, which would import the caller's main, so scripts need no guard."""

    def __init__(self, arguments: WorkerArguments) -> None:
        start = _SPAWN.format(
            path=dumps(sys.path),
            coordinator=os.getpid(),
            connection=arguments.connection,
            job_spec=arguments.job_spec,
            number=arguments.number,
            count=arguments.count,
            level=arguments.level,
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", start],
            stdin=subprocess.DEVNULL,
            stdout=2,  # ours belongs to the results
            pass_fds=(arguments.connection, arguments.job_spec),
            env=os.environ | arguments.environment,
            process_group=0,  # the terminal's interrupt is for the coordinator alone
        )

    def wait(self, seconds: float) -> int | None:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        self._process.kill()
